import { exhaustedError, rejectedError } from '../request-errors.ts';
import type { RequestResult } from '../request-executor.ts';
import type { AttemptFailure } from '../retry-policy.ts';
import type { StartedWrite, Uncertain, WriteOutcome } from './outcome.ts';

/** The outcome of a write if its response proves it. */
export function classify(write: StartedWrite, result: RequestResult): WriteOutcome | Uncertain {
  const { response, failure, mayHaveSucceeded } = result;
  if (response?.ok) return { kind: 'done', data: response.body, reconciled: false };
  if (response) return classifyRefusal(write, result);
  if (!mayHaveSucceeded) {
    const error = exhaustedError(result, 'Nothing was written.', 'Try again in a minute.');
    return { kind: 'notDone', error, reconciled: false };
  }
  const reason = exhaustedError({ ...result, retryAt: undefined }, '', '').message;
  return { kind: 'uncertain', reason, mayStillHappen: mayStillHappen(failure) };
}

function classifyRefusal({ endpoint, sent }: StartedWrite, result: RequestResult): WriteOutcome | Uncertain {
  const error = rejectedError(endpoint, sent, result);
  const refusal = { kind: 'refused', error, reconciled: false } as const;
  const uncertain = { kind: 'uncertain', reason: error.message, mayStillHappen: false } as const;
  if (result.mayHaveSucceeded) return uncertain;
  if (!error.certain) return { ...uncertain, refusal };
  const mayBeOwn = result.attempts > 1 && error.existing !== undefined && endpoint.reconcile?.isOwn !== undefined;
  return mayBeOwn ? { ...uncertain, refusal, existing: error.existing } : refusal;
}

const mayStillHappen = (failure: AttemptFailure | undefined): boolean =>
  failure !== undefined &&
  ((failure.kind === 'unreachable' && failure.code === 'TIMEOUT') ||
    (failure.kind === 'serverError' && failure.status === 504));
