import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Entry } from '../../src/api/write/journal/entry.ts';
import type { Json } from '../../src/lib/json.ts';

import { createSandbox, type FaultRule, serveSandbox } from '../../src/sandbox/index.ts';
import { HELLO, type Program, rpc, start } from '../program.ts';

/** ms within which the process must end after its host; generous, because the machine may be busy. */
const SOON_MS = 1_000;
const PERSON = { firstName: 'Ann', lastName: 'Late', email: 'late@shutdown.example' };
const CREATE = 'POST /contacts/';
const GET = 'GET /contacts/{contactId}';

const folder = await mkdtemp(join(tmpdir(), 'shutdown-'));
afterAll(() => rm(folder, { recursive: true }));
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** An event that a test waits for, and the function that triggers it. */
function event<T = void>() {
  let happen: (value: T) => void = () => {};
  const happened = new Promise<T>((resolve) => {
    happen = resolve;
  });
  return { happened, happen };
}

/** The built program against a sandbox over HTTP whose delayed answers wait for `release`. */
async function startProgram(faults: FaultRule[] = [], env: Record<string, string> = {}) {
  const release = event();
  const sandbox = createSandbox({ rate: 'off', faults, wait: () => release.happened });
  const [contactId] = await ids(sandbox);
  const upstream = { arrived: event(), closed: event<number>() };
  const served = await serveSandbox({
    fetch: (request) => {
      request.signal.addEventListener('abort', () => upstream.closed.happen(performance.now()));
      upstream.arrived.happen();
      return sandbox.fetch(request);
    },
  });
  const journal = join(folder, `${served.url.split(':').at(-1)}.jsonl`);
  const program = start([], {
    GHL_BASE_URL: served.url,
    GHL_API_KEY: sandbox.token,
    GHL_LOCATION_ID: sandbox.locationId,
    GHL_SCOPES: 'contacts.readonly contacts.write',
    GHL_JOURNAL: journal,
    LOG_LEVEL: 'debug',
    ...env,
  });
  program.child.stdin.on('error', () => {});
  open.push(async () => {
    program.child.kill('SIGKILL');
    release.happen();
    await served.close();
  });
  program.send(HELLO);
  await program.answer(1);
  const call = (id: number, name: string, args: Json) => program.send(rpc(id, 'tools/call', { name, arguments: args }));
  return {
    program,
    upstream,
    release: () => release.happen(),
    read: (id: number) => call(id, 'get_contact', { contactId }),
    create: (id: number) => call(id, 'create_contact', PERSON),
    addTask: (id: number) => call(id, 'create_contact_task', { contactId, title: 'Late', dueDate: '2026-12-01' }),
    cancel: (requestId: number) =>
      program.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason: 'no longer' } }),
    journalled: async () =>
      (await readFile(journal, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Entry),
    /** The number of contacts with that email. */
    async made() {
      const { contacts } = (await ask(
        sandbox,
        `/contacts/?locationId=${sandbox.locationId}&query=${PERSON.email}`,
      )) as {
        contacts: unknown[];
      };
      return contacts.length;
    },
  };
}

type Box = ReturnType<typeof createSandbox>;
const ask = async ({ fetch, token }: Box, path: string): Promise<unknown> =>
  (
    await fetch(
      new Request(`http://sandbox.invalid${path}`, {
        headers: { authorization: `Bearer ${token}`, version: '2021-07-28' },
      }),
    )
  ).json();

async function ids(sandbox: Box): Promise<string[]> {
  // Asked of a twin: the same seed has the same ids, and no fault strikes it.
  const twin = createSandbox({ rate: 'off' });
  const { contacts } = (await ask(twin, `/contacts/?locationId=${sandbox.locationId}`)) as {
    contacts: { id: string }[];
  };
  return contacts.map(({ id }) => id);
}

const ending = async ({ stderr, child }: Program, reason: string) => {
  while (!stderr().includes(`"reason":"${reason}"`)) await new Promise((resolve) => child.stderr.once('data', resolve));
};
const answered = ({ lines }: Program, id: number) =>
  lines.some((line) => (JSON.parse(line) as { id?: number }).id === id);
const text = (message: Json) => ((message.result as Json).content as { text: string }[])[0]?.text;

/** Ends with 0, soon after what `end` does; gives the ms. */
async function endsSoon(program: Program, end: () => void): Promise<number> {
  const began = performance.now();
  end();
  expect(await program.ended, program.stderr()).toBe(0);
  const ms = Math.round(performance.now() - began);
  expect(ms).toBeLessThan(SOON_MS);
  return ms;
}

const hanging: FaultRule[] = [{ route: GET, fault: { connection: 'hang' } }];
const slowWrite: FaultRule[] = [{ route: CREATE, nth: 1, fault: { delayMs: 1 } }];

describe('a read that hangs', () => {
  test('that is cancelled ends its request upstream, has no response, and leaves the server working', async () => {
    const { program, upstream, read, cancel } = await startProgram(hanging);
    read(2);
    await upstream.arrived.happened;
    const began = performance.now();
    cancel(2);
    const ms = (await upstream.closed.happened) - began;
    console.log(`a cancelled read reached the far end after ${ms.toFixed(1)} ms`);
    expect(ms).toBeLessThan(SOON_MS);
    program.send(rpc(3, 'ping'));
    await program.answer(3);
    expect(answered(program, 2)).toBe(false);
    await endsSoon(program, () => program.child.stdin.end());
  });

  test.each([
    ['stdin closed', (program: Program) => program.child.stdin.end()],
    ['SIGTERM', (program: Program) => program.child.kill('SIGTERM')],
    ['SIGINT', (program: Program) => program.child.kill('SIGINT')],
    ['SIGHUP', (program: Program) => program.child.kill('SIGHUP')],
  ] as const)('does not keep the process alive: %s', async (what, end) => {
    const { program, upstream, read } = await startProgram(hanging);
    read(2);
    await upstream.arrived.happened;
    const ms = await endsSoon(program, () => end(program));
    await upstream.closed.happened;
    console.log(`${what} during a hanging read: ended after ${ms} ms`);
  });
});

describe('a slow write', () => {
  test.each([
    ['SIGTERM', (program: Program) => program.child.kill('SIGTERM')],
    ['stdin closed', (program: Program) => program.child.stdin.end()],
  ] as const)('is finished, journalled and answered: %s', async (reason, end) => {
    const { program, upstream, release, create, journalled, made } = await startProgram(slowWrite);
    create(2);
    await upstream.arrived.happened;
    end(program);
    await ending(program, reason);
    release();
    const answer = await program.answer(2);
    expect(answer.result).toMatchObject({ structuredContent: { contact: { firstName: 'Ann' } } });
    expect(await program.ended).toBe(0);
    expect(await journalled()).toMatchObject([{ tool: 'create_contact', outcome: 'done', cancelled: false }]);
    expect(await made()).toBe(1);
  });

  test('is finished while further calls are refused', async () => {
    const { program, upstream, release, create, read } = await startProgram(slowWrite);
    create(2);
    await upstream.arrived.happened;
    program.child.kill('SIGTERM');
    await ending(program, 'SIGTERM');
    read(3);
    expect(text(await program.answer(3))).toBe('The server is shutting down; nothing was sent.');
    release();
    expect(await program.ended).toBe(0);
    expect(answered(program, 2)).toBe(true);
  });

  test('whose response is lost while the process ends is reconciled', async () => {
    const { program, upstream, release, create, journalled, made } = await startProgram([
      { route: CREATE, nth: 1, fault: { connection: 'cut', strikes: 'after', delayMs: 1 } },
    ]);
    create(2);
    await upstream.arrived.happened;
    program.child.kill('SIGTERM');
    await ending(program, 'SIGTERM');
    release();
    expect(text(await program.answer(2))).toContain('Looked it up: it was done.');
    expect(await program.ended).toBe(0);
    expect(await journalled()).toMatchObject([{ outcome: 'done', reconciled: true }]);
    expect(await made()).toBe(1);
  });

  test('that is cancelled is finished and journalled as cancelled, without a response', async () => {
    const { program, upstream, release, create, cancel, journalled, made } = await startProgram(slowWrite);
    create(2);
    await upstream.arrived.happened;
    cancel(2);
    program.send(rpc(3, 'ping'));
    await program.answer(3);
    release();
    program.child.stdin.end();
    expect(await program.ended).toBe(0);
    expect(answered(program, 2)).toBe(false);
    expect(await journalled()).toMatchObject([{ outcome: 'done', cancelled: true, host: { name: 'test' } }]);
    expect(await made()).toBe(1);
  });

  test('is finished if the host no longer reads', async () => {
    const { program, upstream, release, create, journalled } = await startProgram(slowWrite);
    create(2);
    await upstream.arrived.happened;
    program.child.stdout.destroy();
    program.send(rpc(3, 'ping'));
    await ending(program, 'stdout closed');
    release();
    expect(await program.ended).toBe(0);
    expect(await journalled()).toMatchObject([{ outcome: 'done' }]);
    expect(program.stderr()).not.toMatch(/EPIPE|^ +at /m);
  });

  test('is finished if a message is too large for the transport', async () => {
    const { program, upstream, release, create, journalled } = await startProgram(slowWrite);
    create(2);
    await upstream.arrived.happened;
    program.send('x'.repeat(11 * 1024 * 1024));
    await ending(program, 'transport closed');
    release();
    expect(await program.ended).toBe(0);
    expect(await journalled()).toMatchObject([{ outcome: 'done', cancelled: true }]);
    expect(program.stderr()).not.toMatch(/^ +at /m);
  });
});

describe('a write that was not sent yet', () => {
  test('does not keep the process running, and is not sent', async () => {
    const held: FaultRule[] = [{ route: CREATE, fault: { status: 429, headers: { 'retry-after': '9' } } }];
    const { program, upstream, create, addTask, made } = await startProgram(held);
    create(2);
    await upstream.arrived.happened;
    addTask(3);
    await endsSoon(program, () => program.child.stdin.end());
    expect([2, 3].map((id) => answered(program, id))).toEqual([true, true]);
    expect(await made()).toBe(0);
  });
});

describe('an idle server', () => {
  test('ends when stdin closes, although connections upstream are kept alive', async () => {
    const { program, read } = await startProgram();
    read(2);
    expect((await program.answer(2)).result).toMatchObject({ structuredContent: { contact: {} } });
    await endsSoon(program, () => program.child.stdin.end());
  });

  test('ends when stdin closes right after initialize', async () => {
    const { program } = await startProgram();
    await endsSoon(program, () => program.child.stdin.end());
  });

  test('ends with 0 on a message over the 10 MB of the transport', async () => {
    const { program } = await startProgram();
    program.send('x'.repeat(11 * 1024 * 1024));
    expect(await program.ended).toBe(0);
    expect(program.stderr()).not.toMatch(/^ +at /m);
  });
});

describe('file system calls that never return', () => {
  /** Opening it waits for a reader, in a thread of the pool: as a file does on a network drive that is gone. */
  async function stuckThreads(threads: number) {
    const pipe = join(folder, `nobody-reads-${threads}`);
    execFileSync('mkfifo', [pipe]);
    const hook = join(folder, `hook-${threads}.mjs`);
    const opening = `for (let n = 0; n < ${threads}; n += 1) open(${JSON.stringify(pipe)}, 'w', () => {});`;
    await writeFile(hook, `import { open } from 'node:fs';\nprocess.once('SIGUSR2', () => { ${opening} });\n`);
    return { NODE_OPTIONS: `--import ${hook}`, GHL_TIMEOUT_MS: '1000' };
  }

  test.each([
    [1, 'ends with its host', 5_000],
    [4, 'ends with its host, although no write can start or finish', 15_000],
  ])('in %i threads of four: the process %s', async (threads, _, most) => {
    const { program, create, upstream } = await startProgram([], await stuckThreads(threads));
    program.child.kill('SIGUSR2');
    create(2);
    if (threads < 4) await upstream.arrived.happened;
    const began = performance.now();
    program.child.stdin.end();
    await program.ended;
    // Without a bound it never ends; each bound leaves room for a busy machine.
    expect(performance.now() - began).toBeLessThan(most);
  });
});
