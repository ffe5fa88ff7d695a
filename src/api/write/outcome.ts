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
      readonly reconciled: boolean;
      readonly repeated?: true;
    }
  | {
      readonly kind: 'refused' | 'not done' | 'unknown';
      readonly error: UserError;
      readonly reconciled: boolean;
      readonly repeated?: true;
      /** Where it is unknown, or may still happen: what a later look needs. */
      readonly uncertainty?: Uncertainty | undefined;
    };

/** What was known when a write began. */
export interface Uncertainty {
  readonly startedAt: number;
  readonly snapshot: Json | undefined;
  /** Where it was sent to: another location knows nothing of it. */
  readonly locationId: string;
  /** Epoch ms by which whoever called wants to be done with it. */
  readonly deadline?: number | undefined;
}

/** What looking has shown, as an outcome. `what` says why one had to look, `late` that it may still happen. */
export function outcomeOf(
  endpoint: Endpoint,
  result: ReconcileResult,
  what: string,
  uncertainty: Uncertainty,
  late: boolean,
): WriteOutcome {
  if (result.happened)
    return { kind: 'done', data: result.data, reconciled: true, notice: `${what} Looked it up: it was done.` };
  if (result.happened === false) {
    return {
      kind: 'not done',
      reconciled: true,
      // Whoever gave up waiting cannot know that HighLevel did: a repetition looks once more before it writes.
      uncertainty: late ? uncertainty : undefined,
      error: new ApiError(
        `${what} Looked it up: nothing was written${late ? ' so far' : ''}. It is safe to try again.`,
        'notDone',
        0,
      ),
    };
  }
  return {
    kind: 'unknown',
    reconciled: false,
    uncertainty,
    error: new ApiError(
      `${what} Whether ${endpoint.name} was done is not known: do not repeat it blindly. ${result.hint}`,
      'unknownOutcome',
      0,
    ),
  };
}

/** The answer, or the error, of an outcome; what was found out beside it is said. */
export function unwrapOutcome(outcome: WriteOutcome, notify: CallOptions['notify']): Json {
  if (outcome.kind !== 'done') throw outcome.error;
  if (outcome.notice) notify?.(outcome.notice);
  return outcome.data;
}
