import type { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import type { Endpoint } from '../endpoint.ts';
import { ApiError } from '../errors.ts';
import type { CallOptions } from '../types.ts';
import type { ReconcileResult } from './settlement.ts';

/** How a write ended, for its caller and for whoever repeats it. */
export type WriteOutcome =
  | {
      readonly kind: 'done';
      readonly data: Json;
      readonly notice?: string;
      readonly settled: boolean;
      readonly repeated?: true;
    }
  | {
      readonly kind: 'refused' | 'not done' | 'unknown';
      readonly error: UserError;
      readonly settled: boolean;
      readonly repeated?: true;
      /** Where it is unknown, or may still happen: what a later look needs. */
      readonly doubt?: Uncertainty | undefined;
    };

/** What was known when a write began. */
export interface Uncertainty {
  readonly began: number;
  readonly before: Json | undefined;
  /** Where it was sent to: another location knows nothing of it. */
  readonly locationId: string;
  /** Epoch ms by which whoever called wants to be done with it. */
  readonly end?: number | undefined;
}

/** What looking has shown, as an outcome. `what` says why one had to look, `late` that it may still happen. */
export function outcomeOf(
  e: Endpoint,
  verdict: ReconcileResult,
  what: string,
  doubt: Uncertainty,
  late: boolean,
): WriteOutcome {
  if (verdict.done)
    return { kind: 'done', data: verdict.data, settled: true, notice: `${what} Looked it up: it was done.` };
  if (verdict.done === false) {
    return {
      kind: 'not done',
      settled: true,
      // Whoever gave up waiting cannot know that HighLevel did: a repetition looks once more before it writes.
      doubt: late ? doubt : undefined,
      error: new ApiError(
        `${what} Looked it up: nothing was written${late ? ' so far' : ''}. It is safe to try again.`,
        'notDone',
        0,
      ),
    };
  }
  return {
    kind: 'unknown',
    settled: false,
    doubt,
    error: new ApiError(
      `${what} Whether ${e.name} was done is not known: do not repeat it blindly. ${verdict.tell}`,
      'unknownOutcome',
      0,
    ),
  };
}

/** The answer, or the error, of an outcome; what was found out beside it is said. */
export function unwrapOutcome(outcome: WriteOutcome, say: CallOptions['say']): Json {
  if (outcome.kind !== 'done') throw outcome.error;
  if (outcome.notice) say?.(outcome.notice);
  return outcome.data;
}
