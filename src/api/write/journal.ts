import type { Json } from '../../lib/json.ts';
import type { Log } from '../../lib/log.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { redact } from '../../lib/redact.ts';
import { realTimers, sleep, type Timers } from '../../lib/scheduler.ts';

/** One write, as it went. */
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
  /** True where the host had given up before the outcome was known. */
  readonly cancelled: boolean;
  readonly traceId: string | undefined;
  readonly host: string | undefined;
}

/** Keeps an entry; false where it could not, or not within some seconds. */
export type Journal = (entry: Entry) => Promise<boolean>;

export const noJournal: Journal = async () => true;

/** ms for one append: a network home that is gone would delay the answer of a write for ever. */
const LIMIT_MS = 2_000;

/**
 * JSON lines in a file of the owner's alone. Each is one append, so that several servers can share it, and opens the
 * file anew, so that it may be moved away meanwhile.
 */
export function fileJournal(
  path: string,
  log: Log,
  options: { timers?: Timers; append?: typeof append } = {},
): Journal {
  const { timers = realTimers, append: write = append } = options;
  /** One at a time: each that hangs takes a thread from all other work with files and names. */
  let last: Promise<unknown> = Promise.resolve();
  let stuck = 0;
  const failed = (message: string): false => {
    log('error', 'journal', { path, error: message });
    return false;
  };
  return async (entry) => {
    if (stuck > 0) return failed('An earlier append has not ended yet.');
    try {
      const line = lineOf(entry);
      const written = last.then(() => write(path, line));
      const ended = written.catch(() => undefined);
      last = ended;
      if (await isOver(written, timers)) return true;
      stuck += 1;
      // It may still be written: then the next ones are, too.
      void ended.then(() => {
        stuck -= 1;
      });
      return failed(`The append took more than ${LIMIT_MS} ms.`);
    } catch (error) {
      return failed((error as Error).message);
    }
  };
}

/** True once the work is done; false where that takes too long. @throws as the work does */
function isOver(work: Promise<unknown>, timers: Timers): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const cancel = timers.setTimer(LIMIT_MS, () => resolve(false));
    work.then(() => resolve(true), reject).finally(cancel);
  });
}

async function append(path: string, line: string): Promise<void> {
  const [{ constants, open }, { dirname }] = await Promise.all([import('node:fs/promises'), import('node:path')]);
  await makeFolder(dirname(path));
  const { O_APPEND, O_CREAT, O_NONBLOCK = 0, O_WRONLY } = constants;
  // Opening a pipe that nobody reads fails instead of waiting.
  const file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o600);
  try {
    const stats = await file.stat();
    const isOwn = stats.isFile() && stats.uid === process.getuid?.();
    if (isOwn && (stats.mode & 0o077) !== 0) await file.chmod(0o600);
    const torn = stats.isFile() && stats.size > 0 && (await isTorn(path).catch(() => true));
    await file.appendFile(`${torn ? '\n' : ''}${line}\n`);
  } finally {
    await file.close();
  }
}

/** Looks at the end of the file, and ms between two of them. */
const LOOKS = 20;
const PAUSE_MS = 5;

/** Whether half a line stands at the end of a file, as a full disk or a crash leaves it, be it of another process. */
async function isTorn(path: string): Promise<boolean> {
  let before = -1;
  for (let look = 0; look < LOOKS; look += 1) {
    const { size, ended } = await endOf(path);
    if (ended) return false;
    // While it grows, somebody is writing the rest.
    if (size === before) return true;
    before = size;
    await sleep(realTimers, PAUSE_MS);
  }
  return true;
}

async function endOf(path: string): Promise<{ size: number; ended: boolean }> {
  const { open } = await import('node:fs/promises');
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
    return { size, ended: bytesRead === 0 || buffer[0] === 0x0a };
  } finally {
    await file.close();
  }
}

const lineOf = (entry: Entry): string =>
  JSON.stringify(entry, (_, value) => (typeof value === 'string' ? redact(value) : value));
