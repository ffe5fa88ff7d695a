import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { createSandbox, serveSandbox } from '../../../../src/sandbox/index.ts';
import { NOW } from '../../../connect.ts';
import { HELLO, type Program, rpc, start } from '../../../program.ts';
import { randomOf } from '../../../random.ts';
import { expectComplete } from './expect-complete.ts';
import { REQUESTS, testFaults } from './faults.ts';
import { dataWith, KEEP, kept, openMerge, REMOVE, removed } from './world.ts';

testFaults(Array.from({ length: REQUESTS }, (_, at) => at + 1));

/** MERGE_SEED=n runs what a failure names. */
const SEED = Number(process.env.MERGE_SEED ?? 20_261_121);
const MOMENTS = 30;
const MAX_DELAY_MS = 15;

/** The sandbox over HTTP. `onRequest` runs before each request is handled, and may wait. */
async function createWorld(onRequest: (count: number) => Promise<void>) {
  const sandbox = createSandbox({ now: () => NOW, rate: 'off', data: dataWith(kept, removed) });
  let count = 0;
  const served = await serveSandbox({
    async fetch(request) {
      count += 1;
      await onRequest(count);
      return sandbox.fetch(request);
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'merge-killed-'));
  onTestFinished(async () => {
    await served.close();
    await rm(folder, { recursive: true, force: true });
  });
  const env = {
    XDG_STATE_HOME: folder,
    GHL_BASE_URL: served.url,
    GHL_API_KEY: sandbox.token,
    GHL_LOCATION_ID: sandbox.locationId,
    GHL_SCOPES: 'contacts.readonly contacts.write users.readonly locations/customFields.readonly businesses.readonly',
    GHL_TIMEZONE: 'America/Chicago',
    LOG_LEVEL: 'silent',
  };
  const open = async (): Promise<Program> => {
    const program = start([], env);
    onTestFinished(() => void program.child.kill('SIGKILL'));
    program.ended.catch(() => undefined);
    program.send(HELLO);
    await program.answer(1);
    return program;
  };
  return { sandbox, open, requests: () => count };
}

const MERGE = rpc(2, 'tools/call', { name: 'merge_contacts', arguments: { keep: KEEP, remove: REMOVE } });

/** The answer to a merge; undefined if the program ended before it. */
const answerOf = async (program: Program): Promise<string | undefined> => {
  program.send(MERGE);
  const answer: Json | undefined = await program.answer(2).catch(() => undefined);
  return answer && JSON.stringify(answer);
};

const random = randomOf(SEED);
const moments = Array.from({ length: MOMENTS }, (_, n) => ({
  name: `moment ${n}`,
  nth: 1 + Math.floor(random() * REQUESTS),
  delayMs: Math.floor(random() * MAX_DELAY_MS),
  /** Whether the request that was sent last is handled, although its sender is gone. */
  arrives: random() < 0.5,
}));

test.each(moments)(
  'kill -9 loses nothing, and the same call completes the merge: $name, request $nth',
  async (moment) => {
    console.log(`MERGE_SEED=${SEED} ${JSON.stringify(moment)}`);
    let victim: Program | undefined;
    const world = await createWorld(async (count) => {
      if (count !== moment.nth || !victim) return;
      const { child, ended } = victim;
      if (moment.arrives) return void setTimeout(() => child.kill('SIGKILL'), moment.delayMs);
      child.kill('SIGKILL');
      await ended;
    });
    victim = await world.open();
    await answerOf(victim);
    victim.child.kill('SIGKILL');
    await victim.ended;
    victim = undefined;
    const second = await answerOf(await world.open());
    expect(second).toMatch(/\\"merged\\":true|was merged into/);
    await expectComplete(await openMerge({ sandboxed: world.sandbox }));
  },
);
