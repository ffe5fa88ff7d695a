import { dirname, join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { withFileLock } from '../lib/file-lock.ts';
import { type Json, rowsIn, textIn } from '../lib/json.ts';
import { createLog } from '../lib/log.ts';
import { realTimers } from '../lib/scheduler.ts';
import { stripHiddenCharacters } from '../lib/text.ts';
import type { ChangeReader } from '../tools/composite/changes/change-reader.ts';
import { listChangedContacts } from '../tools/composite/changes/list-changed-contacts.tool.ts';
import { isComposite } from '../tools/core/tool.ts';
import { tools } from '../tools/index.ts';
import { AcknowledgedOutput, isPipe } from './acknowledged-output.ts';
import { type Config, environment, readConfig } from './config.ts';
import { follow, type Look } from './follow.ts';
import { openServer } from './open-server.ts';
import { connectClient, endBySignal, type ToolClient, ToolFailed } from './tool-client.ts';

export interface ChangesOptions {
  /** A time, or `last`: where the last run of this name ended. */
  readonly since: string;
  readonly name: string;
  readonly tasks?: boolean;
  readonly appointments?: boolean;
  readonly deleted?: boolean;
  readonly notesOfTag?: string;
  readonly follow?: boolean;
  /** Exit code `NO_CHANGES` where nothing was printed. */
  readonly exitCode?: boolean;
  readonly sandbox?: boolean;
}

const NO_CHANGES = 10;
/** ms for the lines in flight to leave after a signal: the pipe may have no reader. What did not leave comes again. */
const LEAVE_MS = 5_000;

/** What a line is, by the key of the tool's answer. */
const KINDS = {
  contacts: 'contact',
  changedTasks: 'task',
  changedAppointments: 'appointment',
  deletedContacts: 'deleted',
  changedNotes: 'note',
} as const;

/**
 * Prints what changed as JSON lines, under the settings that gate `list_changed_contacts`. The cursor of the name advances
 * once the lines have left. @throws UserError if something that was asked for could not be read or printed
 */
export async function runChanges(options: ChangesOptions): Promise<void> {
  const { sandbox = false, name } = options;
  const config = readConfig(environment, sandbox);
  const log = createLog(config.log.level, config.log.file);
  const { ChangeReader } = await import('../mcp/lazy.ts');
  const reader = new ChangeReader(name);
  const { server, api, connection } = openServer(config, sandbox, log, readBy(reader));
  const { locationId } = connection.account;
  const client = await connectClient(server, 'ghl-contacts-mcp changes');
  const { signal, ignoreSignals } = endBySignal(client);
  signal.addEventListener('abort', () => setTimeout(() => process.exit(1), LEAVE_MS).unref());
  // What a write ends with is known to who wrote.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const printer = createPrinter(options, client, reader);
  const look = () => {
    if (connection.account.locationId !== locationId)
      throw new UserError('Another account has been signed in to. Run changes again to read its changes.');
    return printer.look();
  };
  try {
    await withLock(config, name, locationId, async () => {
      if (!options.follow) return void (await look());
      const dailyLimit = () => api.status().quota.dailyLimit;
      const mayRetry = (error: unknown) => {
        if (error instanceof ToolFailed) report(error.message);
        return error instanceof ToolFailed;
      };
      await follow(look, { timers: realTimers, signal, dailyLimit, mayRetry });
    });
  } catch (error) {
    throw signal.aborted ? new UserError('Ended by a signal. The next run continues after what was printed.') : error;
  } finally {
    await api.close();
    await client.close();
    ignoreSignals();
  }
  if (options.exitCode && printer.printed() === 0) process.exitCode = NO_CHANGES;
}

/** The tools of this server, of which `list_changed_contacts` leaves it to `reader` when a cursor is saved. */
const readBy = (reader: ChangeReader) =>
  tools.map((tool) =>
    isComposite(tool) && tool.name === listChangedContacts.name
      ? { ...tool, run: (args: Json, context: Parameters<ChangeReader['read']>[1]) => reader.read(args, context) }
      : tool,
  );

/** Of the runs with one name, one at a time. The sandbox ends with the process, and so do its cursors. */
const withLock = ({ memory }: Config, name: string, locationId = '', work: () => Promise<void>): Promise<void> =>
  memory === undefined ? work() : withFileLock(join(dirname(memory), `changes-${locationId}-${name}.lock`), work);

const report = (message: string): void =>
  void process.stderr.write(`ghl-contacts-mcp: ${stripHiddenCharacters(message).replace(/\s+/g, ' ')}\n`);

function createPrinter(
  { since, name, tasks, appointments, deleted, notesOfTag }: ChangesOptions,
  client: ToolClient,
  reader: ChangeReader,
) {
  const asked = Object.entries({ since, tasks, appointments, deleted, notesOfTag });
  const args = Object.fromEntries(asked.filter(([, value]) => value !== undefined));
  const output = new AcknowledgedOutput(process.stdout, realTimers, isPipe(process.stdout.fd));
  const failed = new Set<string>();
  let printed = 0;

  /** Prints the rows of one answer. */
  async function printNext(): Promise<Look & { readonly isComplete: boolean }> {
    const answer = await client.call(listChangedContacts.name, args);
    const { isComplete, requests, ...reading } = reader.take();
    for (const kind of reading.failed) failed.add(kind);
    const notice = textIn(answer, 'notice');
    if (notice !== undefined) report(notice);
    const lines = linesOf(answer);
    printed += lines.length;
    await output.write(lines, reading.save);
    if (reading.isFirst && isComplete)
      report(`This is the first run of "${name}" for this account: the next one prints what changes from now on.`);
    return { lines: lines.length, requests, isComplete };
  }
  return {
    printed: () => printed,
    /**
     * Prints what changed since the last look, and acknowledges what was printed, also before an error.
     * @throws ToolFailed if something could not be read; OutputClosed
     */
    async look(): Promise<Look> {
      let [lines, requests] = [0, 0];
      failed.clear();
      try {
        for (let isComplete = false; !isComplete; ) {
          const read = await printNext();
          lines += read.lines;
          requests += read.requests;
          isComplete = read.isComplete;
        }
      } finally {
        await output.end();
      }
      if (failed.size > 0) throw new ToolFailed(`Not read: ${[...failed].join(', ')}. The next run reads them.`);
      return { lines, requests };
    },
  };
}

const linesOf = (answer: Json): string[] =>
  Object.entries(KINDS).flatMap(([key, kind]) =>
    rowsIn(answer, key).map((row) => stripHiddenCharacters(JSON.stringify({ kind, ...row }))),
  );
