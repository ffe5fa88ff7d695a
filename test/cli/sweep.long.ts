import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/index.ts';
import { createWorld, type World } from '../api/auth/world.ts';
import { start } from '../program.ts';
import type { Ran } from './run-command.ts';

const ECHO = 'ECHO';

/** Faults between the server and HighLevel, including errors that repeat a secret. */
const FAULTS: readonly Fault[] = [
  { status: 429 },
  { status: 429, headers: { 'retry-after': '1' } },
  { status: 500 },
  { status: 502, body: `<html>Bad gateway ${ECHO}</html>` },
  { status: 500, body: { statusCode: 500, message: `Authorization: Bearer ${ECHO}` } },
  { connection: 'cut' },
  { connection: 'cut', strikes: 'after' },
  { connection: 'hang' },
  { answer: 'cut JSON' },
  { answer: 'too short' },
  { answer: 'html' },
  { answer: 'empty' },
  { answer: 'huge' },
  { answer: 'gzip' },
  { answer: 'slow' },
  { status: 307, headers: { location: 'http://127.0.0.1:1/' } },
  { status: 401, body: { statusCode: 401, message: 'Invalid JWT' } },
  { status: 401, body: { statusCode: 401, message: `Invalid Private Integration token ${ECHO}` } },
  { status: 401, body: { statusCode: 401, message: 'The token is not authorized for this scope.' } },
  { status: 403, body: { statusCode: 403, message: `The token ${ECHO} does not have access to this location.` } },
  { status: 400, body: { statusCode: 400, message: `${ECHO} is not valid`, traceId: ECHO } },
  { status: 422, body: { statusCode: 422, message: [`property ${ECHO} should not exist`, `email must be ${ECHO}`] } },
  { status: 418, body: ECHO },
];

/** Everything that was said and written, with where. */
interface Heard {
  readonly where: string;
  readonly bytes: Buffer;
}
const spoken = (where: string, ran: Ran): Heard[] => [
  { where: `${where}: stdout`, bytes: Buffer.from(ran.stdout) },
  { where: `${where}: stderr`, bytes: Buffer.from(ran.stderr) },
];

/** Every file below the person's folder but the store itself. */
async function written({ folder, file }: World): Promise<Heard[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(
    paths.filter((path) => path !== file).map(async (path) => ({ where: path, bytes: await readFile(path) })),
  );
}

/** The text itself and its encoded forms. */
const shapes = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').slice(0, -4),
  Buffer.from(secret).toString('hex'),
];

const leaks = (heard: readonly Heard[], secrets: readonly string[]) =>
  heard.flatMap(({ where, bytes }) =>
    secrets.flatMap(shapes).flatMap((shape) => (bytes.includes(shape) ? [`${shape.slice(0, 12)}… in ${where}`] : [])),
  );

async function tokensOf(world: World): Promise<string[]> {
  return Object.values(await world.stored()).flatMap(({ accessToken, refreshToken, token }) =>
    [accessToken, refreshToken, token].filter((each) => each !== undefined),
  );
}

const loud = (world: World) => ({
  LOG_LEVEL: 'debug',
  LOG_FILE: join(world.folder, 'server.log'),
  GHL_JOURNAL: join(world.folder, 'journal.jsonl'),
  GHL_TIMEOUT_MS: '600',
});

test('no command writes a secret anywhere but to the store', async () => {
  const world = await createWorld();
  const { clientSecret } = world.sandbox.oauthClient;
  const heard: Heard[] = [];
  const secrets = new Set([world.sandbox.token, clientSecret]);
  const run = async (args: string[], more: { env?: Record<string, string>; input?: string } = {}) => {
    const ran = await world.run(args, { ...more, env: { ...loud(world), ...more.env } });
    heard.push(...spoken(args.join(' '), ran));
    for (const token of await tokensOf(world).catch(() => [])) secrets.add(token);
    return ran;
  };
  const key = { GHL_LOCATION_ID: world.sandbox.locationId };
  const pit = { input: `${world.sandbox.token}\n` };
  await run(['login', '--api-key'], { ...pit, env: key });
  await run(['login', '--api-key'], { input: `${world.sandbox.token} x\n`, env: key });
  await run(['login', '--api-key', '--location', world.sandbox.foreign.locationId], pit);
  const address = await world.begin('contacts.readonly locations.readonly');
  const code = address.searchParams.get('code') ?? '';
  secrets.add(code);
  const codes = [];
  for (const given of [String(address), code, String(address)])
    codes.push((await run(['login', '--code', given])).code);
  expect(codes).toEqual([0, 1, 2]);
  const agency = await world.begin('contacts.readonly oauth.readonly oauth.write', { company: true });
  secrets.add(agency.searchParams.get('code') ?? '');
  expect((await run(['login', '--code', String(agency)])).code).toBe(0);
  for (const env of [key, { ...key, GHL_API_KEY: world.sandbox.token }, { ...key, GHL_API_KEY: 'pit-not-a-good-one' }])
    for (const args of [['doctor'], ['doctor', '--json'], ['doctor', '--facts'], ['doctor', '--sandbox']])
      await run(args, { env });
  for (const args of [['journal'], ['journal', '--json'], ['journal', '--sandbox']]) await run(args, { env: key });
  for (const args of [['accounts'], ['accounts', '--json'], ['--help'], ['frobnicate', clientSecret]]) await run(args);
  await world.expire();
  world.sandbox.setFaults([{ route: 'POST /oauth/token', fault: { status: 400, body: { error: clientSecret } } }]);
  await run(['doctor'], { env: key });
  world.sandbox.setFaults([{ route: 'POST /oauth/token', fault: { answer: 'cut JSON' } }]);
  await run(['doctor'], { env: key });
  world.sandbox.setFaults([]);
  const store = await readFile(world.file);
  await run(['logout', '--location', world.sandbox.locationId]);
  await run(['logout']);

  expect(secrets.size).toBeGreaterThan(7);
  expect(leaks([...heard, ...(await written(world))], [...secrets])).toEqual([]);
  // That the sweep would see one: the store is full of them.
  expect(leaks([{ where: 'store', bytes: store }], [...secrets])).not.toEqual([]);
});

test('the sandbox prints its own token, as intended, and no other secret', async () => {
  const world = await createWorld();
  await world.signIn();
  const program = start(['sandbox'], { ...world.env, ...loud(world), GHL_API_KEY: 'pit-of-somebody-else' });
  while (program.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  program.child.kill('SIGTERM');
  await program.ended;
  const heard = spoken('sandbox', { code: 0, stdout: program.lines.join('\n'), stderr: program.stderr() });
  expect(leaks(heard, ['pit-of-somebody-else', ...(await tokensOf(world))])).toEqual([]);
});

test('no fault reveals a secret', { timeout: 120_000 }, async () => {
  await Promise.all([sweep('stored OAuth'), sweep('private token'), sweep('any bearer token')]);
});

async function sweep(kind: 'stored OAuth' | 'private token' | 'any bearer token'): Promise<void> {
  const world = await createWorld();
  const { sandbox } = world;
  const { locationId } = sandbox;
  const scopes = ['contacts.readonly', 'contacts.write'];
  const token =
    kind === 'any bearer token' ? sandbox.issueToken({ scopes, token: 'tok_9f8e7d6c5b4a3f2e1d0c' }) : sandbox.token;
  await world.signIn('contacts.readonly contacts.write');
  const pit = { GHL_API_KEY: token, GHL_LOCATION_ID: locationId, GHL_SCOPES: 'contacts.readonly contacts.write' };
  const env = { ...loud(world), ...(kind === 'stored OAuth' ? {} : pit) };
  const heard: Heard[] = [];
  const secrets = new Set([token, world.sandbox.oauthClient.clientSecret]);
  for (const fault of FAULTS) {
    for (const each of await tokensOf(world)) secrets.add(each);
    const secret = kind === 'stored OAuth' ? (await tokensOf(world))[0] : token;
    const withSecret = JSON.parse(JSON.stringify(fault).replaceAll(ECHO, String(secret))) as Fault;
    // A new server, so that no open circuit breaker hides the next fault.
    const { client, stderr } = await world.server(env);
    world.sandbox.setFaults([{ route: '*', fault: withSecret }]);
    const results = [];
    for (const call of [
      { name: 'list_contacts', arguments: {} },
      { name: 'create_contact', arguments: { firstName: 'Sweep', email: 'sweep@sweep.example' } },
    ])
      results.push(await client.callTool(call));
    results.push(await client.callTool({ name: 'list_recent_changes', arguments: { allConversations: true } }));
    results.push(await client.callTool({ name: 'undo_change', arguments: { changeId: 'last' } }));
    for (const uri of ['ghl://status', 'ghl://journal', `ghl://contacts/${'a'.repeat(20)}/history`])
      results.push(await client.readResource({ uri }));
    results.push(client.getInstructions());
    world.sandbox.setFaults([]);
    results.push(await client.callTool({ name: 'undo_change', arguments: { changeId: 'last' } }));
    await client.close();
    heard.push(...spoken(JSON.stringify(withSecret), { code: 0, stdout: JSON.stringify(results), stderr: stderr() }));
  }
  for (const each of await tokensOf(world)) secrets.add(each);
  const files = await written(world);
  expect(files.map(({ where }) => where)).toContain(join(world.folder, 'server.log'));
  expect(files.map(({ where }) => where)).toContain(join(world.folder, 'journal.jsonl'));
  expect(leaks([...heard, ...files], [...secrets])).toEqual([]);
}
