import type { Json } from '../../../src/lib/json.ts';
import type { Sandbox, SandboxData } from '../../../src/sandbox/index.ts';

/** Ids of a small location, of which a test creates more than a thousand. */
export const ids = {
  ada: 'AdaAdaAdaAdaAdaAda01',
  bob: 'BobBobBobBobBobBob01',
  cyd: 'CydCydCydCydCydCyd01',
  nobody: 'NobodyNobodyNobody01',
  task: 'TaskTaskTaskTaskTa01',
  task2: 'TaskTaskTaskTaskTa02',
  note: 'NoteNoteNoteNoteNo01',
  note2: 'NoteNoteNoteNoteNo02',
  user: 'UserUserUserUserUs01',
  user2: 'UserUserUserUserUs02',
  business: 'b0b0b0b0b0b0b0b0b0b0b0b0',
  campaign: 'CampCampCampCampCa01',
  campaign2: 'CampCampCampCampCa02',
  workflow: '11111111-1111-4111-8111-111111111111',
  workflow2: '22222222-2222-4222-8222-222222222222',
  field: 'FieldFieldFieldFie01',
  choice: 'FieldFieldFieldFie02',
} as const;

export const TAGS = ['vip', 'old', 'spring fair', 'gravel', 'cargo'] as const;
export const OLD_NOTE = 'Prefers to be called after five.';
export const OLD_TASK = { title: 'Send the quote', dueDate: '2026-11-24T09:00:00.000Z' };

const ADDED = '2026-01-05T10:00:00.000Z';
const dates = { dateAdded: ADDED, dateUpdated: ADDED };

export const data: SandboxData = {
  users: [
    { id: ids.user, name: 'Ula One' },
    { id: ids.user2, name: 'Ulf Two' },
  ],
  businesses: [{ id: ids.business, name: 'Acme' }],
  campaigns: [
    { id: ids.campaign, name: 'Welcome' },
    { id: ids.campaign2, name: 'Goodbye' },
  ],
  workflows: [
    { id: ids.workflow, name: 'Remind' },
    { id: ids.workflow2, name: 'Thank' },
  ],
  customFields: [
    { id: ids.field, name: 'Bike', fieldKey: 'contact.bike' },
    {
      id: ids.choice,
      name: 'Interests',
      fieldKey: 'contact.interests',
      dataType: 'MULTIPLE_OPTIONS',
      picklistOptions: ['Gravel', 'Cargo'],
    },
  ],
  contacts: [
    {
      ...dates,
      id: ids.ada,
      firstName: 'Ada',
      lastName: 'One',
      email: 'ada@old.example',
      phone: '+13125550101',
      tags: ['vip', 'old'],
      followers: [ids.user],
      customFields: [{ id: ids.field, value: 'Trek' }],
      tasks: [
        { id: ids.task, ...OLD_TASK },
        { id: ids.task2, title: 'Call back', dueDate: '2026-11-25T09:00:00.000Z' },
      ],
      notes: [
        { id: ids.note, body: OLD_NOTE, dateAdded: ADDED },
        { id: ids.note2, body: 'Likes gravel.', dateAdded: ADDED },
      ],
    },
    { ...dates, id: ids.bob, firstName: 'Bob', email: 'bob@old.example', tags: ['old'], businessId: ids.business },
    { ...dates, id: ids.cyd, firstName: 'Cyd', phone: '+13125550103' },
  ],
};

/** Everything the sandbox stores, as flat facts, read without the client. */
export interface Snapshot {
  /** Values by keys such as `contact/<id>/city`; absent values have no key. */
  readonly facts: ReadonlyMap<string, string>;
  /** Ids of the records with a mark: `contact <website>`, `note <contact> <text>`, `task <contact> <title>`. */
  readonly marked: ReadonlyMap<string, readonly string[]>;
}

export async function snapshot(sandbox: Sandbox): Promise<Snapshot> {
  const headers = { authorization: `Bearer ${sandbox.token}`, version: '2021-07-28' };
  const get = async (path: string): Promise<Json> => {
    const answer = await sandbox.fetch(new Request(`http://sandbox.invalid${path}`, { headers }));
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
    return (await answer.json()) as Json;
  };
  const facts = new Map<string, string>();
  const marked = new Map<string, string[]>();
  const mark = (key: string, id: unknown) => marked.set(key, [...(marked.get(key) ?? []), String(id)]);
  const keep = (owner: string, row: Json) => {
    facts.set(owner, 'there');
    for (const [name, value] of Object.entries(row)) facts.set(`${owner}/${name}`, plain(value));
  };

  const { contacts } = await get(`/contacts/?locationId=${sandbox.locationId}&limit=100`);
  for (const { id } of contacts as Json[]) {
    const contact = (await get(`/contacts/${id}`)).contact as Json;
    keep(`contact/${id}`, contact);
    for (const tag of list(contact.tags)) facts.set(`contact/${id}/tag ${tag}`, 'yes');
    for (const user of list(contact.followers)) facts.set(`contact/${id}/follower ${user}`, 'yes');
    for (const field of list(contact.customFields) as Json[])
      facts.set(`contact/${id}/field ${field.id}`, plain(field.value));
    if (contact.website) mark(`contact ${contact.website}`, id);
    for (const task of (await get(`/contacts/${id}/tasks`)).tasks as Json[]) {
      keep(`contact/${id}/task/${task.id}`, task);
      mark(`task ${id} ${task.title}`, task.id);
    }
    for (const note of (await get(`/contacts/${id}/notes`)).notes as Json[]) {
      keep(`contact/${id}/note/${note.id}`, note);
      mark(`note ${id} ${note.body}`, note.id);
    }
  }
  const enrolments = await get('/__sandbox/enrolments');
  for (const [kind, lists] of Object.entries(enrolments))
    for (const [id, members] of Object.entries(lists as Record<string, string[]>))
      for (const member of members) facts.set(`contact/${id}/${kind} ${member}`, 'yes');
  return { facts, marked };
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const plain = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
