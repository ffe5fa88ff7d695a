import { promises } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { randomWord } from './random-word.ts';

/** A file that lines were moved to; a higher number is later. */
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

/** The files that the lines of this path were moved to, the earliest first. None if the folder cannot be read. */
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

const nextNumber = (files: readonly RotatedFile[]): number => (files.at(-1)?.number ?? 0) + 1;

/** A name for the present file when it is moved. The word at its end keeps two processes from using one name. */
export async function rotatedName(path: string): Promise<string> {
  const { stem, end } = nameParts(path);
  const number = String(nextNumber(await rotatedFiles(path))).padStart(DIGITS, '0');
  return join(dirname(path), `${stem}.${number}-${randomWord(4)}${end}`);
}

export interface OpenedFile {
  readonly number: number;
  readonly file: promises.FileHandle;
}

/**
 * Opens the files of a path one after another, the earliest or the latest first, and closes each when the next is asked
 * for. Each line is in one of them, also if the present file is moved meanwhile.
 * @param accepts called with all numbers before the first file is opened; returns those to open
 */
export async function* openFiles(
  path: string,
  first: 'earliest' | 'latest',
  accepts: (numbers: readonly number[]) => readonly number[] = (numbers) => numbers,
): AsyncGenerator<OpenedFile> {
  const present = await openFile(path);
  try {
    const { ino } = (await present?.stat()) ?? {};
    const all = await rotatedFiles(path);
    // The file that was opened may have been moved since: it is then the last of these.
    const isPresent = await Promise.all(
      all.map(async (file) => ino !== undefined && (await inodeOf(file.path)) === ino),
    );
    const moved = all.filter((_, at) => !isPresent[at]);
    const files = [...moved, { path, number: all[isPresent.indexOf(true)]?.number ?? nextNumber(all) }];
    const accepted = accepts(files.map(({ number }) => number));
    for (const each of first === 'earliest' ? files : files.reverse()) {
      if (!accepted.includes(each.number)) continue;
      const file = each.path === path ? present : await openFile(each.path);
      if (!file) continue;
      try {
        yield { number: each.number, file };
      } finally {
        if (file !== present) await file.close();
      }
    }
  } finally {
    await present?.close();
  }
}

/** Undefined for a file that does not exist (any more), and for what is no regular file. */
async function openFile(path: string): Promise<promises.FileHandle | undefined> {
  const found = await promises.stat(path).catch(() => undefined);
  return found?.isFile() ? promises.open(path, 'r').catch(() => undefined) : undefined;
}

const inodeOf = async (path: string): Promise<number | undefined> =>
  (await promises.stat(path).catch(() => undefined))?.ino;
