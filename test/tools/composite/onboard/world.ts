import type { Json } from '../../../../src/lib/json.ts';
import type { SandboxData, SandboxOptions } from '../../../../src/sandbox/index.ts';
import { type Connected, connect, type Options } from '../../../connect.ts';

export const EXTERNAL = 'cf0000000000external';
export const CLUB = 'b00000000000000000000001';

const people: SandboxData['contacts'] = [
  {
    firstName: 'Ada',
    lastName: 'Moss',
    email: 'ada@moss.example',
    additionalEmails: ['ada@old.example'],
    phone: '+13125550101',
    city: 'Chicago',
    tags: ['vip'],
    dndSettings: { SMS: { status: 'active', message: 'asked' } },
    customFields: [
      { id: EXTERNAL, value: 'A-1' },
      { key: 'bike', value: 'Roadster' },
    ],
    notes: [{ body: '<p>Wants a <b>red</b> one</p>' }],
    tasks: [{ title: 'Call  back', dueDate: '2026-12-01T10:00:00Z', completed: true }],
  },
  { firstName: 'Ben', lastName: 'Moss', email: 'ben@moss.example', phone: '+13125550102' },
];

export const data: SandboxData = {
  location: { timezone: 'America/Chicago', country: 'US' },
  users: [
    { id: 'userdana', name: 'Dana', email: 'dana@shop.example' },
    { id: 'usereli', name: 'Eli', email: 'eli@shop.example' },
  ],
  businesses: [{ id: CLUB, name: 'Club' }],
  customFields: [
    { id: EXTERNAL, name: 'External id' },
    { name: 'Bike', fieldKey: 'bike' },
    { name: 'Spend', fieldKey: 'spend', dataType: 'MONETORY' },
    { name: 'Since', fieldKey: 'since', dataType: 'DATE' },
    { name: 'Mailings', fieldKey: 'mailings', dataType: 'CHECKBOX', picklistOptions: ['News', 'Rides'] },
  ],
  contacts: people,
};

export const world = (options: Options = {}, sandbox: SandboxOptions = {}) =>
  connect({ ...options, sandbox: { data, ...sandbox } });

/** Every contact in the location, after any index delay. */
export async function allContacts({ call, sandbox }: Connected): Promise<Json[]> {
  sandbox.advance(600_000);
  return (await call('search_contacts', { pageLimit: 500, fields: ['id', 'firstName', 'email', 'phone'] }))
    .contacts as Json[];
}

export const writes = async ({ sent }: Connected) => (await sent()).filter((line) => !/^GET |\/search$/.test(line));

export const TASKS = [
  { title: 'Welcome call', dueDate: '2026-11-24T09:00' },
  { title: 'Send contract', dueDate: '2026-11-25T09:00:00-06:00', assignedTo: 'me', body: 'The new one' },
];
export const CLEO = {
  firstName: 'Cleo',
  lastName: 'Park',
  gender: 'female',
  email: 'cleo@park.example',
  phone: '(312) 555-0103',
  tags: ['New', 'Lead'],
  customFields: [{ field: 'bike', value: 'Cargo' }],
  note: 'Came by the shop',
  tasks: TASKS,
  businessId: CLUB,
};
