import { promises } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { errorCode } from '../../../lib/errors.ts';
import type { Log } from '../../../lib/log.ts';
import { randomWord } from '../../../lib/random-word.ts';
import { epochOf, type Timers } from '../../../lib/scheduler.ts';
import { DAY_MS, epochMs } from '../../../lib/time.ts';

/** A file that the journal was moved to; a higher number is later. */
export interface RotatedFile {
  readonly path: string;
  readonly number: number;
}

const DIGITS = 6;

/** `journal.jsonl` is moved to `journal.000001-k3f9.jsonl`: the word keeps two processes from using one name. */
function nameParts(path: string): { readonly stem: string; readonly end: string } {
  const end = extname(path);
  return { stem: basename(path, end), end };
}

/** The files that this journal was moved to, the earliest first. None if the folder cannot be read. */
export async function rotatedFiles(path: string): Promise<RotatedFile[]> {
  const { stem, end } = nameParts(path);
  const names = await promises.readdir(dirname(path)).catch(() => []);
  const files = names.flatMap((name) => {
    if (!name.startsWith(`${stem}.`) || !name.endsWith(end)) return [];
    const [, number] = /^(\d{6,9})-[a-z0-9]+$/.exec(name.slice(stem.length + 1, name.length - end.length)) ?? [];
    return number === undefined ? [] : [{ path: join(dirname(path), name), number: Number(number) }];
  });
  return files.sort((a, b) => a.number - b.number || (a.path < b.path ? -1 : 1));
}

/** The number that the present file gets when it is moved. */
export const nextNumber = (files: readonly RotatedFile[]): number => (files.at(-1)?.number ?? 0) + 1;

/** Share of the days of the setting that one file covers: it is deleted as a whole. */
const FILE_SHARE = 1 / 10;
/** ms between two checks of age, and after a file could not be moved. */
const CHECK_MS = 3_600_000;
/** ms to wait for another process that moves the file. */
const LOCK_MS = 1_000;

interface RotationOptions {
  readonly maxBytes: number;
  /** Days for which entries are stored at least. */
  readonly days: number;
  readonly timers: Timers;
  readonly log: Log;
}

/** Moves the journal when it is large or old, and deletes moved files that are too old. */
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
      log('warn', 'journal not rotated', { path: this.#path, error: (error as Error).message });
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
    const { withFileLock } = await import('../../../lib/file-lock.ts');
    const until = performance.now() + LOCK_MS;
    const move = async (): Promise<boolean> => {
      // Another process may have moved it meanwhile.
      if (!(await this.#isDue().catch(() => false))) return true;
      const { stem, end } = nameParts(this.#path);
      const number = String(nextNumber(await rotatedFiles(this.#path))).padStart(DIGITS, '0');
      await promises.rename(this.#path, join(dirname(this.#path), `${stem}.${number}-${randomWord(4)}${end}`));
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

/** Epoch ms; NaN for a file that was deleted meanwhile. */
const lastWrite = (path: string): Promise<number> =>
  promises.stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.NaN,
  );

/** Bytes of a line in which its time stands. */
const HEAD_BYTES = 200;

/** Epoch ms; NaN for a file without a line of the journal at its start. */
async function timeOfFirstLine(path: string): Promise<number> {
  const file = await promises.open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return epochMs(/"time":"([^"]+)"/.exec(buffer.toString('utf8', 0, bytesRead))?.[1]);
  } finally {
    await file.close();
  }
}
