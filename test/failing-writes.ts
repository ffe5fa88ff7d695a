import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

type Write = (content: Buffer, from: number, length: number, at: number) => Promise<unknown>;

/**
 * Writes to open files store half of their content and fail with this code, all but the first `whole`. Returns a function
 * that ends this, as the end of the test does. `folder` is one that can be written.
 */
export async function failWrites(folder: string, code: string, whole = 0): Promise<() => void> {
  const path = join(folder, 'probe');
  const file = await open(path, 'w');
  const handle: { write: Write } = Object.getPrototypeOf(file);
  await file.close();
  await rm(path);
  const { write } = handle;
  let writes = 0;
  const spy = vi.spyOn(handle, 'write').mockImplementation(async function (this: unknown, content, from, length, at) {
    writes += 1;
    if (writes <= whole) return write.call(this, content, from, length, at);
    await write.call(this, content, from, Math.floor(length / 2), at);
    throw Object.assign(new Error(code), { code });
  });
  const end = () => void spy.mockRestore();
  onTestFinished(end);
  return end;
}
