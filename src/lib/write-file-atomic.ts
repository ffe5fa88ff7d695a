import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';

interface Options {
  /** Also flushes to the disk, so that a power failure leaves the old or the new content. */
  readonly flush?: boolean;
  /**
   * End of the temporary file's name. With a fixed one the next write deletes what a crash left; only one process at a time
   * may then write.
   */
  readonly suffix?: string;
}

/** Replaces a file, readable by its owner only, in one step: a reader sees the old or the new content. */
export async function writeFileAtomic(path: string, text: string, options: Options = {}): Promise<void> {
  const { flush = false, suffix = randomUUID().slice(0, 8) } = options;
  const temporary = `${path}.${suffix}`;
  await makeFolder(dirname(path));
  await rm(temporary, { force: true });
  try {
    await writeFile(temporary, text, { mode: 0o600, flag: 'wx', flush });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
