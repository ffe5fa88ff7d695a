import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseJsonFile } from '../../../src/cli/setup/edit-json.ts';
import { createWorld, type World } from '../../api/auth/world.ts';
import { PROGRAM } from '../../program.ts';
import { hasTerminal, startOnTerminal } from '../terminal.ts';
import { SAMPLES } from './samples.ts';

/** A world with Cursor and VS Code; VS Code's folder follows `XDG_CONFIG_HOME`. */
async function createHosts() {
  const world = await createWorld();
  const cursor = join(world.folder, '.cursor', 'mcp.json');
  const code = join(world.folder, 'config', 'Code', 'User', 'mcp.json');
  for (const [file, text] of [
    [cursor, SAMPLES.cursor],
    [code, SAMPLES.vscode],
  ] as const) {
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, text ?? '');
  }
  return { world, cursor, code };
}

const program = { command: process.execPath, args: [PROGRAM] };
const entryIn = async (file: string, key: string) => {
  const servers = parseJsonFile(await readFile(file, 'utf8'))[key];
  return (servers as Readonly<Record<string, unknown>>).ghl;
};
const accountOf = ({ sandbox, env }: World) => ({
  GHL_LOCATION_ID: sandbox.locationId,
  GHL_TOKEN_STORE: env.GHL_TOKEN_STORE,
  GHL_BASE_URL: env.GHL_BASE_URL,
});

describe.skipIf(!hasTerminal)('setup on a terminal', () => {
  /** Answers each question in turn. */
  async function answer(world: World, command: string, answers: readonly (readonly [string, string])[]) {
    const { until, type, typeSecret, ended, shown } = startOnTerminal(world.env, command);
    for (const [question, reply] of answers) {
      await until(question);
      if (question.includes('token')) await typeSecret(reply);
      else type(reply);
    }
    return { code: await ended, shown: shown() };
  }

  test('signs in, adds the entry, keeps a copy, runs doctor and says what to ask; a second run replaces the entry', async () => {
    const { world, cursor, code } = await createHosts();
    const { sandbox } = world;
    const first = await answer(world, 'setup', [
      ['Which of them?', ''],
      ['Id of the location', sandbox.locationId],
      ['Private integration token', sandbox.token],
      ['read, write or all', 'write'],
      ['Make these changes?', 'yes'],
    ]);
    expect(first.shown).toMatch(/Cursor: done\. A copy of what was there is .*\.backup/);
    expect(first.shown).toMatch(/✓ sign-in/);
    expect(first.shown).toContain('Cursor: Switch the server on under Settings > MCP.');
    expect(first.shown).toContain('Then ask: "How many contacts do I have?"');
    expect(first.shown).not.toContain(sandbox.token);
    expect(first.code).toBe(0);
    const env = {
      ...accountOf(world),
      GHL_SCOPES: 'contacts.readonly contacts.write',
      GHL_TOOLS: '-delete,-automation',
    };
    expect(await entryIn(cursor, 'mcpServers')).toEqual({ ...program, env });
    expect(await entryIn(code, 'servers')).toEqual({ type: 'stdio', ...program, env });
    expect(await readFile(code, 'utf8')).not.toContain(sandbox.token);

    const second = await answer(world, 'setup', [
      ['Which of them?', '2'],
      ['Which location?', '1'],
      ['read, write or all', ''],
      ['Make these changes?', 'yes'],
    ]);
    expect(second.shown).toContain(`Cursor: setup changes the entry ghl in ${cursor}`);
    expect(await entryIn(cursor, 'mcpServers')).toEqual({
      ...program,
      env: { ...accountOf(world), GHL_SCOPES: 'contacts.readonly' },
    });
    expect(await entryIn(code, 'servers')).toEqual({ type: 'stdio', ...program, env });
  });

  test('changes nothing without a yes', async () => {
    const { world, cursor } = await createHosts();
    const { code, shown } = await answer(world, 'setup --sandbox', [
      ['Which of them?', '2'],
      ['Make these changes?', 'y'],
    ]);
    expect(shown).toContain('Nothing was changed.');
    expect(code).toBe(0);
    expect(await readFile(cursor, 'utf8')).toBe(SAMPLES.cursor);
    expect(await readdir(join(cursor, '..'))).toEqual(['mcp.json']);
  });

  test('leaves a configuration alone that is not valid, and goes on with the others', async () => {
    const { world, cursor, code } = await createHosts();
    await writeFile(code, '{ "servers": ');
    const result = await answer(world, 'setup --sandbox', [
      ['Which of them?', '1 2'],
      ['Make these changes?', 'yes'],
    ]);
    expect(result.shown).toContain('VS Code: Its configuration is not valid JSON');
    expect(result.code).toBe(1);
    expect(await readFile(code, 'utf8')).toBe('{ "servers": ');
    expect(await entryIn(cursor, 'mcpServers')).toEqual({ ...program, args: [PROGRAM, '--sandbox'] });
  });

  test('of two that run at once the second changes nothing that it has not shown', async () => {
    const { world, code } = await createHosts();
    const [one, other] = [startOnTerminal(world.env, 'setup --sandbox'), startOnTerminal(world.env, 'setup --sandbox')];
    for (const { until, type } of [one, other]) {
      await until('Which of them?');
      type('1');
      await until('Make these changes?');
    }
    one.type('yes');
    expect(await one.ended).toBe(0);
    expect(await entryIn(code, 'servers')).toMatchObject({ command: program.command });
    const after = await readFile(code, 'utf8');
    other.type('yes');
    expect(await other.ended).toBe(1);
    expect(other.shown()).toMatch(/changed since it was shown, so it was left as it is\. Run setup again\./);
    expect(await readFile(code, 'utf8')).toBe(after);
  });

  test('--remove takes the entry out of every configuration', async () => {
    const { world, cursor, code } = await createHosts();
    await answer(world, 'setup --sandbox', [
      ['Which of them?', ''],
      ['Make these changes?', 'yes'],
    ]);
    const { shown } = await answer(world, 'setup --remove', [['Make these changes?', 'yes']]);
    expect(shown).toContain(`Cursor: setup removes the entry ghl from ${cursor}`);
    expect(await readFile(cursor, 'utf8')).toBe(SAMPLES.cursor);
    expect(await readFile(code, 'utf8')).toBe(SAMPLES.vscode);
    expect((await answer(world, 'setup --remove', [])).shown).toContain('Nothing was changed');
  });

  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s ends it, and is not the answer that Enter gives', async (_, key) => {
    const { world, cursor } = await createHosts();
    const { until, press, ended, shown } = startOnTerminal(world.env, 'setup');
    await until('Which of them?');
    press(key);
    expect(await ended).toBe(130);
    expect(shown()).not.toContain('Id of the location');
    expect(await readFile(cursor, 'utf8')).toBe(SAMPLES.cursor);
  });

  test.each([
    ['a host that is not there', [['Which of them?', '7']], 'Answer with numbers from 1 to 2'],
    [
      'a location that is none',
      [
        ['Which of them?', '1'],
        ['Id of the location', 'a b'],
      ],
      'not a location id',
    ],
  ] as const)('%s ends it before anything is changed', async (_, answers, message) => {
    const { world, cursor } = await createHosts();
    const { code, shown } = await answer(world, 'setup', answers);
    expect(shown).toContain(message);
    expect(code).toBe(2);
    expect(await readFile(cursor, 'utf8')).toBe(SAMPLES.cursor);
  });
});

test('without a terminal setup asks nothing and changes nothing', async () => {
  const { world, cursor } = await createHosts();
  const { code, stderr } = await world.run(['setup'], { input: '\n\nyes\n' });
  expect(stderr).toContain('setup asks questions, so it needs a terminal');
  expect(code).toBe(2);
  expect(await readFile(cursor, 'utf8')).toBe(SAMPLES.cursor);
});

test('--print shows the entries of the hosts on this computer, or of all hosts', async () => {
  const { world, cursor } = await createHosts();
  const { stdout, code } = await world.run(['setup', '--print']);
  expect(stdout).toContain(`Cursor: ${cursor}\n  {\n    "mcpServers": {\n      "ghl": {`);
  expect(stdout).not.toContain('Zed');
  expect(code).toBe(0);
  expect(await readFile(cursor, 'utf8')).toBe(SAMPLES.cursor);
  const { stdout: all } = await world.run(['setup', '--print', '--sandbox'], {
    env: { HOME: join(world.folder, 'empty'), XDG_CONFIG_HOME: '' },
  });
  expect(all).toContain('Zed: ');
  expect(all).toContain('[mcp_servers.ghl]');
  expect(all).toContain('"--sandbox"');
});
