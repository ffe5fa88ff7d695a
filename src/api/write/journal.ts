import { appendLine } from '../../lib/append-line.ts';
import type { Json } from '../../lib/json.ts';
import type { Log } from '../../lib/log.ts';
import { redact } from '../../lib/redact.ts';
import { realTimers, type Timers } from '../../lib/scheduler.ts';

/** The record of one write. */
export interface Entry {
  readonly id: string;
  /** ISO time at which the write began. */
  readonly at: string;
  readonly tool: string;
  readonly locationId: string;
  readonly contactId: string | undefined;
  /** Arguments as they were sent. */
  readonly sent: Json;
  /** `refused`: by HighLevel. `notDone`: certainly nothing was written. `unknown`: no read could decide it. */
  readonly outcome: 'done' | 'refused' | 'notDone' | 'unknown';
  /** True if the outcome was found by reading. */
  readonly reconciled: boolean;
  readonly attempts: number;
  /** True if the host cancelled the call before the outcome was known. */
  readonly cancelled: boolean;
  readonly traceId: string | undefined;
  readonly host: string | undefined;
}

/** Stores an entry; false if that failed or took too long. */
export type Journal = (entry: Entry) => Promise<boolean>;

export const noJournal: Journal = async () => true;

/** ms for one append: a network drive that is gone would otherwise delay the answer of a write indefinitely. */
const TIMEOUT_MS = 2_000;

/** A journal of JSON lines in one file. */
export function fileJournal(
  path: string,
  log: Log,
  { timers = realTimers, append = appendLine }: { timers?: Timers; append?: typeof appendLine } = {},
): Journal {
  /** One append at a time: one that hangs holds a thread that lookups of hosts and other files need. */
  let last: Promise<unknown> = Promise.resolve();
  let hanging = 0;
  const failed = (error: string): false => {
    log('error', 'journal', { path, error });
    return false;
  };
  return async (entry) => {
    if (hanging > 0) return failed('An earlier append has not ended yet.');
    try {
      const line = toLine(entry);
      const written = last.then(() => append(path, line));
      const ended = written.catch(() => undefined);
      last = ended;
      if (await endsInTime(written, timers)) return true;
      hanging += 1;
      // It may end later; then further entries are appended again.
      void ended.then(() => {
        hanging -= 1;
      });
      return failed(`The append took more than ${TIMEOUT_MS} ms.`);
    } catch (error) {
      return failed((error as Error).message);
    }
  };
}

/** False if the work takes too long. @throws as the work does */
function endsInTime(work: Promise<unknown>, timers: Timers): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const cancel = timers.setTimer(TIMEOUT_MS, () => resolve(false));
    work.then(() => resolve(true), reject).finally(cancel);
  });
}

const toLine = (entry: Entry): string =>
  JSON.stringify(entry, (_, value) => (typeof value === 'string' ? redact(value) : value));
