import { setTimeout as delay } from 'node:timers/promises';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { createApi } from '../api/client.ts';
import type { Api } from '../api/types.ts';
import { fileJournal, noJournal } from '../api/write/journal.ts';
import { createLog, type FileLog, type Log } from '../lib/log.ts';
import { fileStateStore, inMemoryStore } from '../lib/state-file.ts';
import { createServer } from '../mcp/server.ts';
import { StdioTransport } from '../mcp/stdio.ts';
import { resolveToolAccess } from '../tools/core/tool-access.ts';
import { endpoints, tools } from '../tools/index.ts';
import { createClock } from '../tools/runtime/clock.ts';
import { type Env, readConfig } from './config.ts';
import { openConnection } from './connection.ts';

/** Serves MCP on stdio until the host goes away. @throws SettingError for a setting that cannot be understood */
export async function serve({ sandbox, env }: { sandbox: boolean; env: Env }): Promise<void> {
  const config = readConfig(env, sandbox);
  const log = createLog(config.log.level, config.log.file);
  keepStdoutClean(log);
  const session = openConnection(config, sandbox, log);
  const { timeoutMs, rateShare } = config;
  const journal = config.journal ? fileJournal(config.journal, log) : noJournal;
  const { scopes, howToGrant } = session;
  const api = createApi({
    ...session.transportOptions,
    scopes,
    howToGrant,
    timeoutMs,
    rateShare,
    journal,
    log,
    endpoints,
  });
  let open = resolveToolAccess(tools, scopes(), config.selected, howToGrant);
  const server = createServer({
    api,
    access: () => open,
    clock: createClock({
      timezone: config.timezone,
      api,
      scopes,
      locationId: () => session.account.locationId,
      now: Date.now,
    }),
    log,
    account: () => ({ ...session.account, label: config.label }),
    user: config.user,
    peopleFolder: config.people,
    stateStore: config.memory ? fileStateStore(config.memory, log) : inMemoryStore(),
  });
  endWithHost(server, api, log, timeoutMs);
  await server.connect(new StdioTransport());
  let { locationId } = session.account;
  session.watch(() => {
    const isOther = session.account.locationId !== locationId;
    locationId = session.account.locationId;
    const now = resolveToolAccess(tools, scopes(), config.selected, howToGrant);
    const changed =
      now.offered.length !== open.offered.length || now.offered.some((tool, i) => tool !== open.offered[i]);
    open = now;
    // Of another account the resources are others, too.
    if (changed || isOther) tellLists(server);
  });
}

/** What is offered decides all three lists. */
function tellLists(server: Server): void {
  const told = [server.sendToolListChanged(), server.sendResourceListChanged(), server.sendPromptListChanged()];
  void Promise.allSettled(told);
}

/** stdout carries the protocol and nothing else, whatever a dependency prints; stderr takes it without blocking. */
function keepStdoutClean(log: Log): void {
  const divert = (...words: unknown[]) => log('warn', 'stray print', { text: words.map(asText).join(' ') });
  Object.assign(console, { log: divert, info: divert, debug: divert, warn: divert, error: divert, trace: divert });
  // Node's own printer of warnings writes to stderr synchronously.
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => log('warn', 'warning', { text: `${name}: ${message}` }));
}

const asText = (value: unknown): string => {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
};

/** ms that work of the thread pool (files, names, a terminal) is given to end, and between two looks. */
const THREADS_MS = 500;
const LOOK_MS = 20;
const OF_THREADS = /^(FSReq|GetAddrInfo|GetNameInfo)/;

/**
 * Node's exit waits for every thread of its pool. One of them may never end (a file on a network drive that is gone, a
 * terminal whose output is stopped): then only a signal ends the process.
 */
async function exit(): Promise<void> {
  const isBusy = () => process.getActiveResourcesInfo().some((kind) => OF_THREADS.test(kind));
  for (let waited = 0; isBusy() && waited < THREADS_MS; waited += LOOK_MS) await delay(LOOK_MS);
  if (isBusy()) process.kill(process.pid, 'SIGKILL');
  else process.exit(0);
}

/** ms the last answers are given to leave, and the last lines of the log: a stderr that nobody reads takes none. */
const FLUSH_MS = 500;
const FLUSH_LOG_MS = 200;
/** ms beyond the time of one call that writes have: what waits for a file that never opens would keep the process. */
const CLOSE_MS = 5_000;

/**
 * A host that is gone (stdin closed, stdout broken, a message too large for the transport, a signal) ends the process:
 * no more calls, reads aborted, writes finished and journalled, exit code 0.
 */
function endWithHost(server: Server, api: Api, log: FileLog, timeoutMs: number): void {
  let ending = false;
  const stopWatching = server.onclose;
  const end = async (why: string) => {
    if (ending) return;
    ending = true;
    log('debug', 'ending', { why });
    stopWatching?.();
    await Promise.race([api.close(), delay(timeoutMs + CLOSE_MS)]);
    // The answers of the last writes leave before the pipe does, unless nobody reads them.
    await new Promise((resolve) => setImmediate(resolve));
    const answered = process.stdout.writable && new Promise((resolve) => process.stdout.write('', resolve));
    await Promise.race([Promise.all([answered, log.flush(FLUSH_LOG_MS)]), delay(FLUSH_MS)]);
    await exit();
  };
  server.onclose = () => void end('transport closed');
  for (const event of ['end', 'close'] as const) process.stdin.once(event, () => void end('stdin closed'));
  process.stdout.on('error', () => void end('stdout closed'));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => void end(signal));
}
