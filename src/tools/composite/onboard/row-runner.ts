import { ApiError, affectsOtherCalls } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { SwitchedOff } from '../../core/permissions.ts';
import type { Confirmable } from '../bulk-job/agree.ts';
import { NoIdentity } from './create-person.ts';
import { Conflict } from './find-person.ts';
import { onboardPerson } from './onboard-person.ts';
import type { DesiredPerson } from './parse-person.ts';
import { OUTCOMES, type RowResult, resultOf } from './row-result.ts';

/** The state of one bulk upsert. */
export interface UpsertJob extends Confirmable {
  readonly people: readonly DesiredPerson[];
  /** By row. */
  readonly results: Map<number, RowResult>;
}

/** Rows processed at a time: more would only wait in the bulk queue. */
const CONCURRENCY = 4;
/** Consecutive shared failures after which the remaining rows are not tried. */
const MAX_CONSECUTIVE = 5;

/**
 * Processes the rows that have no result. Rows without a result at the end were stopped by time, by the host, or by shared
 * failures, whose reason is returned: they may be half done, and are safe to repeat.
 */
export async function runRows(
  { people, results }: Pick<UpsertJob, 'people' | 'results'>,
  context: ToolContext,
): Promise<string | undefined> {
  const bulkContext: ToolContext = {
    ...context,
    call: (endpoint, args, _priority, options) => context.call(endpoint, args, 'bulk', options),
  };
  const pending = people.flatMap((person, row) => (results.has(row) ? [] : [{ person, row }]));
  /** The last rows, if each of them had a shared failure. */
  let failing: number[] = [];
  let reported = results.size;
  let stopReason: string | undefined;

  async function worker(): Promise<void> {
    while (stopReason === undefined && context.hasTime()) {
      const next = pending.shift();
      if (!next) return;
      const { row, person } = next;
      const [result, isShared] = await runRow(row, person, bulkContext).catch((error: unknown) => {
        // An internal error: the other workers start no further row.
        pending.length = 0;
        throw error;
      });
      if (isShared && (stopReason !== undefined || !context.hasTime())) return;
      results.set(row, result);
      reported = Math.max(reported, results.size);
      context.progress(reported, people.length);
      failing = isShared ? [...failing, row] : [];
      if (failing.length < MAX_CONSECUTIVE) continue;
      stopReason = result.reason;
      for (const each of failing) results.delete(each);
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: CONCURRENCY }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return stopReason;
}

/** Also returns whether it failed for a reason that other rows share. */
async function runRow(row: number, person: DesiredPerson, context: ToolContext): Promise<[RowResult, boolean]> {
  try {
    const onboarded = await onboardPerson(person, context);
    const result = resultOf(row, person, onboarded, context.clock.now());
    return [result, onboarded.failed.some(({ error }) => isSharedFailure(error))];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const outcome = error instanceof Conflict ? 'conflict' : 'failed';
    return [{ row, outcome, reason: error.message }, isSharedFailure(error)];
  }
}

/** Whether other rows would fail for the same reason. They may need nothing that the owner switched off. */
function isSharedFailure(error: UserError): boolean {
  if (error instanceof ApiError)
    return affectsOtherCalls(error) || error.kind === 'location' || error.kind === 'blocked';
  return !(error instanceof SwitchedOff || error instanceof Conflict || error instanceof NoIdentity);
}

/** Rows by outcome, those without a result as `left`; together they are `asked`. */
export function countsOf({ people, results }: UpsertJob): Json {
  const outcomes = [...results.values()].map(({ outcome }) => outcome);
  const counts = OUTCOMES.map((outcome) => [outcome, outcomes.filter((each) => each === outcome).length]);
  return {
    asked: people.length,
    ...Object.fromEntries(counts.filter(([, count]) => count !== 0)),
    ...(results.size < people.length ? { left: people.length - results.size } : {}),
  };
}
