import { isMissing } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import { isEmpty, type Json, listIn, recordIn, rowsIn, textIn } from '../../../lib/json.ts';
import { updateContact } from '../../contacts.ts';
import { CLEARABLE } from '../../core/contact-arguments.ts';
import type { ToolContext } from '../../core/context.ts';
import { assertAllowed } from '../../core/permissions.ts';
import { rowOf } from '../../core/row-shape.ts';
import { inGroup } from '../../core/write-group.ts';
import { differentFields } from '../../core/write-remarks.ts';
import { fieldsOf, isSameValue } from './fields.ts';
import type { UndoHistory } from './history.ts';
import type { IdNow, NotRestored, Restored, Row, Step } from './plan.ts';
import { FILLED_IN, GONE, NOT_STORED } from './reasons.ts';

/** What was done of a plan. */
export interface Progress {
  readonly done: readonly Step[];
  readonly notRestored: readonly NotRestored[];
  /** New ids of records that were created again, by the id that each had. */
  readonly newIds: ReadonlyMap<string, string>;
  readonly idNow: IdNow;
  /** Why the rest was not started; undefined if all was done. */
  readonly problem?: UserError | undefined;
}

const NO_TIME = new UserError('Stopped for time.');

/**
 * Sends the writes of a plan in order, until one fails.
 * @throws SwitchedOff if the owner forbids one of them; nothing was written
 */
export async function runSteps(
  steps: readonly Step[],
  { currentId }: Pick<UndoHistory, 'currentId'>,
  group: string | undefined,
  context: ToolContext,
): Promise<Progress> {
  for (const { endpoint, args } of steps) assertAllowed(endpoint, args, context.access);
  const { call } = group === undefined ? context : inGroup(context, group);
  const newIds = new Map<string, string>();
  const idNow: IdNow = (id) => (typeof id === 'string' ? (newIds.get(id) ?? currentId(id)) : id);
  const done: Step[] = [];
  const notRestored: NotRestored[] = [];
  for (const step of steps) {
    context.progress(done.length, steps.length);
    if (!context.hasTime()) return { done, notRestored, newIds, idNow, problem: NO_TIME };
    const { endpoint, entry, creates } = step;
    try {
      const details = { undoes: entry.id, replaces: creates?.id };
      const answer = await call(endpoint, withIds(step.args, idNow), 'interactive', details);
      const id = creates && textIn(recordIn(answer, creates.kind), 'id');
      if (creates && id !== undefined) newIds.set(creates.id, id);
      const clear = creates ? filledIn(step, answer) : [];
      const missing = [...notStored(step, answer, idNow), ...(await emptyFields(clear, id, step, call))];
      notRestored.push(...missing);
      done.push({ ...step, rows: step.rows.filter((row) => !missing.some((other) => isSameRow(row, other))) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (!isMissing(error)) return { done, notRestored, newIds, idNow, problem: error };
      notRestored.push(...step.rows.map((row) => withReason(row, GONE)));
    }
  }
  return { done, notRestored, newIds, idNow };
}

const ID_KEYS = new Set(['contactId', 'taskId', 'noteId', 'ids', 'contacts']);

/** The arguments with the ids under which the records exist now. */
const withIds = (args: Json, idNow: IdNow): Json =>
  Object.fromEntries(
    Object.entries(args).map(([key, value]) => {
      if (!ID_KEYS.has(key)) return [key, value];
      return [key, Array.isArray(value) ? value.map(idNow) : idNow(value)];
    }),
  );

/** Fields that HighLevel fills in where a contact is created without them: `source`. */
function filledIn({ args }: Step, answer: Json): string[] {
  const contact = recordIn(answer, 'contact') ?? {};
  return CLEARABLE.filter((name) => name !== 'name' && isEmpty(args[name]) && !isEmpty(contact[name]));
}

/** The fields that could not be emptied: the contact was created all the same. */
async function emptyFields(
  clear: readonly string[],
  contactId: string | undefined,
  { entry, record }: Step,
  call: ToolContext['call'],
): Promise<NotRestored[]> {
  if (clear.length === 0) return [];
  try {
    await call(updateContact, { contactId, clear }, 'interactive', { undoes: entry.id });
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return clear.map((field) => ({ entry, record, field, reason: FILLED_IN }));
  }
}

const isSameRow = (one: Row, other: Row): boolean => one.field === other.field && one.record.id === other.record.id;

const withReason = ({ entry, record, field }: Row, reason: string): NotRestored => ({ entry, record, field, reason });

/** The fields that the answer shows with another value, and the contacts of a bulk write that failed. */
function notStored({ entry, endpoint, args, record, rows, creates }: Step, answer: Json, idNow: IdNow): NotRestored[] {
  const shown = recordIn(answer, record.kind);
  if (shown && creates)
    return differentFields(rowOf.contact(shown), args, false).map((field) =>
      withReason({ entry, record, field }, NOT_STORED),
    );
  if (shown && endpoint.effect === 'update') {
    const stored = fieldsOf(shown);
    const isStored = ({ field, to }: Restored) => isSameValue(field, to, stored.get(field));
    return rows.filter((row) => !isStored(row)).map((row) => withReason(row, NOT_STORED));
  }
  const failed = rowsIn(answer, 'responses').filter(({ type }) => type === 'error');
  const isDone = ({ record: { contactId } }: Restored) =>
    !failed.some((row) => row.contactId === idNow(contactId)) &&
    (!('ids' in answer) || listIn(answer, 'ids').includes(idNow(contactId)));
  return rows.filter((row) => !isDone(row)).map((row) => withReason(row, GONE));
}
