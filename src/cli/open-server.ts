import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { createApi } from '../api/client.ts';
import type { Api } from '../api/types.ts';
import { fileEventLog } from '../api/webhooks/file-event-log.ts';
import { fileJournal } from '../api/write/journal/file-journal.ts';
import type { Log } from '../lib/log.ts';
import { recordFolder } from '../lib/record-folder.ts';
import { fileStateStore, inMemoryStore } from '../lib/state-file.ts';
import { createServer } from '../mcp/server.ts';
import type { Tool } from '../tools/core/tool.ts';
import { resolveToolAccess, type ToolAccess } from '../tools/core/tool-access.ts';
import { tools } from '../tools/index.ts';
import { createClock } from '../tools/runtime/clock.ts';
import { createLocationReader } from '../tools/runtime/location-reader.ts';
import type { Config } from './config.ts';
import { type Connection, openConnection } from './connection.ts';
import { withJournalledRejections } from './journal-sign-in.ts';

interface OpenedServer {
  readonly server: Server;
  readonly api: Api;
  readonly connection: Connection;
  /** The tools that are offered now: a sign-in while the server runs changes them. */
  readonly access: () => ToolAccess;
}

/** The server that the settings describe, not yet connected to a host; `all` are the tools that they select from. */
export function openServer(config: Config, sandbox: boolean, log: Log, all: readonly Tool[] = tools): OpenedServer {
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
  const currentAccess = () => resolveToolAccess(all, scopes(), config.selected, howToGrant, config.toolSettings);
  let current = currentAccess();
  connection.watch(() => {
    current = currentAccess();
  });
  const access = () => current;
  const location = createLocationReader({
    ...{ api, access },
    locationId: () => connection.account.locationId,
    now: Date.now,
  });
  const server = createServer({
    ...{ api, log, user, location, journal, access },
    clock: createClock({ timezone, location, now: Date.now }),
    account: () => ({ ...connection.account, label: config.label }),
    peopleFolder: config.people,
    merges: config.merges === undefined ? undefined : recordFolder(config.merges),
    exportFolder: config.exportFolder,
    confirms: config.confirms,
    events: fileEventLog(config.events, log),
    stateStore: config.memory ? fileStateStore(config.memory, log) : inMemoryStore(),
  });
  return { server, api, connection, access };
}
