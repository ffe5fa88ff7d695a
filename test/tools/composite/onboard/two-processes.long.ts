import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';

import { createSandbox, type Sandbox, serveSandbox } from '../../../../src/sandbox/index.ts';
import { HELLO, type Program, rpc, start } from '../../../program.ts';

const EXTERNAL = 'cf0000000000external';
const DELAY_MS = 15_000;
const PEOPLE = 20;
const data = { customFields: [{ id: EXTERNAL, name: 'External id' }], contacts: [] };

/** One account with a delayed search index, and a home folder that its servers share. */
interface World {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly url: string;
  readonly server: () => Promise<Server>;
}

interface Server {
  readonly program: Program;
  /** The structured content of a result. @throws an error result */
  call(name: string, args: Json): Promise<Json>;
}

async function createWorld(): Promise<World> {
  const sandbox = createSandbox({ rate: 'off', data, indexDelayMs: DELAY_MS });
  const served = await serveSandbox(sandbox);
  const folder = await mkdtemp(join(tmpdir(), 'ghl-two-'));
  onTestFinished(async () => {
    await served.close();
    await rm(folder, { recursive: true, force: true });
  });
  const env = {
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    GHL_BASE_URL: served.url,
    GHL_API_KEY: sandbox.token,
    GHL_LOCATION_ID: sandbox.locationId,
    GHL_SCOPES: 'contacts.readonly contacts.write',
    LOG_LEVEL: 'silent',
  };
  const server = async (): Promise<Server> => {
    const program = start([], env);
    onTestFinished(() => void program.child.kill('SIGKILL'));
    program.ended.catch(() => undefined);
    program.send(HELLO);
    await program.answer(1);
    program.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    let id = 1;
    return {
      program,
      async call(name, args) {
        id += 1;
        program.send(rpc(id, 'tools/call', { name, arguments: args }));
        const { result } = (await program.answer(id)) as { result: Json };
        if (result.isError) throw new Error(((result.content as Json[])[0] as { text: string }).text);
        return result.structuredContent as Json;
      },
    };
  };
  return { sandbox, folder, url: served.url, server };
}

const person = (n: number): Json => ({
  firstName: `Person ${n}`,
  tags: ['lead', 'fair'],
  note: `Met at the fair, number ${n}`,
  tasks: [
    { title: 'Welcome call', dueDate: '2026-12-01T10:00:00Z' },
    { title: 'Send offer', dueDate: '2026-12-02T10:00:00Z', body: `for ${n}` },
  ],
});
const match = (n: number): Json => ({ matchField: EXTERNAL, customFields: [{ field: EXTERNAL, value: `X-${n}` }] });
const LOOKUPS: readonly (readonly [string, (n: number) => Json])[] = [
  ['email', (n) => ({ ...person(n), email: `p${n}@fair.example` })],
  ['phone', (n) => ({ ...person(n), phone: `+1312555${1_000 + n}` })],
  ['matchField alone', (n) => ({ ...person(n), ...match(n) })],
];

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Counts duplicates and missing records once the search index is up to date. */
async function countDuplicates({ sandbox, url }: World): Promise<Json> {
  await fetch(`${url}/__sandbox/clock`, { method: 'POST', body: JSON.stringify({ advanceMs: 600_000 }) });
  const headers = {
    authorization: `Bearer ${sandbox.token}`,
    version: '2021-07-28',
    'content-type': 'application/json',
  };
  const read = async (path: string, body?: Json): Promise<Json> =>
    (
      await fetch(url + path, { headers, ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}) })
    ).json() as Promise<Json>;
  const { contacts } = await read('/contacts/search', { locationId: sandbox.locationId, pageLimit: 500 });
  const counts = { contacts: 0, notes: 0, tasks: 0, tags: 0 };
  const missing = { notes: 0, tasks: 0, tags: 0 };
  const names = new Set<unknown>();
  for (const contact of contacts as Json[]) {
    if (names.has(contact.firstName)) counts.contacts += 1;
    names.add(contact.firstName);
    const { notes } = (await read(`/contacts/${contact.id}/notes`)) as { notes: Json[] };
    const { tasks } = (await read(`/contacts/${contact.id}/tasks`)) as { tasks: Json[] };
    const tags = contact.tags as string[];
    counts.notes += Math.max(0, notes.length - 1);
    counts.tasks += tasks.length - new Set(tasks.map(({ title }) => title)).size;
    counts.tags += tags.length - new Set(tags).size;
    missing.notes += notes.length === 0 ? 1 : 0;
    missing.tasks += Math.max(0, 2 - tasks.length);
    missing.tags += Math.max(0, 2 - tags.length);
  }
  return { people: names.size, duplicates: counts, missing };
}
const expected = (people: number) => ({
  people,
  duplicates: { contacts: 0, notes: 0, tasks: 0, tags: 0 },
  missing: { notes: 0, tasks: 0, tags: 0 },
});
const NUMBERS = Array.from({ length: PEOPLE }, (_, n) => n);
const log = (what: string, found: Json) => console.log(`${what}: ${JSON.stringify(found)}`);

/** Repeats a call that was rejected temporarily, as a model would. */
async function untilDone(server: Server, args: Json): Promise<Json> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await server.call('onboard_contact', args);
      if (!answer.failed || attempt > 20) return answer;
    } catch (error) {
      if (attempt > 20) throw error;
    }
    await wait(200);
  }
}

describe('two processes with one state folder', () => {
  test.each(LOOKUPS)(`onboard the same ${PEOPLE} people concurrently by %s`, async (lookup, args) => {
    const world = await createWorld();
    const both = await Promise.all([world.server(), world.server()]);
    const answers = await Promise.all(
      NUMBERS.flatMap((n) => both.map((server) => server.call('onboard_contact', args(n)))),
    );
    const found = await countDuplicates(world);
    log(`two processes × ${PEOPLE} people by ${lookup}`, found);
    expect(found).toEqual(expected(PEOPLE));
    expect(answers.filter(({ created }) => created)).toHaveLength(PEOPLE);
    expect(
      (await readdir(join(world.folder, 'state/ghl-contacts-mcp/people'))).filter((f) => !f.endsWith('.json')),
    ).toEqual([]);
  });

  test.each(LOOKUPS)('bulk-upsert the same 40 rows concurrently by %s', async (lookup, args) => {
    const world = await createWorld();
    const rows = Array.from({ length: 40 }, (_, n) => args(n));
    const run = async (server: Server) => {
      let next: Json | undefined = { rows };
      while (next) next = (await server.call('bulk_upsert_contacts', next)).next as Json | undefined;
    };
    const both = await Promise.all([world.server(), world.server()]);
    await Promise.all(both.map(run));
    const found = await countDuplicates(world);
    log(`two processes × 40 rows by ${lookup}`, found);
    expect(found).toEqual(expected(40));
  });

  test.each(LOOKUPS)('add nothing after a restart within the index delay, by %s', async (lookup, args) => {
    const world = await createWorld();
    const first = await world.server();
    await Promise.all(NUMBERS.map((n) => first.call('onboard_contact', args(n))));
    first.program.child.kill('SIGKILL');
    await first.program.ended;
    const second = await world.server();
    const answers = await Promise.all(NUMBERS.map((n) => second.call('onboard_contact', args(n))));
    const found = await countDuplicates(world);
    log(`kill -9 after ${PEOPLE} people by ${lookup}, and the same again`, found);
    expect(found).toEqual(expected(PEOPLE));
    expect(answers.filter(({ created }) => created)).toEqual([]);
  });

  /** Writes are done at once and answered late, so that processes are often killed in between. */
  const answerLate = ({ sandbox }: World) =>
    sandbox.setFaults(
      ['POST /contacts/', 'POST /contacts/{contactId}/notes', 'POST /contacts/{contactId}/tasks'].map((route) => ({
        route,
        fault: { strikes: 'after', delayMs: 60 },
      })),
    );

  /** Dates the entries of known people back: these servers use the real clock. */
  async function letTimePass({ folder }: World, ms: number): Promise<void> {
    const people = join(folder, 'state/ghl-contacts-mcp/people');
    for (const file of (await readdir(people)).filter((name) => name.endsWith('.json'))) {
      const known = JSON.parse(await readFile(join(people, file), 'utf8')) as Json & { at: number };
      await writeFile(join(people, file), JSON.stringify({ ...known, at: known.at - ms }));
    }
  }

  /** Kills a server after `writes` further writes, or when all its calls are done. */
  async function killAfter(
    writes: number,
    world: World,
    server: Server,
    calls: readonly Promise<unknown>[],
  ): Promise<void> {
    const arrived = async () => {
      const all = (await (await fetch(`${world.url}/__sandbox/requests`)).json()) as { method: string }[];
      return all.filter(({ method }) => method === 'POST').length;
    };
    const until = (await arrived()) + writes;
    let done = false;
    void Promise.allSettled(calls).then(() => {
      done = true;
    });
    while (!done && (await arrived()) < until) await wait(5);
    server.program.child.kill('SIGKILL');
    await server.program.ended;
  }

  test.each(LOOKUPS.slice(0, 2))('that are killed repeatedly during the run, by %s', async (lookup, args) => {
    const world = await createWorld();
    answerLate(world);
    const survivor = await world.server();
    const surviving = Promise.all(NUMBERS.map((n) => untilDone(survivor, args(n))));
    for (let kill = 0; kill < 6; kill += 1) {
      const server = await world.server();
      const calls = NUMBERS.map((n) => server.call('onboard_contact', args(n)).catch(() => undefined));
      await killAfter(2 + 3 * kill, world, server, calls);
    }
    await surviving;
    const found = await countDuplicates(world);
    log(`six processes killed, one continues, ${PEOPLE} people by ${lookup}`, found);
    expect(found).toEqual(expected(PEOPLE));
  });

  test('that are killed during a run by matchField alone create no contact that may exist', async () => {
    const world = await createWorld();
    answerLate(world);
    const args = LOOKUPS[2]?.[1] as (n: number) => Json;
    let refused = 0;
    for (let kill = 0; kill < 6; kill += 1) {
      const server = await world.server();
      const calls = NUMBERS.map((n) =>
        server.call('onboard_contact', args(n)).catch((error: Error) => {
          if (error.message.includes('is not known yet')) refused += 1;
        }),
      );
      // Searches are POSTs as well.
      await killAfter(PEOPLE + 2 + 5 * kill, world, server, calls);
    }
    // The index is up to date: the people created are found and get what is missing.
    world.sandbox.advance(2 * DELAY_MS);
    const last = await world.server();
    const done = await Promise.allSettled(NUMBERS.map((n) => last.call('onboard_contact', args(n))));
    const open = done.filter(({ status }) => status === 'rejected').length;
    // The others are blocked for three minutes, until search would show them.
    await letTimePass(world, 200_000);
    await Promise.all(NUMBERS.map((n) => last.call('onboard_contact', args(n))));
    const found = await countDuplicates(world);
    log(`six times killed, ${PEOPLE} people by matchField alone, ${refused} refused, ${open} still blocked`, found);
    expect(found).toEqual(expected(PEOPLE));
    expect(refused).toBeGreaterThan(0);
  });
});
