import type { CancelSignal } from './cancellation.ts';

export interface LinkedSignal {
  /** Aborted as soon as one of the signals is. */
  readonly signal: AbortSignal;
  /** Call when the work is over: the signals may live as long as the process. */
  readonly unlink: () => void;
}

/** In place of `AbortSignal.any`, which keeps some memory for each call as long as one of its signals lives (Node 20 to 22). */
export function linkSignals(...signals: readonly (CancelSignal | undefined)[]): LinkedSignal {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const signal of signals) {
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
  }
  return {
    signal: controller.signal,
    unlink: () => {
      for (const signal of signals) signal?.removeEventListener('abort', abort);
    },
  };
}
