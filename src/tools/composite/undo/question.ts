import { type Json, listIn } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { MAX_UNASKED, type Question } from '../../core/confirmation.ts';
import { cleanValue } from '../../core/row-shape.ts';
import { AUTOMATIONS } from '../confirm/questions.ts';
import { countOf, listQuoted, MAX_NAMED } from '../confirm/wording.ts';
import { notRestoredRows, undoneRows } from './answer.ts';
import { LOST_WITH_CONTACT } from './differences.ts';
import type { IdNow, Plan, Step } from './plan.ts';
import type { Present } from './present.ts';

/** Changes that a preview shows. */
const MAX_ROWS = 10;
const MAX_NAME = 100;

/** What the owner is asked before an undo that deletes or creates contacts, or changes many records; undefined for any other. */
export function questionFor({ steps, notRestored }: Plan, present: Present, idNow: IdNow): Question | undefined {
  const deletes = steps
    .filter(({ endpoint }) => endpoint.name === 'delete_contact')
    .map((step) => deleted(step, steps, present, idNow));
  const creates = steps.filter(({ creates: record }) => record?.kind === 'contact').map((step) => created(step, steps));
  const many = [...manyOf('contact', steps), ...manyOf('task', steps)];
  if (deletes.length + creates.length + many.length === 0) return undefined;
  const changes = undoneRows(steps, idNow);
  return {
    text: [
      ...firstSentences(deletes, sentenceOfDelete, 'deleted'),
      ...firstSentences(creates, sentenceOfCreate, 'created again'),
      ...many,
    ].join(' '),
    preview: {
      ...(deletes.length > 0 ? { deletes } : {}),
      ...(creates.length > 0 ? { creates, cannotRestore: LOST_WITH_CONTACT } : {}),
      changes: changes.slice(0, MAX_ROWS),
      total: changes.length,
      ...(notRestored.length > 0 ? { notRestored: notRestoredRows(notRestored, idNow) } : {}),
    },
    content: { writes: steps.map(({ endpoint, args }) => ({ endpoint: endpoint.name, args })) },
  };
}

/** A sentence about the contacts or tasks that the undo changes, if they are more than one call changes without asking. */
function manyOf(kind: 'contact' | 'task', steps: readonly Step[]): string[] {
  const records = steps
    .flatMap(({ rows }) => rows.map(({ record }) => record))
    .filter((record) => record.kind === kind);
  const byId = new Map(records.map((record) => [record.id, record]));
  if (byId.size <= MAX_UNASKED) return [];
  if (kind === 'task') return [`Undoing this changes ${byId.size} tasks.`];
  const names = [...byId.values()].slice(0, MAX_NAMED).map(({ contactName, id }) => contactName ?? id);
  return [`Undoing this changes ${byId.size} contacts (${listQuoted(names, byId.size)}). ${AUTOMATIONS}`];
}

/** Sentences about the first records, and the number of the others. */
const firstSentences = <T>(all: readonly T[], sentenceOf: (counts: T) => string, what: string): string[] => [
  ...all.slice(0, MAX_NAMED).map(sentenceOf),
  ...(all.length > MAX_NAMED ? [`${countOf(all.length - MAX_NAMED, 'more contact')} will be ${what}.`] : []),
];

interface Counts extends Json {
  readonly contactId: unknown;
  readonly contactName: unknown;
  readonly notes: number;
  readonly tasks: number;
  readonly appointments: number;
}
/** Of many contacts most are not counted. */
type Lost = Pick<Counts, 'contactId' | 'contactName'> & Partial<Counts>;

const nameOf = ({ rows }: Step): unknown => {
  const [row] = rows;
  return cleanValue(row?.from ?? row?.to ?? null, MAX_NAME);
};

/** What is lost with a contact, without what the same undo deletes before. */
function deleted(step: Step, steps: readonly Step[], present: Present, idNow: IdNow): Lost {
  const { contactId } = step.record;
  const { notes, tasks, appointments } = present.get(contactId) ?? {};
  const rest = (kind: 'note' | 'task' | 'appointment', rows: readonly Json[] | undefined) => {
    const { length } = steps.filter(
      ({ endpoint, record }) => endpoint.name === `delete_contact_${kind}` && record.contactId === contactId,
    );
    return rows && { [`${kind}s`]: Math.max(0, rows.length - length) };
  };
  return {
    contactId: idNow(contactId),
    contactName: nameOf(step),
    ...rest('note', notes),
    ...rest('task', tasks),
    ...rest('appointment', appointments),
  };
}

/** What a contact gets back, and the appointments that it does not. */
function created(step: Step, steps: readonly Step[]): Counts {
  const { contactId } = step.record;
  const count = (kind: 'note' | 'task') =>
    steps.filter(({ creates }) => creates?.kind === kind && creates.contactId === contactId).length;
  const { before } = step.entry;
  const appointments = typeof before === 'object' && before ? listIn(before, 'appointments').length : 0;
  return { contactId, contactName: nameOf(step), notes: count('note'), tasks: count('task'), appointments };
}

const counted = ({ notes = 0, tasks = 0, appointments }: Lost): string =>
  appointments === undefined
    ? 'all that it has'
    : `${countOf(notes, 'note')}, ${countOf(tasks, 'task')} and ${countOf(appointments, 'appointment')}`;

const sentenceOfDelete = (counts: Lost): string =>
  `Undoing this deletes the contact ${quoteForMessage(counts.contactName)} (${counts.contactId}) with ${counted(counts)}.`;

const sentenceOfCreate = ({ contactName, notes, tasks, appointments }: Counts): string =>
  `Undoing this creates the contact ${quoteForMessage(contactName)} again under a new id, with ${countOf(notes, 'note')} and ${countOf(tasks, 'task')}. It will not have ${LOST_WITH_CONTACT}; appointments that are lost: ${appointments}.`;
