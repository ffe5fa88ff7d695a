import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { type Api, createApi } from './api/client.ts';
import { type Credential, fixed } from './api/credential.ts';
import { fileJournal, noJournal } from './api/journal.ts';
import { fetchTransport, undiciTransport } from './api/transport.ts';
import { type Config, type Env, readConfig } from './config.ts';
import { gate } from './gate.ts';
import { createLog, type Log } from './log.ts';
import { createServer } from './server.ts';
import { createClock } from './times.ts';
import { tools } from './tools/index.ts';

/** Serves MCP on stdio until the host goes away. @throws SettingError for a setting that cannot be understood */
export async function serve({ sandbox, env }: { sandbox: boolean; env: Env }): Promise<void> {
  const config = readConfig(env, sandbox);
  const log = createLog(config.log.level, config.log.file);
  keepStdoutClean(log);
  const { way, account } = sandbox ? embedded(config) : network(config);
  const { scopes, timeoutMs, rateShare } = config;
  const journal = config.journal ? fileJournal(config.journal, log) : noJournal;
  const api = createApi({ ...way, scopes, timeoutMs, rateShare, journal, log });
  const server = createServer({
    api,
    gate: gate(tools, scopes, config.selected),
    clock: createClock({ timezone: config.timezone, api, scopes, now: Date.now }),
    log,
    account: { ...account, label: config.label },
    user: config.user,
  });
  endWithHost(server, api, log);
  await server.connect(new StdioServerTransport());
}

/** The way to HighLevel, and what `instructions` say of the account. */
function network({ credential, baseUrl }: Config) {
  const account =
    'missing' in credential ? credential : { locationId: credential.locationId, credential: kind(credential) };
  return { way: { transport: undiciTransport(), baseUrl, credential: fixed(credential) }, account };
}

const kind = ({ token }: Credential) => (token.startsWith('pit-') ? 'private integration token' : 'bearer token');

/** The way into the embedded sandbox, which is made with the first call. */
function embedded({ sandbox: options, scopes }: Config) {
  const made = once(async () => (await import('./cli/sandbox.ts')).makeSandbox(options, { scopes }));
  const transport = fetchTransport(async (request) => (await made()).fetch(request));
  return {
    way: { transport, baseUrl: 'http://sandbox.invalid', credential: { current: made } },
    account: { sandbox: true, credential: 'of the sandbox' },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** stdout carries the protocol and nothing else, whatever a dependency prints. */
function keepStdoutClean(log: Log): void {
  const divert = (...words: unknown[]) =>
    log('warn', 'stray print', { text: words.map(String).join(' ').slice(0, 500) });
  Object.assign(console, { log: divert, info: divert, debug: divert });
}

/** ms the last answers are given to leave. */
const FLUSH_MS = 500;

/**
 * A host that is gone (stdin closed, stdout broken, a message too large for the transport, a signal) ends the process:
 * no more calls, reads aborted, writes finished and journalled, exit code 0.
 */
function endWithHost(server: Server, api: Api, log: Log): void {
  let ending = false;
  const end = async (why: string) => {
    if (ending) return;
    ending = true;
    log('debug', 'ending', { why });
    await api.close();
    // The answers of the last writes leave before the pipe does, unless nobody reads them.
    await new Promise((resolve) => setImmediate(resolve));
    setTimeout(() => process.exit(0), FLUSH_MS);
    if (process.stdout.writable) await new Promise((resolve) => process.stdout.write('', resolve));
    process.exit(0);
  };
  server.onclose = () => void end('transport closed');
  for (const event of ['end', 'close'] as const) process.stdin.once(event, () => void end('stdin closed'));
  process.stdout.on('error', () => void end('stdout closed'));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => void end(signal));
}
