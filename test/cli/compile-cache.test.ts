import { execFile } from 'node:child_process';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

/** stdout of `--version`, which loads the program and ends. */
async function versionWith(cache: string): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: cache, XDG_CACHE_HOME: cache, LOCALAPPDATA: cache };
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/index.js', '--version'], { env });
  return stdout;
}

const temporary = () => mkdtemp(join(tmpdir(), 'compile-cache-'));

describe('compiled code', () => {
  test.runIf('enableCompileCache' in module && process.platform === 'linux')(
    'is kept in the cache folder of the user for the next start',
    async () => {
      const cache = await temporary();
      const first = await versionWith(cache);
      expect(await readdir(join(cache, 'ghl-contacts-mcp'))).toHaveLength(1);
      expect(await versionWith(cache)).toBe(first);
    },
  );

  test('is not kept where the folder cannot be made, and the program starts', async () => {
    const file = join(await temporary(), 'file');
    await writeFile(file, '');
    expect(await versionWith(file)).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
