import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Json, recordIn } from '../../src/lib/json.ts';
import { createSandbox, serveSandbox } from '../../src/sandbox/public.ts';
import { HELLO, rpc, start } from '../program.ts';
import { randomOf } from '../random.ts';
import { client } from '../sandbox/api.ts';

/** CRASH_SEED=n repeats a run that failed. */
const SEED = Number(process.env.CRASH_SEED ?? 20_261_122);
const KILLS = 30;

test('kill -9 of receiver and server at 30 random moments: no acknowledged event is lost', async () => {
  console.log(`CRASH_SEED=${SEED}`);
  const random = randomOf(SEED);
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-crash-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const sandbox = createSandbox({ rate: 'off' });
  const served = await serveSandbox(sandbox);
  const api = client(sandbox);
  const key = join(folder, 'key.pem');
  await writeFile(key, sandbox.webhooks.publicKey());
  const env = {
    ...{ XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder, GHL_LOCATION_ID: sandbox.locationId },
    ...{ GHL_API_KEY: sandbox.token, GHL_BASE_URL: served.url },
  };
  const kill = async ({ child, ended }: ReturnType<typeof start>) => {
    child.kill('SIGKILL');
    await ended;
  };
  const startReceiver = async () => {
    const receiver = start(['webhooks', '--port', '0', '--public-key', key], env);
    await Promise.race([once(receiver.child.stdout, 'data'), receiver.ended]);
    const { url } = JSON.parse(receiver.lines[0] ?? 'null') as { url: string };
    sandbox.webhooks.configure({ url });
    return receiver;
  };
  const startServer = () => {
    const server = start([], env);
    server.send(HELLO);
    server.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return server;
  };
  const contacts = ((await api.search({})).body.contacts as Json[]).map(({ id }) => String(id));
  let [receiver, server] = [await startReceiver(), startServer()];
  onTestFinished(() => Promise.all([kill(receiver), kill(server)]).then(() => served.close()));
  let [requestId, cursor]: [number, unknown] = [1, undefined];
  const reported: string[] = [];
  /** One look; undefined where the server was killed during it. */
  async function look(): Promise<Json | undefined> {
    requestId += 1;
    const asked = cursor === undefined ? { since: 'last' } : { cursor };
    server.send(rpc(requestId, 'tools/call', { name: 'list_changed_contacts', arguments: asked }));
    const message = await server.answer(requestId).catch(() => undefined);
    const answer = message && recordIn(recordIn(message, 'result') ?? {}, 'structuredContent');
    if (!answer) return undefined;
    ({ cursor } = answer);
    reported.push(...((answer.changedNotes ?? []) as Json[]).map(({ id }) => String(id)));
    return answer;
  }
  await look();
  const written: string[] = [];
  for (let at = 0; at < KILLS; at += 1) {
    const writing = (async () => {
      for (let i = 0; i < 6; i += 1) {
        const contact = contacts[Math.floor(random() * contacts.length)];
        written.push((await api.post(`/contacts/${contact}/notes`, { body: `Note ${at} ${i}` })).body.note.id);
        await sandbox.webhooks.deliver();
      }
    })();
    const looking = look();
    await new Promise((resolve) => setTimeout(resolve, random() * 60));
    if (random() < 0.5) {
      await kill(receiver);
      receiver = await startReceiver();
    }
    if (random() < 0.7) {
      await kill(server);
      server = startServer();
    }
    await Promise.all([writing, looking]);
  }
  for (let answer = await look(); answer?.next; answer = await look());
  const acknowledged = sandbox.webhooks.events
    .filter(({ type, attempts }) => type === 'NoteCreate' && attempts.some(({ status }) => status === 200))
    .map(({ recordId }) => recordId);
  console.log(`${written.length} notes, ${acknowledged.length} acknowledged, ${reported.length} reported`);
  expect(acknowledged.length).toBeGreaterThan(written.length / 3);
  expect(acknowledged.filter((id) => !reported.includes(id))).toEqual([]);
  expect(new Set(reported).size).toBe(reported.length);
});
