import * as z from 'zod';
import type { ExpectedRecord, Outcome } from './records.ts';

export type Settle = (outcome: Outcome, answer: unknown) => void;

/** A call, and what is learned from its answer. */
export interface PreparedCall {
  readonly tool: string;
  readonly args: Record<string, unknown>;
  /** For a write: records its outcome. `answer` is the structured half of an answer that is no error. */
  readonly settle?: Settle;
  /** For a read: a sentence if the answer contradicts earlier answers. */
  readonly contradiction?: (answer: unknown) => string | undefined;
}

/** What a call is about. */
export interface Target {
  readonly contact: ExpectedRecord;
  /** A note or task of the contact where the call is about one. */
  readonly child: ExpectedRecord;
  /** New for each call. */
  readonly mark: string;
  readonly tag: string;
  /** Makes the expected record for a note or task that the call creates. */
  readonly newChild: (kind: 'note' | 'task', mark: string) => Settle;
  /** Makes no further calls about the contact. */
  readonly forget: () => void;
}

const DUE = '2027-03-01T15:00:00Z';
/** One of the sandbox's workflows. No endpoint shows who is in it, so that a lost answer leaves the outcome unknown. */
const WORKFLOW = 'Yearly inspection reminder';

const Contact = z.object({ contact: z.object({ city: z.string().optional() }) });
const Notes = z.object({ notes: z.array(z.object({ body: z.string().optional() })) });

type MakeCall = (target: Target) => PreparedCall;

const change =
  (record: ExpectedRecord, field: string, value: string): Settle =>
  (outcome) =>
    record.changed(outcome, field, value);

/** A city that no earlier answer allows was read. */
function wrongCity(contact: ExpectedRecord, answer: unknown): string | undefined {
  const city = Contact.parse(answer).contact.city ?? '';
  const allowed = contact.fields.get('city');
  return allowed?.has(city) ? undefined : `${contact.mark}: city read as "${city}"`;
}

function wrongNotes({ children, mark }: ExpectedRecord, answer: unknown): string | undefined {
  const bodies = Notes.parse(answer).notes.map(({ body }) => body);
  const wrong = children
    .filter(({ kind }) => kind === 'note')
    .filter((note) => (bodies.includes(note.mark) ? note.most === 0 : note.least === 1));
  return wrong.length > 0 ? `${mark}: notes that were read contradict ${wrong.map((each) => each.mark)}` : undefined;
}

/** Reads and writes of a contact; some are there more than once, so that they are more frequent. */
export const OF_CONTACTS: readonly MakeCall[] = [
  ...Array<MakeCall>(3).fill(({ contact }) => ({
    tool: 'get_contact',
    args: { contactId: contact.id },
    contradiction: (answer) => wrongCity(contact, answer),
  })),
  ...Array<MakeCall>(2).fill(({ contact }) => ({
    tool: 'list_contact_notes',
    args: { contactId: contact.id },
    contradiction: (answer) => wrongNotes(contact, answer),
  })),
  ({ contact }) => ({ tool: 'list_contact_tasks', args: { contactId: contact.id } }),
  ({ contact }) => ({ tool: 'find_duplicate_contact', args: { email: contact.mark } }),
  ({ contact }) => ({ tool: 'get_contact_overview', args: { contactId: contact.id } }),
  ({ contact }) => ({ tool: 'search_contacts', args: { query: contact.mark } }),
  ({ tag }) => ({ tool: 'search_contacts', args: { tag, pageLimit: 20 } }),
  () => ({ tool: 'list_contacts', args: { limit: 20 } }),
  ({ contact, mark }) => ({
    tool: 'update_contact',
    args: { contactId: contact.id, city: `City ${mark}` },
    settle: change(contact, 'city', `City ${mark}`),
  }),
  ({ contact, mark }) => ({
    tool: 'upsert_contact',
    args: { email: contact.mark, city: `City ${mark}` },
    settle: change(contact, 'city', `City ${mark}`),
  }),
  ...(['add', 'remove'] as const).map(
    (verb): MakeCall =>
      ({ contact, tag }) => ({
        tool: `${verb}_contact_tags`,
        args: { contactId: contact.id, tags: [tag] },
        settle: change(contact, `tag ${tag}`, verb === 'add' ? 'yes' : ''),
      }),
  ),
  ...(['add', 'remove'] as const).map(
    (verb): MakeCall =>
      ({ contact }) => ({
        tool: `${verb}_contact_${verb === 'add' ? 'to' : 'from'}_workflow`,
        args: { contactId: contact.id, workflowId: WORKFLOW },
        settle: change(contact, 'workflow', verb === 'add' ? 'yes' : ''),
      }),
  ),
  ...Array<MakeCall>(2).fill(({ contact, mark, newChild }) => ({
    tool: 'create_contact_note',
    args: { contactId: contact.id, body: `Note ${mark}` },
    settle: newChild('note', `Note ${mark}`),
  })),
  ...Array<MakeCall>(2).fill(({ contact, mark, newChild }) => ({
    tool: 'create_contact_task',
    args: { contactId: contact.id, title: `Task ${mark}`, dueDate: DUE },
    settle: newChild('task', `Task ${mark}`),
  })),
  ({ contact, forget }) => ({
    tool: 'delete_contact',
    args: { contactId: contact.id },
    settle(outcome) {
      contact.deleted(outcome);
      if (outcome !== 'notDone') forget();
    },
  }),
];

const deletion =
  (kind: 'note' | 'task'): MakeCall =>
  ({ contact, child }) => ({
    tool: `delete_contact_${kind}`,
    args: { contactId: contact.id, [`${kind}Id`]: child.id },
    settle(outcome) {
      child.deleted(outcome);
      if (outcome !== 'notDone') contact.children.splice(contact.children.indexOf(child), 1);
    },
  });

export const OF_CHILDREN: Readonly<Record<ExpectedRecord['kind'], readonly MakeCall[]>> = {
  contact: [],
  note: [
    ({ contact, child, mark }) => ({
      tool: 'update_contact_note',
      args: { contactId: contact.id, noteId: child.id, title: `Title ${mark}` },
      settle: change(child, 'title', `Title ${mark}`),
    }),
    deletion('note'),
  ],
  task: [
    ({ contact, child, mark }) => ({
      tool: 'update_contact_task',
      args: { contactId: contact.id, taskId: child.id, body: `Body ${mark}` },
      settle: change(child, 'body', `Body ${mark}`),
    }),
    ({ contact, child }) => ({
      tool: 'set_contact_task_completed',
      args: { contactId: contact.id, taskId: child.id, completed: true },
      settle: change(child, 'completed', 'true'),
    }),
    deletion('task'),
  ],
};
