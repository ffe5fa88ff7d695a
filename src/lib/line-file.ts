import fs, { constants } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from './errors.ts';
import { makeFolder } from './make-folder.ts';
import { realTimers, sleep } from './scheduler.ts';

// Descriptors in place of file handles, which must not be forgotten while they are open.
const [open, close, fstat, chmod] = [
  promisify(fs.open),
  promisify(fs.close),
  promisify(fs.fstat),
  promisify(fs.fchmod),
];
const [read, write, datasync] = [promisify(fs.read), promisify(fs.write), promisify(fs.fdatasync)];

/** Bytes that must be free before a line is promised a place. */
const MIN_FREE = 1_000_000;

/** The file cannot hold lines; the message says why, as part of a sentence. */
class Unusable extends Error {}

/** ms for which what was found out about the file holds: a check takes several calls of the operating system. */
const FRESH_MS = 250;
/** The same for the space of the disk. */
const SPACE_FRESH_MS = 1_000;

interface OpenedFile {
  readonly file: number;
  readonly ino: number;
  readonly dev: number;
}

/**
 * A file of lines that only its owner can read, which several processes append to. It stays open between lines. Another
 * process may move or delete it at any time: then later lines go to a new file. Not for concurrent calls.
 */
export class LineFile {
  readonly #path: string;
  readonly #now: () => number;
  #opened: OpenedFile | undefined;
  /** Monotonic ms of the last check. */
  #checkedAt = Number.NEGATIVE_INFINITY;
  /** Monotonic ms at which the disk had space. */
  #hadSpaceAt = Number.NEGATIVE_INFINITY;
  /** Bytes after the last check or append. */
  #size = 0;
  #endsInHalfALine = false;
  /** True until the folder that has the file's name is on the disk too. */
  #isNew = false;

  constructor(path: string, now: () => number = () => performance.now()) {
    this.#path = path;
    this.#now = now;
  }

  /**
   * Opens the file, or creates it with its folder, and returns its size in bytes.
   * @throws Error if it is no regular file or cannot be written, or the disk is full
   */
  async open(): Promise<number> {
    if (!this.#isFresh()) {
      await Promise.all([this.#check(), this.#assertSpace()]);
      this.#checkedAt = this.#now();
    }
    return this.#size;
  }

  /** Call after the file was moved. */
  forget(): void {
    this.#checkedAt = Number.NEGATIVE_INFINITY;
    this.#hadSpaceAt = Number.NEGATIVE_INFINITY;
  }

  /** Appends one line with one write, so that lines of several processes never mix. @throws Error if it could not */
  async append(line: string): Promise<void> {
    const file = this.#opened && this.#isFresh() ? this.#opened.file : await this.#check();
    const bytes = Buffer.from(`${this.#endsInHalfALine ? '\n' : ''}${line}\n`);
    const { bytesWritten } = await write(file, bytes, 0, bytes.length, null).catch((error: unknown) => {
      this.forget();
      throw error;
    });
    this.#size += bytesWritten;
    this.#endsInHalfALine = bytesWritten < bytes.length;
    if (this.#endsInHalfALine) throw new Unusable('the disk took only a part of a line');
  }

  /** Resolves when what was appended is on the disk, so that a power failure does not lose it. */
  async sync(): Promise<void> {
    if (this.#opened === undefined) return;
    await datasync(this.#opened.file);
    if (!this.#isNew) return;
    await syncFolder(dirname(this.#path));
    this.#isNew = false;
  }

  async #assertSpace(): Promise<void> {
    if (this.#now() - this.#hadSpaceAt < SPACE_FRESH_MS) return;
    // The folder is created at the same time, if there is none.
    if ((await hasFreeSpace(dirname(this.#path))) === false) throw new Unusable('the disk is full');
    this.#hadSpaceAt = this.#now();
  }

  #isFresh(): boolean {
    return this.#now() - this.#checkedAt < FRESH_MS;
  }

  /** The open file, or a new one if the path has another file or none. */
  async #check(): Promise<number> {
    const found = await fs.promises.stat(this.#path).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error;
    });
    const opened = this.#opened;
    const isSame = found && opened && found.ino === opened.ino && found.dev === opened.dev;
    // Nobody else has appended since.
    if (isSame && found.size === this.#size) return opened.file;
    const { file } = isSame ? opened : await this.#reopen();
    this.#size = isSame ? found.size : (await fstat(file)).size;
    this.#endsInHalfALine = await endsInHalfALine(file, this.#size);
    return file;
  }

  async #reopen(): Promise<OpenedFile> {
    const { file: old } = this.#opened ?? {};
    this.#opened = undefined;
    if (old !== undefined) await close(old);
    await makeFolder(dirname(this.#path));
    const { O_APPEND, O_CREAT, O_NONBLOCK = 0, O_RDWR } = constants;
    // Opening a pipe would wait for its other end.
    const file = await open(this.#path, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK, 0o600);
    try {
      const stats = await fstat(file);
      if (!stats.isFile()) throw new Unusable('it is no regular file');
      if (stats.uid === process.getuid?.() && (stats.mode & 0o077) !== 0) await chmod(file, 0o600);
      this.#opened = { file, ino: stats.ino, dev: stats.dev };
      this.#isNew = stats.size === 0;
      return this.#opened;
    } catch (error) {
      await close(file);
      throw error;
    }
  }
}

/** Windows cannot open a folder, and needs not do so. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await fs.promises.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Undefined if there is no such folder. Some file systems do not tell their size. */
async function hasFreeSpace(folder: string): Promise<boolean | undefined> {
  try {
    const { blocks, bavail, bsize } = await fs.promises.statfs(folder);
    return blocks === 0 || bavail * bsize >= MIN_FREE;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const MAX_CHECKS = 20;
const PAUSE_MS = 5;
const LINE_END = 0x0a;

/** Whether a full disk or a crash, also of another process, left half a line at the end of a file of this size. */
async function endsInHalfALine(file: number, firstSize: number): Promise<boolean> {
  let size = firstSize;
  for (let check = 0; size > 0 && check < MAX_CHECKS; check += 1) {
    const { bytesRead, buffer } = await read(file, Buffer.alloc(1), 0, 1, size - 1);
    if (bytesRead === 0 || buffer[0] === LINE_END) return false;
    await sleep(realTimers, PAUSE_MS);
    const { size: next } = await fstat(file);
    // While it grows, another process is still writing the line.
    if (next === size) return true;
    size = next;
  }
  return size > 0;
}
