import { constants, promises } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { realTimers, sleep } from './scheduler.ts';

/**
 * Appends one line to a file that only its owner can read; the file and its folder are created if necessary. The file is
 * opened each time, so that several processes can share it and it can be moved away.
 */
export async function appendLine(path: string, line: string): Promise<void> {
  await makeFolder(dirname(path));
  const { O_APPEND, O_CREAT, O_NONBLOCK = 0, O_WRONLY } = constants;
  // Opening a pipe that nobody reads fails instead of waiting.
  const file = await promises.open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o600);
  try {
    const stats = await file.stat();
    const isOwn = stats.isFile() && stats.uid === process.getuid?.();
    if (isOwn && (stats.mode & 0o077) !== 0) await file.chmod(0o600);
    const isTorn = stats.isFile() && stats.size > 0 && (await endsInHalfALine(path).catch(() => true));
    await file.appendFile(`${isTorn ? '\n' : ''}${line}\n`);
  } finally {
    await file.close();
  }
}

const MAX_CHECKS = 20;
const PAUSE_MS = 5;

/** Whether a full disk or a crash, also of another process, left half a line at the end of a file. */
async function endsInHalfALine(path: string): Promise<boolean> {
  const file = await promises.open(path, 'r');
  try {
    let sizeBefore = -1;
    for (let check = 0; check < MAX_CHECKS; check += 1) {
      const { size } = await file.stat();
      const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
      if (bytesRead === 0 || buffer[0] === 0x0a) return false;
      // While it grows, another process is still writing the line.
      if (size === sizeBefore) return true;
      sizeBefore = size;
      await sleep(realTimers, PAUSE_MS);
    }
    return true;
  } finally {
    await file.close();
  }
}
