import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Place } from '../../../src/cli/setup/host-files.ts';

/** A home folder with these files, by path. */
export async function createHome(files: Readonly<Record<string, string>>): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), 'ghl-setup-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(home, path, '..'), { recursive: true });
    await writeFile(join(home, path), text);
  }
  return { home, platform: 'linux', env: {} };
}
