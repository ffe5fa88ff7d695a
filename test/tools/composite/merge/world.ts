import type { Json } from '../../../../src/lib/json.ts';
import { inMemoryRecords, type RecordFolder } from '../../../../src/lib/record-folder.ts';
import type { SandboxData } from '../../../../src/sandbox/index.ts';
import { type Connected, connect, type Options } from '../../../connect.ts';

export const KEEP = 'contactKeep000000001';
export const REMOVE = 'contactRemove0000001';
export const CLUB = 'b00000000000000000000001';
export const DANA = 'userDana000000000001';
export const THEO = 'userTheo000000000001';

type Person = SandboxData['contacts'][number];

const FIELDS = 8;
export const fieldId = (n: number) => `fieldNumber${String(n).padStart(9, '0')}`;
const customFields = Array.from({ length: FIELDS }, (_, n) => ({
  id: fieldId(n),
  name: `Detail ${n}`,
  fieldKey: `contact.detail_${n}`,
  dataType: 'TEXT',
}));

const notesOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `note${name}${n}`,
    body: `${name} note ${n}: called about the Tern`,
    userId: DANA,
    dateAdded: `2026-10-0${n + 1}T15:00:00Z`,
  }));
const tasksOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `task${name}${n}`,
    title: `${name} task ${n}`,
    body: 'Ask for the frame number',
    dueDate: `2026-12-0${n + 1}T15:00:00Z`,
    assignedTo: n % 2 === 0 ? THEO : DANA,
    completed: n === 1,
  }));

/** Two entries of one person. Each has eight custom fields, five notes and five tasks. */
export const kept: Person = {
  id: KEEP,
  firstName: 'Ann',
  lastName: 'Lee',
  phone: '+15125550100',
  city: 'Austin',
  tags: ['customer'],
  followers: [DANA],
  // What an undo leaves of a setting that was absent.
  dndSettings: { SMS: { status: 'inactive' } },
  customFields: customFields.map(({ id }, n) => ({ id, value: `kept ${n}` })),
  notes: notesOf('Ann', 5),
  tasks: tasksOf('Ann', 5),
};
export const removed: Person = {
  id: REMOVE,
  firstName: 'Anne',
  lastName: 'Lee',
  email: 'ann.lee@example.com',
  phone: '+15125550199',
  city: 'Dallas',
  address1: '1 Main St',
  assignedTo: THEO,
  businessId: CLUB,
  additionalEmails: ['anne@work.example'],
  additionalPhones: ['+15125550177'],
  tags: ['customer', 'newsletter', 'fair'],
  followers: [DANA, THEO],
  dndSettings: { SMS: { status: 'active' } },
  customFields: customFields.map(({ id }, n) => ({ id, value: `removed ${n}` })),
  notes: notesOf('Anne', 5),
  tasks: tasksOf('Anne', 5),
  appointments: [
    {
      id: 'visit000000000000001',
      title: 'Fitting',
      startTime: '2026-12-02T16:00:00Z',
      endTime: '2026-12-02T17:00:00Z',
    },
  ],
};

export interface Merging extends Connected {
  readonly merges: RecordFolder;
  readonly merge: (args?: Json) => Promise<Json>;
  /** All that is stored of a contact, without ids and times of writing; undefined if it does not exist. */
  readonly stored: (contactId: string) => Promise<Stored | undefined>;
}

export interface Stored {
  readonly contact: Json;
  readonly notes: readonly Json[];
  readonly tasks: readonly Json[];
}

export const dataWith = (...contacts: readonly Person[]): SandboxData => ({
  location: { timezone: 'America/Chicago', country: 'US' },
  users: [
    { id: DANA, name: 'Dana Whitfield', email: 'dana@example.com' },
    { id: THEO, name: 'Theo Brandt', email: 'theo@example.com' },
  ],
  businesses: [{ id: CLUB, name: 'Club' }],
  customFields,
  contacts: [...contacts],
});

export async function openMerge(
  options: Options = {},
  contacts: readonly Person[] = [kept, removed],
): Promise<Merging> {
  const merges = options.merges ?? inMemoryRecords();
  const connected = await connect({
    ...options,
    merges,
    sandbox: { data: dataWith(...contacts), ...options.sandbox },
  });
  const { client } = connected;
  const read = async (name: string, contactId: string) => {
    const result = await client.callTool({
      name,
      arguments: { contactId, ...(name === 'get_contact' ? {} : { limit: 500 }) },
    });
    return result.isError ? undefined : (result.structuredContent as Json);
  };
  return {
    ...connected,
    merges,
    merge: (args = {}) => connected.call('merge_contacts', { keep: KEEP, remove: REMOVE, ...args }),
    async stored(contactId) {
      const contact = (await read('get_contact', contactId))?.contact;
      if (!contact) return undefined;
      const notes = (await read('list_contact_notes', contactId))?.notes;
      const tasks = (await read('list_contact_tasks', contactId))?.tasks;
      return { contact: contact as Json, notes: notes as Json[], tasks: tasks as Json[] };
    },
  };
}
