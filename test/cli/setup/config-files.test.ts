import { chmod, lstat, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findHosts, type InstalledHost, replaceConfig } from '../../../src/cli/setup/config-files.ts';
import { createHome } from './home.ts';

const NOW = Date.UTC(2026, 10, 21, 22, 5, 33);

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

test('a link to a file that does not exist is left out: the change would replace the link', async () => {
  const place = await createHome({ '.cursor/x': '' });
  await symlink(join(place.home, 'nowhere.json'), join(place.home, '.cursor/mcp.json'));
  const { hosts, unreadable } = await findHosts(place);
  expect(hosts).toEqual([]);
  expect(unreadable).toEqual([
    expect.stringMatching(/^Cursor is left out: .*mcp\.json is a link to a file that does not exist\.$/),
  ]);
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
    expect((await stat(`${backup}`)).mode & 0o777).toBe(0o600);
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

  test('by one of two that saw the same text', async () => {
    const installed = await cursor('{"a":1}');
    const both = await Promise.allSettled([
      replaceConfig(installed, '{"a":2}', NOW),
      replaceConfig(installed, '{"a":3}', NOW + 1),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [done] = both.flatMap((each, i) => (each.status === 'fulfilled' ? [`{"a":${i + 2}}`] : []));
    expect(await readFile(installed.file, 'utf8')).toBe(done);
    expect(await readdir(join(installed.file, '..'))).toHaveLength(2);
  });

  test('never without its copy', async () => {
    const installed = await cursor('{"a":1}');
    await writeFile(`${installed.file}.2026-11-21T22-05-33-000Z.backup`, 'older');
    await expect(replaceConfig(installed, '{"a":2}', NOW)).rejects.toThrow(/cannot be written \(EEXIST\)/);
    expect(await readFile(installed.file, 'utf8')).toBe('{"a":1}');
  });
});
