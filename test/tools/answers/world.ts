import type { Json } from '../../../src/lib/json.ts';
import type { SandboxData } from '../../../src/sandbox/index.ts';
import { virtualClock } from '../../api/virtual-clock.ts';
import { type Connected, connect, NOW, type Options } from '../../connect.ts';

export const ANN = 'contactAnn0000000001';
export const BEN = 'contactBen0000000001';
export const DANA = 'userDana000000000001';
export const LONG = 'x'.repeat(5_000);

const data: SandboxData = {
  location: { timezone: 'America/Chicago', country: 'US' },
  users: [{ id: DANA, name: 'Dana Whitfield', email: 'dana@example.com' }],
  customFields: [
    { id: 'fieldOfBike000000001', name: 'Bike', fieldKey: 'bike' },
    { id: 'fieldOfSize000000001', name: 'Size', fieldKey: 'size', dataType: 'NUMERICAL' },
  ],
  contacts: [
    {
      id: ANN,
      firstName: 'Ann',
      lastName: 'Lee',
      email: 'ann@example.com',
      phone: '+13125550101',
      city: 'Rome',
      website: 'https://ann.example',
      assignedTo: DANA,
      tags: ['vip'],
      customFields: [
        { key: 'bike', value: 'Tern' },
        { key: 'size', value: 52 },
      ],
      tasks: [{ title: 'Call Ann', dueDate: '2026-11-24T15:00:00Z', assignedTo: DANA }],
      notes: [{ body: `First visit. ${LONG} Café AU LAIT. ${LONG} Allergic to latex.` }, { body: 'Second visit.' }],
    },
    { id: BEN, firstName: 'Ben', email: 'ben@example.com', phone: '+13125550102' },
  ],
};

/** A server and its sandbox on one virtual clock. */
export async function openAnswers(options: Options = {}) {
  const timers = virtualClock(NOW);
  const { now, wait } = timers;
  const connected = await connect({
    timezone: 'America/Chicago',
    ...options,
    api: { timers, timeoutMs: 30_000, ...options.api },
    sandbox: { now, wait, rate: 'off', data, ...options.sandbox },
  });
  return { ...connected, now, wait };
}

export const contactIn = (answer: Json): Json => answer.contact as Json;

/** The first task or note of Ann. */
export async function firstOf({ call }: Connected, kind: 'task' | 'note'): Promise<Json> {
  const rows = (await call(`list_contact_${kind}s`, { contactId: ANN }))[`${kind}s`] as Json[];
  return rows[0] ?? {};
}
