import { chmod, lstat, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode, UserError } from '../../lib/errors.ts';
import { withFileLock } from '../../lib/file-lock.ts';
import { writeFileAtomic } from '../../lib/write-file-atomic.ts';
import { hostFiles, type Place } from './host-files.ts';
import { HOSTS, type Host } from './hosts.ts';

/** A host that is installed, and what its configuration has; empty text where there is no file yet. */
export interface InstalledHost {
  readonly host: Host;
  readonly file: string;
  readonly text: string;
}

/** Other bytes are an error: they would be lost when the text is written again. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const isLink = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );

/** Undefined if there is no file. @throws UserError */
async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return UTF_8.decode(await readFile(file));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      if (await isLink(file)) throw new UserError(`${file} is a link to a file that does not exist.`);
      return undefined;
    }
    if (error instanceof TypeError) throw new UserError(`${file} is not UTF-8 text.`);
    throw new UserError(`${file} cannot be read (${errorCode(error)}).`);
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

async function readHost(host: Host, place: Place): Promise<InstalledHost | undefined> {
  const { file, folder } = hostFiles(host, place);
  const text = await readIfThere(file);
  return text !== undefined || (await exists(folder)) ? { host, file, text: text ?? '' } : undefined;
}

/** The hosts of this computer in the order of the documentation, and a sentence for each that cannot be read. */
export async function findHosts(
  place: Place,
): Promise<{ readonly hosts: readonly InstalledHost[]; readonly unreadable: readonly string[] }> {
  const read = await Promise.allSettled(HOSTS.map((host) => readHost(host, place)));
  return {
    hosts: read.flatMap((each) => (each.status === 'fulfilled' && each.value ? [each.value] : [])),
    unreadable: read.flatMap((each, i) =>
      each.status === 'rejected' ? [`${HOSTS[i]?.name} is left out: ${(each.reason as Error).message}`] : [],
    ),
  };
}

/** `2026-11-21T22-05-33-000Z`: sorts by time, and Windows takes it in the name of a file. */
const stamp = (now: number) => new Date(now).toISOString().replace(/[:.]/g, '-');
const BACKUP = '.backup';

/** The copies that setup made of a configuration, newest first. */
export async function readBackups(file: string): Promise<string[]> {
  const target = await realpath(file);
  const start = `${basename(target)}.`;
  const names = (await readdir(dirname(target))).filter((name) => name.startsWith(start) && name.endsWith(BACKUP));
  const newestFirst = names.sort().reverse();
  const texts = await Promise.all(newestFirst.map((name) => readIfThere(join(dirname(target), name))));
  return texts.filter((text) => text !== undefined);
}

/**
 * Replaces a configuration in one step, or deletes it if `after` is undefined. A link stays a link, and the rights of the
 * file stay as they are. Of two processes that do so at once, one is refused.
 *
 * @returns the path of the copy of what was there, which only its owner can read; undefined if there was no file
 * @throws UserError if the file was changed since it was read, or cannot be written
 */
export async function replaceConfig(
  { file, text }: InstalledHost,
  after: string | undefined,
  now: number,
): Promise<string | undefined> {
  return withFileLock(`${file}.setup.lock`, async () => {
    const current = await readIfThere(file);
    if ((current ?? '') !== text) throw new UserError(`${file} changed since it was shown, so it was left as it is.`);
    try {
      if (current !== undefined) return await replace(file, current, after, now);
      if (after !== undefined) await writeFileAtomic(file, after, { flush: true });
      return undefined;
    } catch (error) {
      throw new UserError(`${file} cannot be written (${errorCode(error)}).`);
    }
  });
}

async function replace(file: string, text: string, after: string | undefined, now: number): Promise<string> {
  const target = await realpath(file);
  const backup = `${target}.${stamp(now)}${BACKUP}`;
  const { mode } = await stat(target);
  // The owner, or a program that manages the file, made it read-only: the rename below would replace it all the same.
  if ((mode & 0o200) === 0) throw Object.assign(new Error('The file is read-only'), { code: 'EACCES' });
  // Configurations may have tokens of other servers.
  await writeFile(backup, text, { flag: 'wx', mode: 0o600, flush: true });
  if (after === undefined) {
    await rm(target);
    return backup;
  }
  await writeFileAtomic(target, after, { flush: true });
  await chmod(target, mode & 0o777);
  return backup;
}
