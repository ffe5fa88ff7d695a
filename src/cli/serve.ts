import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { createApi } from '../api/client.ts';
import { fileJournal } from '../api/write/journal/file-journal.ts';
import { createLog, type Log } from '../lib/log.ts';
import { recordFolder } from '../lib/record-folder.ts';
import { fileStateStore, inMemoryStore } from '../lib/state-file.ts';
import { createServer } from '../mcp/server.ts';
import { StdioTransport } from '../mcp/stdio.ts';
import { resolveToolAccess } from '../tools/core/tool-access.ts';
import { tools } from '../tools/index.ts';
import { createClock } from '../tools/runtime/clock.ts';
import { createLocationReader } from '../tools/runtime/location-reader.ts';
import { environment, readConfig } from './config.ts';
import { openConnection } from './connection.ts';
import { withJournalledRejections } from './journal-sign-in.ts';
import { exitWithHost } from './shutdown.ts';

/** Serves MCP on stdio until the host disconnects. @throws SettingError for an invalid setting */
export async function serve(sandbox: boolean): Promise<void> {
  const config = readConfig(environment, sandbox);
  const log = createLog(config.log.level, config.log.file);
  keepStdoutClean(log);
  const connection = openConnection(config, sandbox, log);
  const { scopes, howToGrant } = connection;
  const { timeoutMs, rateShare, timezone, user } = config;
  const journal = config.journal && fileJournal(config.journal, log);
  const { credential } = connection.transportOptions;
  const api = createApi({
    ...connection.transportOptions,
    credential: journal ? withJournalledRejections(credential, journal) : credential,
    ...{ scopes, howToGrant, timeoutMs, rateShare, log, journal },
  });
  const currentAccess = () => resolveToolAccess(tools, scopes(), config.selected, howToGrant, config.toolSettings);
  let access = currentAccess();
  const locationId = () => connection.account.locationId;
  const location = createLocationReader({ api, access: () => access, locationId, now: Date.now });
  const server = createServer({
    ...{ api, log, user, location, journal },
    access: () => access,
    clock: createClock({ timezone, location, now: Date.now }),
    account: () => ({ ...connection.account, label: config.label }),
    peopleFolder: config.people,
    merges: config.merges === undefined ? undefined : recordFolder(config.merges),
    exportFolder: config.exportFolder,
    confirms: config.confirms,
    stateStore: config.memory ? fileStateStore(config.memory, log) : inMemoryStore(),
  });
  const transport = new StdioTransport();
  exitWithHost(server, transport, api, log, timeoutMs);
  await server.connect(transport);
  let lastLocationId = locationId();
  connection.watch(() => {
    const next = currentAccess();
    const isSame =
      next.offered.length === access.offered.length && next.offered.every((tool, i) => tool === access.offered[i]);
    // Another account has other resources.
    if (!isSame || locationId() !== lastLocationId) sendListsChanged(server);
    access = next;
    lastLocationId = locationId();
  });
}

/** The access decides which tools, resources and prompts are listed. */
function sendListsChanged(server: Server): void {
  void Promise.allSettled([
    server.sendToolListChanged(),
    server.sendResourceListChanged(),
    server.sendPromptListChanged(),
  ]);
}

/** Only the protocol may use stdout: what a dependency prints goes to the log, which writes without blocking. */
function keepStdoutClean(log: Log): void {
  const divert = (...values: unknown[]) => log('warn', 'stray print', { text: values.map(asText).join(' ') });
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
