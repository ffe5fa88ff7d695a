import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import type { Json } from '../../src/lib/json.ts';

import { createSandbox, serveSandbox } from '../../src/sandbox/index.ts';
import { HELLO, PROGRAM, rpc } from '../program.ts';

const WRITES = 5_000;
const CONCURRENT = 16;
const folder = mkdtempSync(join(tmpdir(), 'log-long-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A pipe whose reading end is open and never read. */
function fullPipe(name: string): { fd: number; close: () => void } {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(path, constants.O_WRONLY);
  return {
    fd,
    close() {
      closeSync(reader);
      closeSync(fd);
    },
  };
}

test.each([
  ['info', 'socket'],
  ['info', 'pipe'],
  ['debug', 'socket'],
  ['debug', 'pipe'],
] as const)('5,000 writes are answered although the host never reads stderr: %s, a %s', async (level, kind) => {
  const sandbox = createSandbox({ rate: 'off' });
  const served = await serveSandbox(sandbox);
  const pipe = kind === 'pipe' ? fullPipe(`${level}-${kind}`) : undefined;
  const journal = join(folder, `${level}-${kind}.jsonl`);
  // Node's own 'pipe' is a pair of sockets; nothing here ever reads it.
  const child = spawn(process.execPath, [PROGRAM], {
    env: {
      PATH: process.env.PATH ?? '',
      GHL_BASE_URL: served.url,
      GHL_API_KEY: sandbox.token,
      GHL_LOCATION_ID: sandbox.locationId,
      GHL_SCOPES: 'contacts.readonly contacts.write',
      GHL_JOURNAL: journal,
      LOG_LEVEL: level,
    },
    stdio: ['pipe', 'pipe', pipe?.fd ?? 'pipe'],
  });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('no pipes');
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const waiting = new Map<number, (message: Json) => void>();
  createInterface({ input: stdout }).on('line', (line) => {
    const message = JSON.parse(line) as Json & { id: number };
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  const ask = (message: ReturnType<typeof rpc>) =>
    new Promise<Json>((resolve) => {
      waiting.set(message.id, (answer) => resolve(answer.result as Json));
      stdin.write(`${JSON.stringify(message)}\n`);
    });
  const call = (id: number, name: string, args: Json) => ask(rpc(id, 'tools/call', { name, arguments: args }));

  await ask(HELLO);
  const listed = await call(2, 'list_contacts', { limit: 20 });
  const ids = (listed.structuredContent as { contacts: Json[] }).contacts.map(({ id }) => id);
  let next = 0;
  let answered = 0;
  const worker = async () => {
    while (next < WRITES) {
      const n = next++;
      const result = await call(10 + n, 'create_contact_note', { contactId: ids[n % ids.length], body: `Note ${n}` });
      if (result.isError === undefined) answered += 1;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, worker));
  expect(answered).toBe(WRITES);
  expect(readFileSync(journal, 'utf8').trimEnd().split('\n')).toHaveLength(WRITES);

  const killedAt = performance.now();
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  const ms = performance.now() - killedAt;
  console.log(`${level}, ${kind}: ${answered} of ${WRITES} answered; ended ${ms.toFixed(0)} ms after SIGTERM`);
  expect(ms).toBeLessThan(3_000);
  pipe?.close();
  await served.close();
});
