import { LineFile } from '../../../lib/line-file.ts';
import type { Log } from '../../../lib/log.ts';
import { singleFlight } from '../../../lib/memoize.ts';
import { Rotation } from '../../../lib/rotation.ts';
import { realTimers, type Timers } from '../../../lib/scheduler.ts';
import { toLine } from './build-entry.ts';
import { type Journal, JournalUnavailable } from './journal.ts';

export interface JournalSettings {
  readonly path: string;
  /** Days for which entries are stored at least. */
  readonly days: number;
  readonly hasValues: boolean;
}

interface Options {
  readonly timers?: Timers;
  /** Bytes after which a new file begins. */
  readonly maxBytes?: number;
  readonly file?: Pick<LineFile, 'open' | 'forget' | 'append'>;
}

/** ms for one step: a network drive that is gone would otherwise delay the answer of a write indefinitely. */
const TIMEOUT_MS = 2_000;
const MAX_BYTES = 10_000_000;
/** Lines in memory while the file takes none: those of writes in flight, and of calls that are refused. */
const MAX_UNWRITTEN = 1_000;

/** A journal of JSON lines in one file, and in those that it was moved to. */
export function fileJournal(
  { path, days, hasValues }: JournalSettings,
  log: Log,
  { timers = realTimers, maxBytes = MAX_BYTES, file = new LineFile(path, timers.now) }: Options = {},
): Journal {
  const inTurn = createTurns(timers);
  /** In order; a line stays until the file took it, and no further write is sent before. */
  const unwritten: string[] = [];
  const rotation = new Rotation(path, { days, maxBytes, timers, log });

  async function writeAll(): Promise<void> {
    for (let line = unwritten[0]; line !== undefined; line = unwritten[0]) {
      await file.append(line);
      unwritten.shift();
    }
  }

  const logFailure = (error: unknown) => log('error', 'journal', { path, error: reasonOf(error) });

  const assertWritable = singleFlight(async () => {
    try {
      await inTurn(async () => {
        if (await rotation.run(await file.open())) {
          file.forget();
          await file.open();
        }
        await writeAll();
      });
    } catch (error) {
      logFailure(error);
      throw new JournalUnavailable(
        `The journal ${path} cannot be written (${reasonOf(error)}), so nothing was sent: every write is recorded there. Correct that and call again; the owner can also set GHL_JOURNAL to another file, or to off.`,
      );
    }
  });

  return {
    hasValues,
    assertWritable,
    async append(entry) {
      if (unwritten.length < MAX_UNWRITTEN) unwritten.push(toLine(entry, hasValues));
      try {
        await inTurn(writeAll);
        return true;
      } catch (error) {
        logFailure(error);
        return false;
      }
    },
    read: async (query) => (await import('./read-journal.ts')).readJournal(path, query),
  };
}

/**
 * Runs one step at a time: one that hangs holds a thread that lookups of hosts and other files need. It may end later; until
 * then further steps are refused.
 */
function createTurns(timers: Timers): (step: () => Promise<void>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  let hanging = 0;
  return async (step) => {
    if (hanging > 0) throw new Error('an earlier append has not ended');
    const running = last.then(step);
    const ended = running.catch(() => undefined);
    last = ended;
    if (await endsInTime(running, timers)) return;
    hanging += 1;
    void ended.then(() => {
      hanging -= 1;
    });
    throw new Error(`it did not answer within ${TIMEOUT_MS} ms`);
  };
}

/** `ENOSPC: no space left on device`, without the system call and the path. */
const reasonOf = (error: unknown): string => (error as Error).message.replace(/, \w+( '.*)?$/s, '');

/** False if the work takes too long. @throws as the work does */
function endsInTime(work: Promise<unknown>, timers: Timers): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const cancel = timers.setTimer(TIMEOUT_MS, () => resolve(false));
    work.then(() => resolve(true), reject).finally(cancel);
  });
}
