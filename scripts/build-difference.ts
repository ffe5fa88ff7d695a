import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRecord, type Json, rowsIn } from '../src/lib/json.ts';
import { HELLO, type Program, rpc, startNode } from '../test/program.ts';

/** A value for each argument of a prompt. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  contact: 'maria.lopez@northshoremed.example',
  firstName: 'Ada',
  lastName: 'Quill',
  email: 'ada.quill@example.com',
  phone: '+13125550142',
  tags: 'lead, spring',
  task: 'call',
  since: '2026-11-19',
  kind: 'notes',
  tag: 'lead',
  change: 'add tag spring',
};

/** Configurations whose lists and instructions differ. */
const CONFIGURATIONS = [
  { name: 'all scopes', args: ['--sandbox'], env: {} },
  { name: 'read-only', args: ['--sandbox'], env: { GHL_SCOPES: 'contacts.readonly' } },
  { name: 'not signed in', args: [], env: {} },
];

/** A module loaded before the server: the time is constant, and cursors and handles are not random. */
const FIXED = `data:text/javascript,${encodeURIComponent(`
  import crypto from 'node:crypto';
  import { syncBuiltinESMExports } from 'node:module';
  const now = Date.parse('2026-11-20T15:00:00Z');
  globalThis.Date = class extends Date {
    constructor(...args) { super(...(args.length > 0 ? args : [now])); }
    static now() { return now; }
  };
  performance.now = () => 0;
  crypto.randomBytes = (size) => Buffer.alloc(size);
  crypto.randomInt = () => 0;
  syncBuiltinESMExports();`)}`;

interface Exchange {
  readonly request: string;
  /** The response line as the server wrote it. */
  readonly response: string;
}

function argumentOf(name: unknown): string {
  const value = ARGUMENTS[String(name)];
  if (value === undefined) throw new Error(`scripts/build-difference.ts has no value for the prompt argument ${name}`);
  return value;
}

/** Sends requests to a server one at a time and records the responses. */
function recorder(program: Program) {
  const exchanges: Exchange[] = [];
  const send = async (method: string, params: Json = {}): Promise<Json> => {
    const id = exchanges.length + 1;
    program.send(method === HELLO.method ? HELLO : rpc(id, method, params));
    const { result } = await program.answer(id);
    const response = program.lines.find((line) => JSON.parse(line).id === id) ?? '';
    exchanges.push({ request: `${method} ${JSON.stringify(params)}`, response });
    return isRecord(result) ? result : {};
  };
  return { exchanges, send };
}

/** Reads everything a host can list. */
async function readAll(send: ReturnType<typeof recorder>['send']): Promise<void> {
  await send('initialize');
  await send('tools/list');
  const { prompts, resources, resourceTemplates } = {
    ...(await send('prompts/list')),
    ...(await send('resources/list')),
    ...(await send('resources/templates/list')),
  } as Json;
  for (const { name, arguments: known } of rowsIn({ prompts }, 'prompts')) {
    const args = rowsIn({ known }, 'known').map((argument) => [argument.name, argumentOf(argument.name)]);
    await send('prompts/get', { name, arguments: Object.fromEntries(args) });
  }
  for (const { uri } of rowsIn({ resources }, 'resources')) await send('resources/read', { uri });
  for (const { uriTemplate: uri } of rowsIn({ resourceTemplates }, 'resourceTemplates')) {
    const contactId = { name: 'contactId', value: 'maria' };
    const { completion } = await send('completion/complete', {
      ref: { type: 'ref/resource', uri },
      argument: contactId,
    });
    const [first] = isRecord(completion) && Array.isArray(completion.values) ? completion.values : [];
    if (first) await send('resources/read', { uri: String(uri).replace('{contactId}', String(first)) });
  }
}

/** Every exchange with a build, in a fixed order. */
async function exchangesOf(dist: string): Promise<Exchange[]> {
  const all: Exchange[] = [];
  for (const { name, args, env } of CONFIGURATIONS) {
    const home = await mkdtemp(join(tmpdir(), 'compare-builds-'));
    const folders = { HOME: home, XDG_STATE_HOME: home, XDG_CONFIG_HOME: home };
    const program = startNode(['--import', FIXED, join(dist, 'index.js'), ...args], { ...folders, ...env });
    const { exchanges, send } = recorder(program);
    await readAll(send);
    program.child.stdin.end();
    await program.ended;
    await rm(home, { recursive: true, force: true });
    all.push(...exchanges.map(({ request, response }) => ({ request: `${name}: ${request}`, response })));
  }
  return all;
}

const indented = (exchange: Exchange | undefined): string[] =>
  exchange === undefined ? [] : JSON.stringify(JSON.parse(exchange.response), null, 2).split('\n');

/** The first line that differs, after the three lines before it. */
function difference(old: Exchange | undefined, current: Exchange | undefined): string {
  const [before, after] = [indented(old), indented(current)];
  const at = before.findIndex((line, i) => line !== after[i]);
  const from = at < 0 ? before.length : at;
  return [
    old?.request === current?.request
      ? old?.request
      : `${old?.request ?? 'nothing'} -> ${current?.request ?? 'nothing'}`,
    ...before.slice(Math.max(0, from - 3), from).map((line) => `  ${line}`),
    ...before.slice(from, from + 1).map((line) => `- ${line}`),
    ...after.slice(from, from + 1).map((line) => `+ ${line}`),
  ].join('\n');
}

/** What two builds send to a host: whether it is the same, and a report for people. */
export async function compareBuilds(oldDist: string, newDist: string): Promise<{ same: boolean; report: string }> {
  const old = await exchangesOf(oldDist);
  const current = await exchangesOf(newDist);
  const same = (i: number) => old[i]?.request === current[i]?.request && old[i]?.response === current[i]?.response;
  const count = Math.max(old.length, current.length);
  const different = Array.from({ length: count }, (_, i) => i).filter((i) => !same(i));
  if (different.length === 0) {
    const bytes = current.reduce((sum, { response }) => sum + Buffer.byteLength(response), 0);
    return { same: true, report: `identical: ${bytes} bytes in ${count} responses` };
  }
  const differences = different.map((i) => `${difference(old[i], current[i])}\n`);
  return { same: false, report: [...differences, `${different.length} of ${count} responses differ`].join('\n') };
}
