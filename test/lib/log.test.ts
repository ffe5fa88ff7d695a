import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Json } from '../../src/lib/json.ts';

import { createLog } from '../../src/lib/log.ts';
import { createSandbox, serveSandbox } from '../../src/sandbox/index.ts';
import { HELLO, type Program, rpc, start } from '../program.ts';

const folder = mkdtempSync(join(tmpdir(), 'log-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = () => {
  files += 1;
  return join(folder, `${files}`, 'deeper', 'server.log');
};
const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);

describe('log lines', () => {
  test('are written to the file at once with time, level and facts, from the set level', async () => {
    const path = newFile();
    const log = createLog('warn', path, false);
    log('info', 'below the level');
    log('error', 'journal', { path: '/x', error: 'no space' });
    await log.flush(1_000);
    expect(linesOf(path)).toEqual([
      { time: expect.stringMatching(/Z$/), level: 'error', msg: 'journal', path: '/x', error: 'no space' },
    ]);
  });

  test('contain no secret, whatever the type of a fact', async () => {
    const path = newFile();
    const log = createLog('warn', path, false);
    const secret = 'pit-00000000-0000-4000-8000-000000000000';
    const facts = {
      plain: `token ${secret}`,
      deep: { list: [secret], token: 'tok_in_a_key_that_says_so' },
      error: new Error(`401 for ${secret}`),
      serialized: { toJSON: () => `Bearer ${secret}` },
      truncated: `${'x'.repeat(1_990)} ${secret}`,
    };
    log('warn', `message with ${secret}`, facts);
    await log.flush(1_000);
    const written = readFileSync(path, 'utf8');
    expect(written).not.toMatch(/pit-|0000-4000|tok_in/);
    expect(linesOf(path)).toMatchObject([{ error: '401 for [redacted]', plain: 'token [redacted]' }]);
  });

  test('never throw, whatever the facts are', async () => {
    const path = newFile();
    const log = createLog('warn', path, false);
    const circular: Json = {};
    circular.self = circular;
    const traps = [
      circular,
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
      Object.create(null),
      { big: 1n },
      { long: Array.from({ length: 10_000 }, () => 'word') },
    ];
    for (const trap of traps) log('warn', 'odd', { trap });
    await log.flush(1_000);
    expect(linesOf(path).map(({ msg }) => msg)).toEqual(traps.map(() => 'odd'));
    expect(Math.max(...linesOf(path).map((line) => JSON.stringify(line).length))).toBeLessThan(16_000);
  });

  test('that cannot be written are counted, and the next written line has their number', async () => {
    const path = newFile();
    // A file in place of its folder: the log cannot be opened.
    const blocked = dirname(path);
    mkdirSync(dirname(blocked), { recursive: true });
    writeFileSync(blocked, '');
    const log = createLog('error', path, false);
    for (let n = 0; n < 3; n += 1) {
      log('error', `lost ${n}`);
      await log.flush(1_000);
    }
    rmSync(blocked);
    log('error', 'written');
    await log.flush(1_000);
    expect(linesOf(path)).toMatchObject([{ msg: 'Log lines were lost', lost: 3 }, { msg: 'written' }]);
    log('error', 'next');
    await log.flush(1_000);
    expect(linesOf(path)).toHaveLength(3);
  });

  test('that come faster than they are written are dropped beyond a limit', async () => {
    const path = newFile();
    const log = createLog('error', path, false);
    for (let n = 0; n < 5_000; n += 1) log('error', `${n} ${'x'.repeat(500)}`);
    await log.flush(5_000);
    const lines = linesOf(path);
    const written = lines.filter(({ lost }) => lost === undefined).length;
    expect(written).toBeLessThan(1_000);
    expect(lines.map(({ lost }) => Number(lost ?? 0)).reduce((a, b) => a + b)).toBe(5_000 - written);
  });

  test('are in a file and in folders that only the owner can read, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      const path = newFile();
      const log = createLog('error', path, false);
      log('error', 'first');
      await log.flush(1_000);
      const modes = [path, dirname(path), dirname(dirname(path))].map((each) => statSync(each).mode & 0o777);
      expect(modes).toEqual([0o600, 0o700, 0o700]);
    } finally {
      process.umask(before);
    }
  });

  test('do not wait for the reader of a named pipe', async () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    const log = createLog('error', path, false);
    log('error', 'nobody reads');
    // A flush that waited for a reader would outlast the test.
    await log.flush(600_000);
  });
});

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** The built program against a sandbox over HTTP, with a log at `debug`. */
async function begin(env: Record<string, string>): Promise<{ program: Program; note: (id: number) => Promise<Json> }> {
  const sandbox = createSandbox({ rate: 'off' });
  const served = await serveSandbox(sandbox);
  const program = start([], {
    GHL_BASE_URL: served.url,
    GHL_API_KEY: sandbox.token,
    GHL_LOCATION_ID: sandbox.locationId,
    GHL_SCOPES: 'contacts.readonly contacts.write',
    GHL_JOURNAL: join(folder, `${served.url.split(':').at(-1)}.jsonl`),
    LOG_LEVEL: 'debug',
    ...env,
  });
  program.child.stdin.on('error', () => {});
  open.push(async () => {
    program.child.kill('SIGKILL');
    await served.close();
  });
  program.send(HELLO);
  await program.answer(1);
  program.send(rpc(2, 'tools/call', { name: 'list_contacts', arguments: { limit: 1 } }));
  const { structuredContent } = (await program.answer(2)).result as { structuredContent: { contacts: Json[] } };
  const contactId = structuredContent.contacts[0]?.id;
  const note = async (id: number) => {
    const args = { contactId, body: `Note number ${id}` };
    program.send(rpc(id, 'tools/call', { name: 'create_contact_note', arguments: args }));
    return (await program.answer(id)).result as Json;
  };
  return { program, note };
}

/** Ticks of processor time a process has used. */
const ticks = (pid: number | undefined): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
};

describe('a server whose log file', () => {
  test.each([
    ['is on a full disk', '/dev/full'],
    ['cannot be opened', '/proc/nowhere/server.log'],
    ['is a folder', folder],
  ])('%s works, uses no processor time while idle, and ends with its host', async (_, file) => {
    const { program, note } = await begin({ LOG_FILE: file });
    for (let id = 10; id < 30; id += 1) expect((await note(id)).isError).toBeUndefined();
    const used = ticks(program.child.pid);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(ticks(program.child.pid) - used).toBeLessThan(20);
    program.child.stdin.end();
    expect(await program.ended).toBe(0);
    expect(program.stderr()).toContain('"reason":"stdin closed"');
    expect(program.stderr()).not.toMatch(/^ +at /m);
  });

  test('contains the last line before the process ends', async () => {
    const file = newFile();
    const { program } = await begin({ LOG_FILE: file });
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(linesOf(file).at(-1)).toMatchObject({ msg: 'ending', reason: 'SIGTERM' });
  });
});

test('a host that closes stderr is still served, and the process ends with it', async () => {
  const { program, note } = await begin({});
  program.child.stderr.destroy();
  for (let id = 10; id < 30; id += 1) expect((await note(id)).isError).toBeUndefined();
  program.child.stdin.end();
  expect(await program.ended).toBe(0);
});

test('a warning of Node and a print to the console become log lines', async () => {
  const hook = join(folder, 'hook.mjs');
  writeFileSync(
    hook,
    `setTimeout(() => { process.emitWarning('odd'); console.error('printed', { toString: null }); }, 300);`,
  );
  const program = start(['--sandbox'], { NODE_OPTIONS: `--import ${hook}` });
  open.push(async () => program.child.kill('SIGKILL'));
  program.send(HELLO);
  await program.answer(1);
  while (!/"stray print"(.|\n)*"warning"/.test(program.stderr()))
    await new Promise((resolve) => program.child.stderr.once('data', resolve));
  const lines = program
    .stderr()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
  expect(lines).toMatchObject([
    { msg: 'stray print', text: 'printed object' },
    { msg: 'warning', text: 'Warning: odd' },
  ]);
});
