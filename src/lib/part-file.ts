import { constants } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, UserError } from './errors.ts';
import { makeFolder } from './make-folder.ts';

/** What prevented that a file was written. */
export type FileErrorKind =
  /** The disk, or the quota of the user, is full. */
  | 'noSpace'
  /** The folder or the file cannot be written. */
  | 'notWritable'
  /** The unfinished file was removed or replaced, or is shorter than what was written to it. */
  | 'replaced'
  /** All names of the file are taken. */
  | 'nameTaken';

export class FileError extends UserError {
  override readonly name = 'FileError';
  readonly kind: FileErrorKind;
  constructor(message: string, kind: FileErrorKind) {
    super(message);
    this.kind = kind;
  }
}

/** Numbers tried for a name that is taken: `name.csv`, `name-2.csv`, … */
const MAX_NAMES = 1_000;
const PART = '.part';
/** Undefined on Windows. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** `folder/stem.extension`. */
export interface FileName {
  readonly folder: string;
  readonly stem: string;
  readonly extension: string;
}

/** A file that is written in parts, by several calls, under a name that ends in `.part` until it is complete. */
export class PartFile {
  readonly #name: FileName;
  /** Of the names tried. */
  readonly #number: number;
  readonly #identity: string;
  #bytes = 0;

  private constructor(name: FileName, number: number, identity: string) {
    this.#name = name;
    this.#number = number;
    this.#identity = identity;
  }

  /** Bytes written completely. What a failed write left behind them is overwritten. */
  get bytes(): number {
    return this.#bytes;
  }

  get path(): string {
    return pathOf(this.#name, this.#number) + PART;
  }

  /**
   * Creates the file, readable by its owner only, and its folder if necessary. No file, link or unfinished file of
   * another process has its name. @throws FileError
   */
  static async create(name: FileName): Promise<PartFile> {
    try {
      await makeFolder(name.folder);
      for (let number = 1; number <= MAX_NAMES; number += 1) {
        const target = pathOf(name, number);
        const file = (await exists(target)) ? undefined : await createNew(target + PART);
        if (!file) continue;
        const identity = await identityOf(file).finally(() => file.close());
        return new PartFile(name, number, identity);
      }
    } catch (error) {
      throw fileError(error, name.folder);
    }
    throw nameTaken(name);
  }

  /** Appends a text. After an error the file is as before, and the same text may be given again. @throws FileError */
  async append(text: string): Promise<void> {
    const content = Buffer.from(text);
    await this.#use(async (file) => {
      for (let done = 0; done < content.length; ) {
        const { bytesWritten } = await file.write(content, done, content.length - done, this.#bytes + done);
        done += bytesWritten;
      }
    });
    this.#bytes += content.length;
  }

  /**
   * Gives the complete file its name, or the next that is free: an existing file is never replaced. Returns the path.
   * @throws FileError
   */
  async publish(): Promise<string> {
    await this.#use(async (file) => {
      await file.truncate(this.#bytes);
      await file.sync();
    });
    for (let number = this.#number; number <= MAX_NAMES; number += 1) {
      const target = pathOf(this.#name, number);
      try {
        await moveToNewName(this.path, target);
        return target;
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw this.#errorOf(error);
      }
    }
    throw nameTaken(this.#name);
  }

  /** Deletes the unfinished file, unless it was replaced. */
  async discard(): Promise<void> {
    await this.#use(() => rm(this.path)).catch(() => undefined);
  }

  /** Opens the file for `work`, if it is still the one that was created. @throws FileError */
  async #use(work: (file: FileHandle) => Promise<void>): Promise<void> {
    try {
      const file = await open(this.path, constants.O_WRONLY | NO_FOLLOW);
      try {
        const { size } = await file.stat();
        if ((await identityOf(file)) !== this.#identity || size < this.#bytes) throw replaced(this.path);
        await work(file);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  #errorOf(error: unknown): unknown {
    return GONE.includes(errorCode(error)) ? replaced(this.path) : fileError(error, this.path);
  }
}

const pathOf = ({ folder, stem, extension }: FileName, number: number): string =>
  join(folder, `${stem}${number === 1 ? '' : `-${number}`}.${extension}`);

/** Also a link to nothing exists. */
const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    },
  );

/** Undefined where the name is taken. */
const createNew = (path: string): Promise<FileHandle | undefined> =>
  open(path, 'wx', 0o600).catch((error: unknown) => {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw error;
  });

const identityOf = async (file: FileHandle): Promise<string> => {
  const { dev, ino } = await file.stat({ bigint: true });
  return `${dev} ${ino}`;
};

/** Errors of file systems without hard links. */
const NO_LINKS: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Unlike a rename, a link never replaces a file. Where there are none, an empty file takes the name first. */
async function moveToNewName(path: string, target: string): Promise<void> {
  try {
    await link(path, target);
    await rm(path, { force: true });
  } catch (error) {
    if (!NO_LINKS.includes(errorCode(error))) throw error;
    await (await open(target, 'wx', 0o600)).close();
    await rename(path, target);
  }
}

const NO_SPACE: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const GONE: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'ELOOP'];

/** An error of the system as one that says what is wrong; any other error is unchanged. */
function fileError(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (error instanceof FileError || code === undefined) return error;
  return NO_SPACE.includes(code)
    ? new FileError(`${path} cannot be written: the disk is full (${code}).`, 'noSpace')
    : new FileError(`${path} cannot be written (${code}).`, 'notWritable');
}

const replaced = (path: string): FileError =>
  new FileError(`The unfinished file ${path} was removed or replaced meanwhile.`, 'replaced');

const nameTaken = ({ folder, stem, extension }: FileName): FileError =>
  new FileError(`${folder} has ${MAX_NAMES} files named ${stem}.${extension}: give another name.`, 'nameTaken');
