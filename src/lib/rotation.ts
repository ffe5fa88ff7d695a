import { promises } from 'node:fs';
import { errorCode } from './errors.ts';
import type { Log } from './log.ts';
import { rotatedFiles, rotatedName } from './rotated-files.ts';
import { epochOf, type Timers } from './scheduler.ts';
import { DAY_MS, epochMs } from './time.ts';

/** Share of the days of the setting that one file covers: it is deleted as a whole. */
const FILE_SHARE = 1 / 10;
/** ms between two checks of age, and after a file could not be moved. */
const CHECK_MS = 3_600_000;
/** ms to wait for another process that moves the file. */
const LOCK_MS = 1_000;

interface RotationOptions {
  readonly maxBytes: number;
  /** Days for which lines are stored at least. */
  readonly days: number;
  readonly timers: Timers;
  readonly log: Log;
}

/** Moves a file of JSON lines when it is large or old, and deletes moved files that are too old. */
export class Rotation {
  readonly #path: string;
  readonly #options: RotationOptions;
  /** Monotonic ms. */
  #nextCheck = Number.NEGATIVE_INFINITY;
  #nextMove = Number.NEGATIVE_INFINITY;

  constructor(path: string, options: RotationOptions) {
    this.#path = path;
    this.#options = options;
  }

  /**
   * Returns true if the file was moved: then the next line begins a new one. Processes that have it open go on appending
   * to the moved file, where readers find their lines. A file that cannot be moved grows on.
   */
  async run(size: number): Promise<boolean> {
    const { maxBytes, timers, log } = this.#options;
    const now = timers.now();
    const isCheck = now >= this.#nextCheck;
    if ((size < maxBytes || now < this.#nextMove) && !isCheck) return false;
    if (isCheck) {
      this.#nextCheck = now + CHECK_MS;
      await this.#deleteOld();
    }
    try {
      return (await this.#isDue()) && (await this.#move());
    } catch (error) {
      // Another process has moved it.
      if (errorCode(error) === 'ENOENT') return true;
      this.#nextMove = now + CHECK_MS;
      log('warn', 'file not rotated', { path: this.#path, error: (error as Error).message });
      return false;
    }
  }

  /** Epoch ms of so many days ago. */
  #daysAgo(days: number): number {
    const { timers } = this.#options;
    return epochOf(timers, timers.now()) - days * DAY_MS;
  }

  async #isDue(): Promise<boolean> {
    const { maxBytes, days } = this.#options;
    const { size } = await promises.stat(this.#path);
    return size >= maxBytes || (await timeOfFirstLine(this.#path)) < this.#daysAgo(days * FILE_SHARE);
  }

  async #move(): Promise<boolean> {
    const { withFileLock } = await import('./file-lock.ts');
    const until = performance.now() + LOCK_MS;
    const move = async (): Promise<boolean> => {
      // Another process may have moved it meanwhile.
      if (!(await this.#isDue().catch(() => false))) return true;
      await promises.rename(this.#path, await rotatedName(this.#path));
      return true;
    };
    return withFileLock(`${this.#path}.lock`, move, () => performance.now() < until);
  }

  /**
   * By the time of their last line. The days are counted back from the last line of the newest of them, unless the clock
   * is behind it: a clock that is ahead for a while deletes nothing.
   */
  async #deleteOld(): Promise<void> {
    const files = await rotatedFiles(this.#path);
    const times = await Promise.all(files.map(({ path }) => lastWrite(path)));
    const newest = times.at(-1) ?? Number.NaN;
    const before = Math.min(this.#daysAgo(0), newest) - this.#options.days * DAY_MS;
    const old = files.filter((_, at) => (times[at] ?? Number.NaN) < before);
    for (const { path } of old) await promises.rm(path, { force: true }).catch(() => undefined);
  }
}

/** Epoch ms; NaN for a file that does not exist (any more). */
export const lastWrite = (path: string): Promise<number> =>
  promises.stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.NaN,
  );

/** Bytes of a line in which its time stands. */
const HEAD_BYTES = 200;

/** Epoch ms; NaN for a file that does not start with a line that has a time. */
async function timeOfFirstLine(path: string): Promise<number> {
  const file = await promises.open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return epochMs(/"time":"([^"]+)"/.exec(buffer.toString('utf8', 0, bytesRead))?.[1]);
  } finally {
    await file.close();
  }
}
