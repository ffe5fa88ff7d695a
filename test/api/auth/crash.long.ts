import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, type TestContext, test } from 'vitest';
import { accountOf } from '../../../src/api/auth/account-edits.ts';
import { serveSandbox } from '../../../src/sandbox/index.ts';
import { consented, type SignedIn, signedIn } from './signed-in.ts';

const DAY = 86_400_000;
const ROUNDS = 50;
/** ms for which HighLevel gives the same pair again. */
const GRACE = 30_000;
/** ms by which a response is delayed: longer than until the process is killed. */
const DELAY = 20_000;

let folder: string;
let driver: string;

/** Bundled once, so that hundreds of starts are cheap. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ghl-crash-'));
  driver = join(folder, 'driver.mjs');
  await build({
    entryPoints: [new URL('crash-driver.ts', import.meta.url).pathname],
    outfile: driver,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    external: ['@napi-rs/keyring'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A process that asks for tokens. */
interface Started {
  /** Its token or error; undefined if it is killed before. */
  ask(killAt?: string): Promise<string | undefined>;
  kill(): void;
}
interface Setup {
  readonly world: SignedIn;
  readonly start: () => Started;
  /** Whether HighLevel accepts the token. */
  works(result: string | undefined): Promise<boolean>;
}

/** With the context of its own test, because several run concurrently. */
async function setUp({ onTestFinished }: TestContext): Promise<Setup> {
  const world = await signedIn();
  const { sandbox } = world;
  const served = await serveSandbox(sandbox);
  onTestFinished(() => served.close());
  const start = (): Started => {
    const child = spawn(process.execPath, [driver], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        FILE: world.store.file,
        BASE_URL: served.url,
        CLIENT_ID: sandbox.oauthClient.clientId,
        CLIENT_SECRET: sandbox.oauthClient.clientSecret,
        LOCATION: world.locationId,
      },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return {
      async ask(killAt = '') {
        child.stdin.write(`${world.now()} ${killAt}\n`);
        return (await lines.next()).value;
      },
      kill: () => void child.kill('SIGKILL'),
    };
  };
  async function works(result = '') {
    const headers = { authorization: `Bearer ${result.replace(/^token /, '')}`, version: '2021-07-28' };
    const url = `http://sandbox.invalid/contacts/?locationId=${sandbox.locationId}`;
    return result.startsWith('token ') && (await sandbox.fetch(new Request(url, { headers }))).status === 200;
  }
  return { world, start, works };
}

type Kill = (setup: Setup, started: Started, round: number) => Promise<string | undefined>;

/** Kills some ms after HighLevel received the refresh, whose response is delayed. */
const killAfterSend =
  (delayMs: number, laterMs: (round: number) => number): Kill =>
  async ({ world }, started, round) => {
    const before = (await world.tokenRequests()).length;
    world.sandbox.setFaults([{ route: 'POST /oauth/token', fault: { strikes: 'after', delayMs } }]);
    const result = started.ask();
    let answered = false;
    void result.then(() => {
      answered = true;
    });
    while (!answered && (await world.tokenRequests()).length === before) await sleep(2);
    await sleep(laterMs(round));
    started.kill();
    world.sandbox.setFaults([]);
    return result;
  };
const killAt =
  (step: string): Kill =>
  (_, started) =>
    started.ask(step);

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const STEPS = {
  'before send': killAt('before send'),
  'after send': killAfterSend(DELAY, () => 0),
  'after receive': killAt('after receive'),
  'after store': killAt('after store'),
} as const;

describe.concurrent('a process killed during a token rotation', { timeout: 180_000 }, () => {
  const anyMs = killAfterSend(1, (round) => round % 12);
  test.for([...Object.entries(STEPS), ['at any ms of storing', anyMs] as const])(
    `%s, ${ROUNDS} times: the next start works`,
    async ([step, kill], context) => {
      const { expect } = context;
      const setup = await setUp(context);
      const { world, start, works } = setup;
      let succeeded = 0;
      let started = start();
      await started.ask();
      for (let round = 0; round < ROUNDS; round += 1) {
        world.advance(2 * DAY);
        const result = await kill(setup, started, round);
        if (kill !== anyMs) expect(result).toBeUndefined();
        started.kill();
        started = start();
        if (await works(await started.ask())) succeeded += 1;
      }
      console.log(`kill -9 ${step}: the next start worked ${succeeded} of ${ROUNDS} times`);
      expect(succeeded).toBe(ROUNDS);
      expect((await world.tokenRequests()).filter(({ spentRefreshToken }) => spentRefreshToken)).toEqual([]);
      // No temporary file is left: it would hold tokens.
      expect(await readdir(dirname(world.store.file))).not.toContain('tokens.json.tmp');
    },
  );

  test.for(['after send', 'after receive'] as const)(
    '%s, and the grace period ends before the next start: a new login works',
    async (step, context) => {
      const { expect } = context;
      const setup = await setUp(context);
      const { world, start, works } = setup;
      world.advance(2 * DAY);
      await STEPS[step](setup, start(), 0);
      world.advance(GRACE + 1_000);
      expect(await start().ask()).toMatch(
        /^HighLevel no longer accepts this sign-in: .* Sign in again: ghl-contacts-mcp login$/,
      );
      const grant = await world.oauth.exchange(await consented(world.sandbox));
      await (await world.store.secrets()).set(`location:${world.locationId}`, grant.pair);
      await world.store.accounts.put(accountOf(grant, world.locationId, undefined, world.now()));
      expect(await works(await start().ask())).toBe(true);
    },
  );

  test.for(['before send', 'after store'] as const)(
    '%s, and the next start is a week later: it works',
    async (step, context) => {
      const { expect } = context;
      const setup = await setUp(context);
      const { world, start, works } = setup;
      world.advance(2 * DAY);
      await STEPS[step](setup, start(), 0);
      world.advance(7 * DAY);
      expect(await works(await start().ask())).toBe(true);
    },
  );
});
