import type { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import type { Endpoint, ReconcileResult, RecordState, Snapshot } from '../endpoint.ts';
import { ApiError } from '../errors.ts';

/** A write, and what was known when it started. */
export interface StartedWrite {
  readonly endpoint: Endpoint;
  /** Arguments as they are sent. */
  readonly sent: Json;
  /** The location that it is sent to; it is reconciled in no other. */
  readonly locationId: string;
  /** Monotonic ms. */
  readonly startedAt: number;
  readonly snapshot: Snapshot | undefined;
  /** The record as it was, for the journal. */
  readonly before: RecordState;
  /** Monotonic ms by which the caller needs the outcome. */
  readonly deadline: number | undefined;
}

interface Done {
  readonly kind: 'done';
  readonly data: Json;
  readonly notice?: string;
  readonly reconciled: boolean;
  /** True for the outcome of an earlier, identical call. */
  readonly repeated?: true;
}

interface Failed {
  /** `refused`: by HighLevel. `notDone`: certainly not done. `unknown`: no read could decide it. */
  readonly kind: 'refused' | 'notDone' | 'unknown';
  readonly error: UserError;
  readonly reconciled: boolean;
  readonly repeated?: true;
  /** The write, if it was or may yet be done: an identical call reconciles it again. */
  readonly unresolved?: StartedWrite | undefined;
}

export type WriteOutcome = Done | Failed;

/** A write whose response does not prove what happened. */
export interface Uncertain {
  readonly kind: 'uncertain';
  /** Why, as a sentence. */
  readonly reason: string;
  /** True after a time-out, here or at a gateway: HighLevel may still do the write. */
  readonly mayStillHappen: boolean;
  /** The refusal, which is the outcome unless a read shows that the write was done. */
  readonly refusal?: Failed & { readonly error: ApiError };
  /** Id of the record that a later attempt was refused for: an earlier attempt may have created it. */
  readonly existing?: string | undefined;
}

/** The outcome of an uncertain write, after it was read back. */
export function outcomeOf(write: StartedWrite, uncertain: Uncertain, result: ReconcileResult): WriteOutcome {
  const { reason, mayStillHappen, refusal } = uncertain;
  if (result.happened) {
    // The advice of a refusal would make the caller write again.
    const first = refusal ? `HighLevel answered with an error (${refusal.error.status}).` : reason;
    return { kind: 'done', data: result.data, reconciled: true, notice: `${first} Looked it up: it was done.` };
  }
  if (refusal && isRefusalFinal(result, refusal.error)) return refusal;
  if (result.happened === false) {
    const soFar = mayStillHappen ? ' so far' : '';
    const sentence = `${reason} Looked it up: nothing was written${soFar}. It is safe to try again.`;
    return {
      kind: 'notDone',
      reconciled: true,
      unresolved: mayStillHappen ? write : undefined,
      error: new ApiError(sentence, 'notDone', 0),
    };
  }
  const sentence = `${reason} Whether ${write.endpoint.name} was done is not known: do not repeat it blindly. ${result.hint}`;
  return {
    kind: 'unknown',
    reconciled: false,
    unresolved: write,
    error: new ApiError(sentence, 'unknownOutcome', 0),
  };
}

/**
 * HighLevel is known to refuse a create with 422 and do it all the same, so a refusal needs a read that shows nothing. A
 * validation refusal of a write that no read can show is believed.
 */
const isRefusalFinal = (result: ReconcileResult, { kind }: ApiError): boolean =>
  result.happened === false ||
  (result.happened === undefined && result.notObservable === true && kind === 'validation');
