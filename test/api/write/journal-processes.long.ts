import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Entry, EntrySchema } from '../../../src/api/write/journal/entry.ts';
import type { Json } from '../../../src/lib/json.ts';
import { rotatedFiles } from '../../../src/lib/rotated-files.ts';
import { createSandbox, serveSandbox } from '../../../src/sandbox/index.ts';
import { HELLO, type Program, rpc, start } from '../../program.ts';
import { randomOf } from '../../random.ts';

/** The sandbox over HTTP, and servers that share one journal. */
async function createWorld() {
  const sandbox = createSandbox({ rate: 'off' });
  const served = await serveSandbox(sandbox);
  const folder = await mkdtemp(join(tmpdir(), 'journal-processes-'));
  onTestFinished(async () => {
    await served.close();
    await rm(folder, { recursive: true, force: true });
  });
  const path = join(folder, 'journal.jsonl');
  const env = {
    GHL_BASE_URL: served.url,
    GHL_API_KEY: sandbox.token,
    GHL_LOCATION_ID: sandbox.locationId,
    GHL_SCOPES: 'contacts.readonly contacts.write',
    GHL_JOURNAL: path,
    GHL_RATE_SHARE: '1',
    LOG_LEVEL: 'silent',
  };
  const open = async (): Promise<Program> => {
    const program = start([], env);
    onTestFinished(() => void program.child.kill('SIGKILL'));
    program.send(HELLO);
    await program.answer(1);
    return program;
  };
  const lines = async () => {
    const paths = [...(await rotatedFiles(path)).map((file) => file.path), path];
    const texts = await Promise.all(paths.map((each) => readFile(each, 'utf8').catch(() => '')));
    return texts.flatMap((text) => text.split('\n').filter(Boolean));
  };
  const get = async (route: string) => {
    const headers = { authorization: `Bearer ${sandbox.token}`, version: '2021-07-28' };
    const answer = await fetch(`${served.url}${route}`, { headers });
    expect(answer.status).toBe(200);
    return answer.text();
  };
  /** All that the sandbox has of one contact, and the contacts that were created. */
  const stored = async (contactId: string) =>
    (
      await Promise.all([
        ...['', '/notes', '/tasks'].map((part) => get(`/contacts/${contactId}${part}`)),
        get(`/contacts/?locationId=${sandbox.locationId}&limit=100&query=crash.example`),
      ])
    ).join('\n');
  return { sandbox, path, open, lines, stored };
}

type Call = readonly [tool: string, args: Json];
const send = (program: Program, id: number, [name, args]: Call) =>
  program.send(rpc(id, 'tools/call', { name, arguments: args }));
const isDone = (answer: Json): boolean => (answer.result as Json | undefined)?.isError !== true;

async function contactOf(program: Program): Promise<string> {
  send(program, 2, ['search_contacts', { query: 'maria', pageLimit: 1 }]);
  const { result } = (await program.answer(2)) as { result: { structuredContent: { contacts: { id: string }[] } } };
  return result.structuredContent.contacts[0]?.id as string;
}

const WRITES = 200;
const AT_ONCE = 4;
const MAX_DELAY_MS = 250;

test(`kill -9 at any moment of ${WRITES} random writes leaves no damaged line, loses no finished write, and invents none`, async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  const random = randomOf(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const { open, lines, stored } = await createWorld();
  const finished: string[] = [];
  let kills = 0;
  let maria = '';
  for (let first = 0; first < WRITES; first += AT_ONCE) {
    const program = await open();
    const contactId = await contactOf(program);
    maria = contactId;
    const marks = Array.from({ length: AT_ONCE }, (_, n) => `write-${first + n}.`);
    for (const [n, mark] of marks.entries()) {
      const dueDate = '2026-12-01T09:00:00Z';
      const call = pick<Call>([
        ['create_contact_note', { contactId, body: mark + 'x'.repeat(Math.floor(random() * 20_000)) }],
        ['create_contact_task', { contactId, title: mark, dueDate }],
        ['update_contact', { contactId, city: mark }],
        ['add_contact_tags', { contactId, tags: [mark] }],
        ['create_contact', { firstName: mark, email: `${mark}x@crash.example` }],
        ['upsert_contact', { firstName: mark, email: `${mark}x@crash.example` }],
      ]);
      send(program, 10 + n, call);
      void program.answer(10 + n).then(
        (answer) => isDone(answer) && finished.push(mark),
        () => undefined,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, random() * MAX_DELAY_MS));
    program.child.kill('SIGKILL');
    await program.ended;
    kills += 1;
  }
  const texts = await lines();
  expect(texts.filter((text) => !EntrySchema.safeParse(JSON.parse(text)).success)).toEqual([]);
  const entries = texts.map((text): Entry => JSON.parse(text));
  const missing = finished.filter((mark) => !texts.some((text) => text.includes(mark)));
  const state = await stored(maria);
  // The city of an update is replaced by the next one.
  const lasting = entries.filter(({ tool, outcome }) => outcome === 'done' && tool !== 'update_contact');
  const markOf = ({ sent }: Entry) => /write-\d+\./.exec(JSON.stringify(sent))?.[0] ?? 'no mark';
  const invented = lasting.map(markOf).filter((mark) => !state.includes(mark));
  console.log(
    `${kills} kills, ${WRITES} writes, ${finished.length} finished, ${texts.length} lines, ${missing.length} missing`,
  );
  expect([missing, invented]).toEqual([[], []]);
  expect(finished.length).toBeGreaterThan(WRITES / 10);
  expect(finished.length).toBeLessThan(WRITES);
});

const SERVERS = 4;
const LINES = 1_000;
/** Characters of each note, so that the file is moved several times. */
const NOTE = 9_000;
const IN_FLIGHT = 16;

test(`${SERVERS} servers that write ${LINES} lines each at once lose none, also while the file is moved`, async () => {
  const { open, lines, path } = await createWorld();
  const servers = await Promise.all(Array.from({ length: SERVERS }, open));
  const contactId = await contactOf(servers[0] as Program);
  const run = async (program: Program, server: number) => {
    let next = 0;
    const worker = async () => {
      for (let n = next++; n < LINES; n = next++) {
        send(program, 10 + n, ['create_contact_note', { contactId, body: `${server}/${n} ${'x'.repeat(NOTE)}` }]);
        const { result } = await program.answer(10 + n);
        expect((result as Json).isError ? result : undefined).toBeUndefined();
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  };
  await Promise.all(servers.map(run));
  const entries = (await lines()).map((text): Entry => JSON.parse(text));
  const moved = await rotatedFiles(path);
  console.log(`${entries.length} lines in ${moved.length + 1} files of ${dirname(path)}`);
  const marks = entries.map(({ sent }) => String(sent?.body).split(' ')[0]);
  expect([marks.length, new Set(marks).size]).toEqual([SERVERS * LINES, SERVERS * LINES]);
  expect(new Set(entries.map(({ conversation }) => conversation)).size).toBe(SERVERS);
  expect(moved.length).toBeGreaterThan(2);
  expect(new Set(moved.map(({ number }) => number)).size).toBe(moved.length);
});
