import { isMissing } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import { isRecord, type Json, listIn, recordIn, rowsIn, textIn } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { assertAllowed } from '../../core/permissions.ts';
import { inGroup } from '../write-group.ts';
import { fieldsOf, isSameValue } from './fields.ts';
import type { UndoHistory } from './history.ts';
import type { NotRestored, Step } from './plan.ts';

/** What was done of a plan. */
export interface Progress {
  readonly done: readonly Step[];
  readonly notRestored: readonly NotRestored[];
  /** New ids of records that were created again, by the id that each had. */
  readonly newIds: ReadonlyMap<string, string>;
  /** Why the rest was not started; undefined if all was done. */
  readonly problem?: UserError | undefined;
}

const NO_TIME = new UserError('Stopped for time.');
const GONE = 'it does not exist any more';
const NOT_STORED = 'HighLevel did not store it';

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
  const present = (id: unknown): unknown => (typeof id === 'string' ? (newIds.get(id) ?? currentId(id)) : id);
  const done: Step[] = [];
  const notRestored: NotRestored[] = [];
  for (const step of steps) {
    if (!context.hasTime()) return { done, notRestored, newIds, problem: NO_TIME };
    const { endpoint, entry, creates } = step;
    try {
      const details = { undoes: entry.id, replaces: creates?.id };
      const answer = await call(endpoint, withIds(step.args, present), 'interactive', details);
      const id = creates && textIn(recordIn(answer, creates.kind), 'id');
      if (creates && id !== undefined) newIds.set(creates.id, id);
      const missing = notStored(step, answer, present);
      notRestored.push(...missing);
      done.push({
        ...step,
        restored: step.restored.filter(({ field }) => missing.every((row) => row.field !== field)),
      });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (!isMissing(error)) return { done, notRestored, newIds, problem: error };
      notRestored.push(...step.restored.map(({ field }) => ({ entry, record: step.record, field, reason: GONE })));
    }
  }
  return { done, notRestored, newIds };
}

const ID_KEYS = new Set(['contactId', 'taskId', 'noteId', 'ids', 'contacts']);

/** The arguments with the ids under which the records exist now. */
const withIds = (args: Json, present: (id: unknown) => unknown): Json =>
  Object.fromEntries(
    Object.entries(args).map(([key, value]) => {
      if (!ID_KEYS.has(key)) return [key, value];
      return [key, Array.isArray(value) ? value.map(present) : present(value)];
    }),
  );

/** The fields that the answer shows with another value, and the contacts of a bulk write that failed. */
function notStored(
  { entry, record, restored, creates }: Step,
  answer: Json,
  present: (id: unknown) => unknown,
): NotRestored[] {
  const shown = recordIn(answer, record.kind);
  if (shown && !creates && isRecord(shown)) {
    const stored = fieldsOf(shown);
    return restored
      .filter(({ field, to }) => to !== null || stored.has(field))
      .filter(({ field, to }) => field !== record.kind && !isSameValue(field, to, stored.get(field)))
      .map(({ field }) => ({ entry, record, field, reason: NOT_STORED }));
  }
  const failed = rowsIn(answer, 'responses').some(
    ({ contactId, type }) => type === 'error' && contactId === present(record.contactId),
  );
  const isLeftOut = 'ids' in answer && !listIn(answer, 'ids').includes(present(record.contactId));
  return failed || isLeftOut ? restored.map(({ field }) => ({ entry, record, field, reason: GONE })) : [];
}
