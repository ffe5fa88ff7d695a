import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { createLog, type Log } from '../lib/log.ts';
import { StdioTransport } from '../mcp/stdio.ts';
import { environment, readConfig } from './config.ts';
import { openServer } from './open-server.ts';
import { exitWithHost } from './shutdown.ts';

/** Serves MCP on stdio until the host disconnects. @throws SettingError for an invalid setting */
export async function serve(sandbox: boolean): Promise<void> {
  const config = readConfig(environment, sandbox);
  const log = createLog(config.log.level, config.log.file);
  keepStdoutClean(log);
  const { server, api, connection, access } = openServer(config, sandbox, log);
  const transport = new StdioTransport();
  exitWithHost(server, transport, api, log, config.timeoutMs);
  await server.connect(transport);
  let last = { offered: access().offered, locationId: connection.account.locationId };
  connection.watch(() => {
    const next = { offered: access().offered, locationId: connection.account.locationId };
    const isSame =
      next.offered.length === last.offered.length && next.offered.every((tool, i) => tool === last.offered[i]);
    // Another account has other resources.
    if (!isSame || next.locationId !== last.locationId) sendListsChanged(server);
    last = next;
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
