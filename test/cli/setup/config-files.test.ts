import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findHosts, type InstalledHost, replaceConfig } from '../../../src/cli/setup/config-files.ts';
import type { Place } from '../../../src/cli/setup/host-files.ts';

const NOW = Date.UTC(2026, 10, 21, 22, 5, 33);

/** A home folder with these files, by path. */
async function createHome(files: Readonly<Record<string, string>>): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), 'ghl-setup-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(home, path, '..'), { recursive: true });
    await writeFile(join(home, path), text);
  }
  return { home, platform: 'linux', env: {} };
}

describe('the hosts of a computer', () => {
  test('are those with a configuration or a folder', async () => {
    const place = await createHome({
      '.cursor/mcp.json': '{}',
      '.codex/auth.json': '{}',
      '.junie/x': '',
      '.claude/x': '',
    });
    const { hosts } = await findHosts(place);
    expect(hosts.map(({ host, text }) => [host.id, text])).toEqual([
      ['claude-code', ''],
      ['cursor', '{}'],
      ['codex', ''],
      ['jetbrains', ''],
    ]);
  });

  test('are none in an empty home folder', async () => {
    expect(await findHosts(await createHome({}))).toEqual({ hosts: [], unreadable: [] });
  });

  test('one whose configuration cannot be read is named, and the others are found', async () => {
    const { hosts, unreadable } = await findHosts(await createHome({ '.cursor/mcp.json/x': '', '.codex/x': '' }));
    expect(hosts.map(({ host }) => host.id)).toEqual(['codex']);
    expect(unreadable).toEqual([
      expect.stringMatching(/^Cursor is left out: .*mcp\.json cannot be read \(EISDIR\)\.$/),
    ]);
  });
});

test('a configuration whose bytes would be lost is left out', async () => {
  const place = await createHome({ '.cursor/mcp.json': '' });
  await writeFile(join(place.home, '.cursor/mcp.json'), Buffer.from('{"name":"Ren\xe9"}', 'latin1'));
  const { hosts, unreadable } = await findHosts(place);
  expect(hosts).toEqual([]);
  expect(unreadable).toEqual([expect.stringMatching(/^Cursor is left out: .*mcp\.json is not UTF-8 text\.$/)]);
});

describe('a configuration is replaced', () => {
  async function cursor(text?: string): Promise<InstalledHost> {
    const place = await createHome(text === undefined ? { '.cursor/x': '' } : { '.cursor/mcp.json': text });
    const { hosts } = await findHosts(place);
    const [found] = hosts;
    if (!found) throw new Error('No host was found');
    return found;
  }

  test('after a copy of it was made', async () => {
    const installed = await cursor('{"a":1}');
    const backup = await replaceConfig(installed, '{"a":2}', NOW);
    expect(backup).toBe(`${installed.file}.2026-11-21T22-05-33-000Z.backup`);
    expect(await readFile(`${backup}`, 'utf8')).toBe('{"a":1}');
    expect(await readFile(installed.file, 'utf8')).toBe('{"a":2}');
  });

  test('or written if there was none, readable by its owner only', async () => {
    const installed = await cursor();
    expect(await replaceConfig(installed, '{}', NOW)).toBeUndefined();
    expect((await stat(installed.file)).mode & 0o777).toBe(0o600);
  });

  test('with its rights, and through a link', async () => {
    const installed = await cursor('{}');
    const target = `${installed.file}.real`;
    await rm(installed.file);
    await writeFile(target, '{}');
    await chmod(target, 0o640);
    await symlink(target, installed.file);
    await replaceConfig(installed, '{"a":2}', NOW);
    expect((await lstat(installed.file)).isSymbolicLink()).toBe(true);
    expect(await readFile(target, 'utf8')).toBe('{"a":2}');
    expect((await stat(target)).mode & 0o777).toBe(0o640);
  });

  test('never if somebody changed it since it was read', async () => {
    const installed = await cursor('{"a":1}');
    await writeFile(installed.file, '{"a":3}');
    await expect(replaceConfig(installed, '{"a":2}', NOW)).rejects.toThrow(/changed since it was shown/);
    expect(await readFile(installed.file, 'utf8')).toBe('{"a":3}');
    expect(await readdir(join(installed.file, '..'))).toEqual(['mcp.json']);
  });

  test('never if it is read-only', async () => {
    const installed = await cursor('{"a":1}');
    await chmod(installed.file, 0o444);
    await expect(replaceConfig(installed, '{"a":2}', NOW)).rejects.toThrow(/cannot be written \(EACCES\)/);
    expect(await readdir(join(installed.file, '..'))).toEqual(['mcp.json']);
  });

  test('never without its copy', async () => {
    const installed = await cursor('{"a":1}');
    await writeFile(`${installed.file}.2026-11-21T22-05-33-000Z.backup`, 'older');
    await expect(replaceConfig(installed, '{"a":2}', NOW)).rejects.toThrow(/cannot be written \(EEXIST\)/);
    expect(await readFile(installed.file, 'utf8')).toBe('{"a":1}');
  });
});
