import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { onTestFinished, vi } from 'vitest';
import { OAuth } from '../../../src/api/auth/oauth-client.ts';
import { chooseSecretStore, openTokenStore } from '../../../src/api/auth/token-store.ts';
import { fetchTransport } from '../../../src/api/transport/index.ts';
import { readConfig } from '../../../src/cli/config.ts';
import { storeAgencyGrant, storeLocationGrant } from '../../../src/cli/store-grant.ts';
import type { Json } from '../../../src/lib/json.ts';
import { createSandbox, type Sandbox, type SandboxOptions, serveSandbox } from '../../../src/sandbox/index.ts';
import { type Env, type Ran, runCommand } from '../../cli/run-command.ts';
import { textOf } from '../../connect.ts';
import { CACHE_HOME, PROGRAM } from '../../program.ts';
import { consented, REDIRECT } from './signed-in.ts';

export const DAY = 86_400_000;

export interface Running {
  readonly client: Client;
  readonly stderr: () => string;
  /** The structured half of a result; throws on an error result. */
  call(name: string, args?: Json): Promise<Json>;
  /** The text of an error result; throws on any other. */
  refused(name: string, args?: Json): Promise<string>;
  tools(): Promise<string[]>;
}

export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly spentRefreshToken?: boolean;
  readonly graceRefresh?: boolean;
}

/** An entry of the token store, of either kind. */
export interface StoredSecret {
  readonly token?: string;
  readonly accessToken?: string;
  readonly refreshToken?: string;
  readonly expiresAt?: number;
}

/** The sandbox over HTTP, a home folder, and the built program. */
export interface World {
  readonly sandbox: Sandbox;
  readonly url: string;
  readonly folder: string;
  /** The token store, and the list of accounts. */
  readonly file: string;
  readonly facts: string;
  readonly env: Env;
  /** Runs a command in this process, unless the world has another `execute`. */
  run(args: readonly string[], more?: { env?: Env; input?: string }): Promise<Ran>;
  /** Stores what a login by OAuth stores, without running the program. */
  signIn(scopes?: string, more?: { company?: boolean }): Promise<void>;
  /** A login by OAuth, from the printed URL to the stored tokens. */
  login(scopes?: string, more?: { env?: Env; company?: boolean }): Promise<Ran>;
  /** Begins a login, consents, and returns the URL of the redirect. */
  begin(scopes?: string, more?: { env?: Env; company?: boolean }): Promise<URL>;
  /** A server over stdio with a client. */
  server(env?: Env): Promise<Running>;
  requests(): Promise<Arrived[]>;
  /** Requests to the token endpoint after the first, which was a login. */
  refreshes(): Promise<Arrived[]>;
  stored(): Promise<Record<string, StoredSecret>>;
  /** Expires every stored access token, by its own date and at HighLevel. */
  expire(): Promise<void>;
}

export async function createWorld(options: SandboxOptions = {}, execute = runCommand): Promise<World> {
  const sandbox = createSandbox({ rate: 'off', ...options });
  const served = await serveSandbox(sandbox);
  const folder = await mkdtemp(join(tmpdir(), 'ghl-world-'));
  onTestFinished(async () => {
    await served.close();
    await rm(folder, { recursive: true, force: true });
  });
  const file = join(folder, 'tokens.json');
  const env: Env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: CACHE_HOME,
    GHL_BASE_URL: served.url,
    GHL_AUTHORIZE_URL: `${served.url}/oauth/chooselocation`,
    GHL_CLIENT_ID: sandbox.oauthClient.clientId,
    GHL_CLIENT_SECRET: sandbox.oauthClient.clientSecret,
    GHL_REDIRECT_URI: REDIRECT,
    GHL_TOKEN_STORE: `file:${file}`,
  };
  const run: World['run'] = (args, more = {}) => execute(args, { ...env, ...more.env }, more.input);
  const begin: World['begin'] = async (scopes = 'contacts.readonly', { company = false, ...more } = {}) => {
    const { stdout } = await run(['login', '--scopes', scopes], more);
    return consent(printedAddress(stdout), company);
  };
  const stored: World['stored'] = async () => JSON.parse(await readFile(file, 'utf8')).secrets;
  const requests: World['requests'] = async () =>
    (await (await fetch(`${served.url}/__sandbox/requests`)).json()) as Arrived[];
  return {
    sandbox,
    url: served.url,
    folder,
    file,
    facts: `${file}.accounts.json`,
    env,
    run,
    begin,
    signIn: (scopes = 'contacts.readonly', { company = false } = {}) => signIn({ sandbox, env }, scopes, company),
    login: async (scopes, more) => run(['login', '--code', String(await begin(scopes, more))], more),
    server: (more = {}) => serve({ ...env, ...more }),
    requests,
    async refreshes() {
      const all = (await requests()).filter(({ path }) => path === '/oauth/token');
      return all.slice(1);
    },
    stored,
    async expire() {
      const secrets = Object.entries(await stored()).map(([key, secret]) => [key, { ...secret, expiresAt: 1 }]);
      await writeFile(file, JSON.stringify({ version: 1, secrets: Object.fromEntries(secrets) }));
      sandbox.advance(DAY);
    },
  };
}

async function signIn({ sandbox, env }: Pick<World, 'sandbox' | 'env'>, scopes: string, company: boolean) {
  const config = readConfig(env, false);
  const { app, store: choice } = config.auth;
  if (!app) throw new Error('The world has no OAuth app.');
  const oauth = new OAuth({ transport: fetchTransport(sandbox.fetch), baseUrl: config.baseUrl, app, now: Date.now });
  const grant = await oauth.exchange(await consented(sandbox, company ? 'Company' : 'Location', scopes));
  const store = openTokenStore(choice);
  const login = { store, secrets: await chooseSecretStore(choice, store), state: undefined };
  const { companyId } = grant;
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    if (company && companyId) await storeAgencyGrant(oauth, login, { ...grant, companyId });
    else await storeLocationGrant(config, login, grant);
  } finally {
    printed.mockRestore();
  }
}

/** Runs the built program in a process of its own. */
export function runProgram(args: readonly string[], env: Env, input = '', program = PROGRAM): Promise<Ran> {
  const child = spawn(process.execPath, [program, ...args], { env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  // A program that reads no input may end before it is written.
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

export const printedAddress = (stdout: string): URL => new URL(/^ {2}(http\S+)$/m.exec(stdout)?.[1] ?? '');

/** Opens the URL and consents. */
export async function consent(address: URL, company = false): Promise<URL> {
  if (company) address.searchParams.set('user_type', 'Company');
  const answer = await fetch(address, { redirect: 'manual' });
  return new URL(answer.headers.get('location') ?? '');
}

async function serve(env: Env): Promise<Running> {
  const client = new Client({ name: 'test', version: '0' });
  const transport = new StdioClientTransport({ command: process.execPath, args: [PROGRAM], env, stderr: 'pipe' });
  let stderr = '';
  transport.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  await client.connect(transport);
  onTestFinished(() => client.close());
  const ask = (name: string, args: Json) => client.callTool({ name, arguments: args });
  return {
    client,
    stderr: () => stderr,
    async call(name, args = {}) {
      const result = await ask(name, args);
      if (result.isError) throw new Error(textOf(result));
      return result.structuredContent as Json;
    },
    async refused(name, args = {}) {
      const result = await ask(name, args);
      if (!result.isError) throw new Error(`not refused: ${textOf(result)}`);
      return textOf(result);
    },
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
  };
}

/** The number of eight concurrent reads that succeed. */
export async function eight({ call }: Running): Promise<number> {
  const queries = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const results = await Promise.allSettled(queries.map((query) => call('list_contacts', { query })));
  return results.filter(({ status }) => status === 'fulfilled').length;
}
