import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { ElicitRequestSchema, type ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv-provider.js';
import type { JsonSchemaValidator, jsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/types.js';
import { createApi } from '../src/api/client.ts';
import { fixedCredential } from '../src/api/credentials.ts';
import { SCOPES, type Scope } from '../src/api/scopes.ts';
import { fetchTransport } from '../src/api/transport/index.ts';
import type { ApiOptions } from '../src/api/types.ts';
import type { EventLog } from '../src/api/webhooks/event-log.ts';
import type { Json } from '../src/lib/json.ts';
import { type Log, silent } from '../src/lib/log.ts';
import type { RecordFolder } from '../src/lib/record-folder.ts';
import { realTimers, type Timers } from '../src/lib/scheduler.ts';
import { inMemoryStore, type StateStore } from '../src/lib/state-file.ts';
import { createServer } from '../src/mcp/server.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../src/sandbox/index.ts';
import { parseSelection, resolveToolAccess } from '../src/tools/core/tool-access.ts';
import { tools } from '../src/tools/index.ts';
import { createClock } from '../src/tools/runtime/clock.ts';
import { createLocationReader } from '../src/tools/runtime/location-reader.ts';
import { recordingJournal } from './recording-journal.ts';

export const READ = ['contacts.readonly'] as const satisfies readonly Scope[];
export const CONTACTS = ['contacts.readonly', 'contacts.write'] as const satisfies readonly Scope[];

/** A fixed Friday morning, so that "today" and "overdue" are the same in every run. */
export const NOW = Date.parse('2026-11-20T15:00:00Z');

/** The zone of the owner unless a test sets another; the location has the same. */
const ZONE = 'America/Chicago';

/** ms until lists and searches show a write; on the real API seconds to about a minute. They show seeded data at once. */
export const INDEX_DELAY_MS = 15_000;

export interface Options {
  scopes?: readonly Scope[];
  /** GHL_TOOLS */
  select?: string;
  sandbox?: SandboxOptions;
  /** GHL_TIMEZONE: Chicago, so that no test reads the location without asking for it; undefined where the owner sets none. */
  timezone?: string | undefined;
  user?: string;
  /** GHL_LABEL */
  label?: string;
  /** GHL_CONFIRM; off unless a test is about it. */
  confirm?: 'on';
  /** The host shows forms, and answers each question like this. */
  answers?: (question: string) => Promise<ElicitResult> | ElicitResult;
  log?: Log;
  /** State that outlives a server. Two servers with one store simulate a restart. */
  memory?: StateStore;
  /** Folder of the person registry. Two servers with one folder simulate two processes of one owner. */
  peopleFolder?: string;
  /** Unfinished merges. Two servers with one folder simulate a restart, or two processes of one owner. */
  merges?: RecordFolder;
  /** GHL_EXPORT_DIR */
  exportFolder?: string;
  /** What webhooks announced. */
  events?: EventLog;
  /** A sandbox that two servers share. */
  sandboxed?: Sandbox;
  /** The clock of server and sandbox. Its creator advances it; `advance` has no effect on it. */
  timers?: Timers;
  /** The current location, for tests in which it changes. */
  locationId?: () => string;
  /** Parts of the request layer that a test replaces. */
  api?: Partial<ApiOptions>;
}

export interface Connected {
  readonly client: Client;
  readonly sandbox: Sandbox;
  /** Calls a tool and returns its structured content. @throws Error for an error result */
  call(name: string, args?: Json): Promise<Json>;
  /** Calls a tool that asks where the host shows no forms, and confirms its preview. */
  confirmed(name: string, args?: Json): Promise<Json>;
  /** Calls a tool that must fail and returns the error text. @throws Error for a result */
  refused(name: string, args?: Json): Promise<string>;
  /** Advances the clocks of the server and the sandbox. */
  advance(ms: number): void;
  /** Advances both clocks until lists and searches show every write. */
  indexed(): void;
  /** Epoch ms of the server's clock. */
  now(): number;
  /** Requests that reached the sandbox since the last call of this function, as `METHOD /path`. */
  sent(): Promise<string[]>;
}

/** The real server, connected to the sandbox, with its clock. */
export function serverOf(options: Options = {}) {
  const scopes = options.scopes ?? SCOPES;
  let moved = 0;
  const sandbox =
    options.sandboxed ??
    createSandbox({
      now: options.timers?.now ?? (() => NOW),
      rate: 'off',
      indexDelayMs: INDEX_DELAY_MS,
      ...options.sandbox,
    });
  const timers: Timers = options.timers ?? { ...realTimers, now: () => NOW + moved, wall: () => NOW + moved };
  const locationId = options.locationId ?? (() => sandbox.locationId);
  const log = options.log ?? silent;
  const { journal } = { ...recordingJournal(), ...options.api };
  const api = createApi({
    timers,
    transport: fetchTransport(sandbox.fetch),
    baseUrl: 'http://sandbox.invalid',
    credential: fixedCredential(sandbox),
    scopes,
    timeoutMs: 5_000,
    log,
    ...options.api,
    journal,
  });
  const { exportFolder } = options;
  const settings = exportFolder === undefined ? [] : (['GHL_EXPORT_DIR'] as const);
  const open = resolveToolAccess(tools, scopes, parseSelection(options.select ?? '', tools), undefined, settings);
  const access = () => open;
  const now = wallOf(options.api?.timers ?? timers);
  const location = createLocationReader({ api, access, locationId, now });
  const timezone = 'timezone' in options ? options.timezone : ZONE;
  const server = createServer({
    ...{ api, access, location },
    clock: createClock({ timezone, location, now }),
    log,
    account: () => ({ sandbox: true, locationId: locationId(), label: options.label }),
    user: options.user,
    journal,
    stateStore: options.memory ?? inMemoryStore(),
    peopleFolder: options.peopleFolder,
    merges: options.merges,
    events: options.events,
    exportFolder,
    confirms: options.confirm === 'on',
    timers,
  });
  const advance = (ms: number) => {
    moved += ms;
    sandbox.advance(ms);
  };
  return { server, sandbox, timers, advance };
}

const ajv = new AjvJsonSchemaValidator();
const compiled = new Map<string, JsonSchemaValidator<unknown>>();

/** Compiles each schema once: every client that lists the tools has the same ones. */
const schemaValidator: jsonSchemaValidator = {
  getValidator<T>(schema: Parameters<jsonSchemaValidator['getValidator']>[0]) {
    const text = JSON.stringify(schema);
    const validate = compiled.get(text) ?? ajv.getValidator(schema);
    compiled.set(text, validate);
    return validate as JsonSchemaValidator<T>;
  },
};

/** Connects a real client, the real server and the sandbox in memory. */
export async function connect(options: Options = {}): Promise<Connected> {
  const { server, sandbox, timers, advance } = serverOf(options);
  const { answers } = options;
  const client = new Client(
    { name: 'test', version: '0' },
    { capabilities: answers ? { elicitation: {} } : {}, jsonSchemaValidator: schemaValidator },
  );
  if (answers) client.setRequestHandler(ElicitRequestSchema, ({ params: { message } }) => answers(message));
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), client.connect(here)]);
  let seen = 0;
  const call: Connected['call'] = async (name, args = {}) => {
    const result = await client.callTool({ name, arguments: args });
    if (result.isError) throw new Error(textOf(result));
    return result.structuredContent as Json;
  };
  return {
    client,
    sandbox,
    now: timers.now,
    advance,
    indexed() {
      const { indexDelayMs = INDEX_DELAY_MS } = options.sandbox ?? {};
      advance(typeof indexDelayMs === 'number' ? indexDelayMs : 2 * 60_000);
    },
    call,
    confirmed: async (name, args) => call(name, (await call(name, args)).next as Json),
    async refused(name, args = {}) {
      const result = await client.callTool({ name, arguments: args });
      if (!result.isError) throw new Error(`not refused: ${textOf(result)}`);
      return textOf(result);
    },
    async sent() {
      const all = await requests(sandbox);
      const fresh = all.slice(seen);
      seen = all.length;
      return fresh;
    },
  };
}

const wallOf = ({ wall, now }: Timers) => wall ?? now;

export const textOf = ({ content }: Record<string, unknown>): string =>
  (content as { type: string; text?: string }[])
    .filter(({ type }) => type === 'text')
    .map(({ text }) => text)
    .join('\n');

async function requests(sandbox: Sandbox): Promise<string[]> {
  const answer = await sandbox.fetch(new Request('http://sandbox.invalid/__sandbox/requests'));
  return ((await answer.json()) as { method: string; path: string }[]).map(({ method, path }) => `${method} ${path}`);
}

/** The first contact that a search finds. */
export async function find(call: Connected['call'], query: string): Promise<Json & { id: string }> {
  const { contacts } = await call('search_contacts', { query, pageLimit: 1 });
  const [contact] = contacts as (Json & { id: string })[];
  if (!contact) throw new Error(`nobody matches ${query}`);
  return contact;
}
