import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { type Api, createApi } from './api/client.ts';
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
  const { api, account } = sandbox ? await sandboxApi(config, log) : networkApi(config, log);
  const server = createServer({
    api,
    gate: gate(tools, config.scopes, config.selected),
    clock: createClock({ timezone: config.timezone, api, scopes: config.scopes, now: Date.now }),
    log,
    account: { ...account, label: config.label },
    user: config.user,
  });
  endWithHost(() => server.close());
  await server.connect(new StdioServerTransport());
}

function networkApi({ credential, baseUrl, scopes, timeoutMs }: Config, log: Log) {
  const api = createApi({ transport: undiciTransport(), baseUrl, credential, scopes, timeoutMs, log });
  return { api, account: 'missing' in credential ? credential : { locationId: credential.locationId } };
}

async function sandboxApi(
  config: Config,
  log: Log,
): Promise<{ api: Api; account: { sandbox: true; locationId: string } }> {
  const { createSandbox } = await import('./sandbox/index.ts');
  const { scopes, timeoutMs } = config;
  const sandbox = createSandbox({ ...config.sandbox, scopes });
  const api = createApi({
    transport: fetchTransport(sandbox.fetch),
    baseUrl: 'http://sandbox.invalid',
    credential: sandbox,
    scopes,
    timeoutMs,
    log,
  });
  return { api, account: { sandbox: true, locationId: sandbox.locationId } };
}

/** stdout carries the protocol and nothing else, whatever a dependency prints. */
function keepStdoutClean(log: Log): void {
  const divert = (...words: unknown[]) =>
    log('warn', 'stray print', { text: words.map(String).join(' ').slice(0, 500) });
  Object.assign(console, { log: divert, info: divert, debug: divert });
}

/** A host that is gone (stdin closed, stdout broken, a signal) ends the process; nothing lingers behind it. */
function endWithHost(close: () => Promise<void>): void {
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    void close().finally(() => process.exit(0));
  };
  process.stdin.once('end', end);
  process.stdin.once('close', end);
  process.stdout.once('error', end);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, end);
}
