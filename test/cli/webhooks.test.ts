import { once } from 'node:events';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { realTimers } from '../../src/lib/scheduler.ts';
import { createWorld, delivery, edKeys, LOCATION, noteCreated, rsaKeys } from '../api/webhooks/world.ts';
import { start } from '../program.ts';

const pem = edKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const base64 = edKeys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const now = { ...realTimers, now: Date.now };

async function setUp(env: Record<string, string> = { GHL_LOCATION_ID: LOCATION }) {
  const { folder } = await createWorld();
  const key = join(folder, 'key.pem');
  await writeFile(key, pem);
  const run = (...args: string[]) => {
    const program = start(['webhooks', '--port', '0', ...args], {
      XDG_STATE_HOME: folder,
      XDG_CONFIG_HOME: folder,
      ...env,
    });
    onTestFinished(() => void program.child.kill('SIGKILL'));
    return program;
  };
  /** Resolves when it listens. */
  const listen = async (...args: string[]) => {
    const program = run(...args);
    await Promise.race([once(program.child.stdout, 'data'), program.ended]);
    const { url, file, locations } = JSON.parse(program.lines[0] ?? 'null') as Record<'url' | 'file', string> & {
      locations: string[];
    };
    const deliver = ({ body, headers }: ReturnType<typeof delivery>) =>
      fetch(url, { method: 'POST', body: new Uint8Array(body), headers }).then(async (answer) => [
        answer.status,
        await answer.json(),
      ]);
    return { ...program, url, file, locations, deliver };
  };
  return { folder, key, run, listen };
}

describe('ghl-contacts-mcp webhooks', () => {
  test('stores what is signed and ends on SIGTERM with exit code 0', async () => {
    const { key, listen } = await setUp();
    const { child, ended, deliver, file, locations, url } = await listen('--public-key', key);
    expect([url.startsWith('http://127.0.0.1:'), locations]).toEqual([true, [LOCATION]]);
    expect(await deliver(delivery(noteCreated(now)))).toEqual([200, { outcome: 'stored' }]);
    expect(await deliver({ ...delivery(noteCreated(now)), headers: {} })).toMatchObject([401, {}]);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(1);
  });

  test('what was acknowledged is there after a kill, once, also for a repeat to the next receiver', async () => {
    const { key, listen } = await setUp();
    const first = await listen('--public-key', key);
    const deliveries = Array.from({ length: 20 }, () => delivery(noteCreated(now)));
    const answers = await Promise.all(deliveries.map(first.deliver));
    first.child.kill('SIGKILL');
    await first.ended;
    await appendFile(first.file, '{"time":');
    expect(answers.every(([status]) => status === 200)).toBe(true);
    const second = await listen('--public-key', key);
    const repeats = await Promise.all(deliveries.map(second.deliver));
    expect(repeats).toEqual(deliveries.map(() => [200, { outcome: 'duplicate' }]));
    expect(await second.deliver(delivery(noteCreated(now)))).toEqual([200, { outcome: 'stored' }]);
  });

  test('reads keys from URLs on loopback, in PEM or base64, and the older key only where it is given', async () => {
    const keys: Record<string, string> = {
      '/ed': base64,
      '/rsa': rsaKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    };
    const server = createServer((request, response) => response.end(keys[request.url ?? '']));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { listen } = await setUp();
    const { deliver } = await listen('--public-key', `${origin}/ed`, '--rsa-key', `${origin}/rsa`);
    expect(await deliver(delivery(noteCreated(now)))).toMatchObject([200, {}]);
    const older = delivery(noteCreated(now), { key: rsaKeys.privateKey, header: 'x-wh-signature' });
    expect(await deliver(older)).toMatchObject([200, {}]);
  });

  test.each([
    ['a key of another type', ['--public-key', 'RSA'], 2, /--public-key: no public Ed25519 key/],
    [
      'a key that does not exist',
      ['--public-key', '/nowhere.pem'],
      2,
      /--public-key: the file cannot be read \(ENOENT\)/,
    ],
    ['a key over plain http', ['--public-key', 'http://example.com/key'], 2, /--public-key: must be https/],
    ['an address of nobody', ['--host', '203.0.113.1'], 2, /--host: 203\.0\.113\.1 cannot be listened on/],
    ['an empty address', ['--host', ''], 2, /--host: an address is missing/],
    ['a port that is none', ['--port', '70000'], 2, /port/i],
  ])('%s is one line and exit code %s', async (_, args, code, message) => {
    const { folder, run } = await setUp();
    const rsa = join(folder, 'rsa.pem');
    await writeFile(rsa, rsaKeys.publicKey.export({ type: 'spki', format: 'pem' }));
    const program = run(...args.map((arg) => (arg === 'RSA' ? rsa : arg)));
    expect(await program.ended).toBe(code);
    expect(program.stderr()).toMatch(message);
    expect(program.stderr().trim().split('\n')).toHaveLength(1);
  });

  test('says so if nobody is signed in', async () => {
    const program = (await setUp({})).run();
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toMatch(/^ghl-contacts-mcp: No location is signed in/);
  });
});
