import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { hostFiles, type Place } from '../../../src/cli/setup/host-files.ts';
import { HOSTS } from '../../../src/cli/setup/hosts.ts';
import { documentedLaunch, inSandbox, npxLaunch, ownLaunch, type ServerEntry } from '../../../src/cli/setup/launch.ts';

const MAC: Place = { platform: 'darwin', home: '/Users/ana', env: {} };
const LINUX: Place = { platform: 'linux', home: '/home/ana', env: {} };
const WINDOWS: Place = {
  platform: 'win32',
  home: 'C:\\Users\\ana',
  env: { APPDATA: 'C:\\Users\\ana\\AppData\\Roaming' },
};

const host = (id: string) => {
  const found = HOSTS.find((each) => each.id === id);
  if (!found) throw new Error(`There is no host ${id}`);
  return found;
};

const server: ServerEntry = { command: 'npx', args: ['-y', 'ghl-contacts-mcp'], env: { GHL_SCOPES: 'a b' } };

/** Below the home folder, on macOS and on Windows. */
const FILES: Readonly<Record<string, readonly [darwin: string, win32: string]>> = {
  'claude-desktop': [
    'Library/Application Support/Claude/claude_desktop_config.json',
    'AppData\\Roaming\\Claude\\claude_desktop_config.json',
  ],
  'claude-code': ['.claude.json', '.claude.json'],
  vscode: ['Library/Application Support/Code/User/mcp.json', 'AppData\\Roaming\\Code\\User\\mcp.json'],
  cursor: ['.cursor/mcp.json', '.cursor\\mcp.json'],
  codex: ['.codex/config.toml', '.codex\\config.toml'],
  gemini: ['.gemini/settings.json', '.gemini\\settings.json'],
  copilot: ['.copilot/mcp-config.json', '.copilot\\mcp-config.json'],
  opencode: ['.config/opencode/opencode.json', '.config\\opencode\\opencode.json'],
  zed: ['.config/zed/settings.json', 'AppData\\Roaming\\Zed\\settings.json'],
  jetbrains: ['.junie/mcp/mcp.json', '.junie\\mcp\\mcp.json'],
  windsurf: ['.codeium/windsurf/mcp_config.json', '.codeium\\windsurf\\mcp_config.json'],
};

describe('the file and the folder of a host', () => {
  test.each(HOSTS)('$name on macOS and Windows', (each) => {
    const [darwin, win32] = FILES[each.id] ?? [];
    expect(hostFiles(each, MAC).file).toBe(`/Users/ana/${darwin}`);
    expect(hostFiles(each, WINDOWS).file).toBe(`C:\\Users\\ana\\${win32}`);
    expect(hostFiles(each, { ...WINDOWS, env: {} }).file).toBe(`C:\\Users\\ana\\${win32}`);
  });

  test.each([
    ['vscode', LINUX, '/home/ana/.config/Code/User/mcp.json'],
    ['zed', { ...LINUX, env: { XDG_CONFIG_HOME: '/data/config' } }, '/data/config/zed/settings.json'],
    ['codex', { ...LINUX, env: { CODEX_HOME: '/data/codex' } }, '/data/codex/config.toml'],
    ['opencode', { ...LINUX, env: { XDG_CONFIG_HOME: '/data/config' } }, '/data/config/opencode/opencode.json'],
    [
      'claude-desktop',
      { ...WINDOWS, env: { APPDATA: 'D:\\Roaming' } },
      'D:\\Roaming\\Claude\\claude_desktop_config.json',
    ],
  ] as const)('%s on %j', (id, place, file) => {
    expect(hostFiles(host(id), place).file).toBe(file);
  });

  test.each([
    ['claude-code', '/home/ana/.claude'],
    ['cursor', '/home/ana/.cursor'],
    ['jetbrains', '/home/ana/.junie'],
  ])('%s is installed where %s exists', (id, folder) => {
    expect(hostFiles(host(id), LINUX).folder).toBe(folder);
  });
});

/** What the documentation of each host says that an entry may have. */
const command = { command: z.string(), args: z.array(z.string()), env: z.record(z.string(), z.string()).optional() };
const FORMS: Readonly<Record<string, z.ZodType>> = {
  'claude-code': z.strictObject({ type: z.literal('stdio'), ...command }),
  vscode: z.strictObject({ type: z.literal('stdio'), ...command }),
  copilot: z.strictObject({ type: z.literal('local'), ...command, tools: z.array(z.string()) }),
  opencode: z.strictObject({
    type: z.literal('local'),
    command: z.array(z.string()),
    enabled: z.boolean(),
    environment: command.env,
  }),
};

test.each(HOSTS)('$name gets an entry in its form, with and without settings', ({ id, entry }) => {
  const form = FORMS[id] ?? z.strictObject(command);
  form.parse(entry(server));
  form.parse(entry(inSandbox(documentedLaunch())));
  expect(JSON.stringify(entry({ ...server, env: {} }))).not.toContain('env');
});

test('the commands of hosts name the server, its settings and its program', () => {
  const words = Object.fromEntries(HOSTS.flatMap(({ id, install }) => (install ? [[id, install(server)]] : [])));
  expect(words).toEqual({
    'claude-code': [
      ...['claude', 'mcp', 'add', 'ghl', '--scope', 'user', '--env', 'GHL_SCOPES=a b'],
      ...['--', 'npx', '-y', 'ghl-contacts-mcp'],
    ],
    vscode: [
      ...['code', '--add-mcp'],
      '{"name":"ghl","type":"stdio","command":"npx","args":["-y","ghl-contacts-mcp"],"env":{"GHL_SCOPES":"a b"}}',
    ],
    codex: ['codex', 'mcp', 'add', 'ghl', '--env', 'GHL_SCOPES=a b', '--', 'npx', '-y', 'ghl-contacts-mcp'],
    gemini: [
      ...['gemini', 'mcp', 'add', '--scope', 'user', '-e', 'GHL_SCOPES=a b'],
      ...['ghl', 'npx', '--', '-y', 'ghl-contacts-mcp'],
    ],
  });
});

test('install links are pages that GitHub shows as links, with the name and the entry of the server', () => {
  const decoded = HOSTS.flatMap(({ id, link }) => {
    if (!link) return [];
    const { protocol, searchParams } = new URL(link(server));
    expect([protocol, searchParams.get('name')]).toEqual(['https:', 'ghl']);
    return [[id, searchParams.get('config') ?? ''] as const];
  });
  const { vscode = '', cursor = '', ...others } = Object.fromEntries(decoded);
  expect(JSON.parse(vscode)).toEqual(host('vscode').entry(server));
  expect(JSON.parse(Buffer.from(cursor, 'base64').toString())).toEqual(host('cursor').entry(server));
  expect(others).toEqual({});
});

describe('the program that hosts start', () => {
  test('is npx once the package is published, through cmd on Windows', () => {
    expect(documentedLaunch('darwin', true)).toEqual({ command: 'npx', args: ['-y', 'ghl-contacts-mcp'] });
    expect(documentedLaunch('win32', true)).toEqual({ command: 'cmd', args: ['/c', 'npx', '-y', 'ghl-contacts-mcp'] });
  });

  test('is a clone until then', () => {
    expect(documentedLaunch('linux', false).args).toEqual(['/path/to/ghl-contacts-mcp/dist/index.js']);
    expect(documentedLaunch('win32', false).command).toBe('node');
  });

  test('is the one that runs now, or npx if that runs it', () => {
    expect(ownLaunch('/opt/ghl/dist/index.js', 'linux', '/nvm/bin/node')).toEqual({
      command: '/nvm/bin/node',
      args: ['/opt/ghl/dist/index.js'],
    });
    const cached = '/home/ana/.npm/_npx/1a2b/node_modules/ghl-contacts-mcp/dist/index.js';
    expect(ownLaunch(cached, 'linux', '/nvm/bin/node')).toEqual(npxLaunch('linux'));
  });
});
