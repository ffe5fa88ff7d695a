import { existsSync } from 'node:fs';
import { lstat, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findHosts, replaceConfig } from '../../../src/cli/setup/config-files.ts';
import { hostFiles, type Place } from '../../../src/cli/setup/host-files.ts';
import { HOSTS, type Host } from '../../../src/cli/setup/hosts.ts';
import type { ServerEntry } from '../../../src/cli/setup/launch.ts';
import { type Change, planAdditions, planRemovals } from '../../../src/cli/setup/plan.ts';
import { createHome } from './home.ts';
import { SAMPLES } from './samples.ts';

const first: ServerEntry = { command: 'node', args: ['/a b/index.js'], env: { GHL_SCOPES: 'contacts.readonly' } };
const later: ServerEntry = { command: 'npx', args: ['-y', 'ghl-contacts-mcp'], env: {} };

/** One ms later with each change, as the names of copies have the time. */
let now = Date.UTC(2026, 10, 22);
async function make(changes: readonly Change[]): Promise<void> {
  for (const { installed, after } of changes) await replaceConfig(installed, after, now++);
}
const setUp = async (place: Place, server = first) => make(await planAdditions((await findHosts(place)).hosts, server));
const remove = async (place: Place) => make(await planRemovals((await findHosts(place)).hosts));

/** Where the host's configuration is below the home folder. */
const pathOf = (host: Host) => hostFiles(host, { home: '/', platform: 'linux', env: {} }).file.slice(1);

/** The same configuration as editors and systems store it. */
const FORMS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'with Windows line ends': (text) => text.replaceAll('\n', '\r\n'),
  'with a byte order mark': (text) => `\uFEFF${text}`,
  'without a last line end': (text) => text.trimEnd(),
  'with tabs': (text) => text.replace(/^( {2})+/gm, (spaces) => '\t'.repeat(spaces.length / 2)),
};

describe.each(HOSTS)('after setup --remove the configuration of $name', (host) => {
  const path = pathOf(host);

  test.each(Object.entries(FORMS))('is what it was before setup, byte for byte, %s', async (_, form) => {
    const before = form(SAMPLES[host.id] ?? '');
    const place = await createHome({ [path]: before });
    await setUp(place);
    expect(await readFile(join(place.home, path), 'utf8')).not.toBe(before);
    await setUp(place, later);
    await remove(place);
    expect(await readFile(join(place.home, path), 'utf8')).toBe(before);
  });

  test('does not exist if setup created it', async () => {
    const place = await createHome({});
    await mkdir(hostFiles(host, place).folder, { recursive: true });
    await setUp(place);
    await setUp(place, later);
    await remove(place);
    expect(existsSync(join(place.home, path))).toBe(false);
  });
});

describe('setup --remove', () => {
  const cursor = '.cursor/mcp.json';

  test('removes the entry only, if something else was changed after setup', async () => {
    const place = await createHome({ [cursor]: SAMPLES.cursor ?? '' });
    await setUp(place);
    const file = join(place.home, cursor);
    await writeFile(file, (await readFile(file, 'utf8')).replace('mcp.linear.app/sse', 'mcp.linear.app/mcp'));
    await remove(place);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      mcpServers: { linear: { url: 'https://mcp.linear.app/mcp' } },
    });
  });

  test('does not bring back an entry that a person had written before setup', async () => {
    const place = await createHome({ [cursor]: '{"mcpServers":{"ghl":{"command":"mine"},"a":{}}}' });
    await setUp(place);
    await remove(place);
    expect(JSON.parse(await readFile(join(place.home, cursor), 'utf8'))).toEqual({ mcpServers: { a: {} } });
  });

  test('changes no file without the entry, whatever copies there are', async () => {
    const place = await createHome({ [cursor]: '{}', [`${cursor}.2026-01-01T00-00-00-000Z.backup`]: '{"a":1}' });
    const { hosts } = await findHosts(place);
    expect(await planRemovals(hosts)).toEqual([]);
  });

  test('leaves a link to a configuration that setup created', async () => {
    const place = await createHome({ '.cursor/x': '' });
    await setUp(place);
    const file = join(place.home, cursor);
    await rename(file, join(place.home, 'dotfile.json'));
    await symlink(join(place.home, 'dotfile.json'), file);
    await remove(place);
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ mcpServers: {} });
  });
});
