import { text } from 'node:stream/consumers';
import { UserError } from '../lib/errors.ts';
import { isRecord, type Json, recordIn } from '../lib/json.ts';
import { createLog } from '../lib/log.ts';
import { nearest } from '../lib/nearest.ts';
import { quotedSetting } from '../lib/redact.ts';
import { stripHiddenCharacters } from '../lib/text.ts';
import { tools } from '../tools/index.ts';
import { environment, readConfig } from './config.ts';
import { openServer } from './open-server.ts';
import { usageError } from './terminal.ts';
import { connectClient, endBySignal } from './tool-client.ts';

export interface CallOptions {
  readonly yes?: boolean;
  readonly sandbox?: boolean;
}

/** Exit code where the tool did nothing yet: what it would do is printed. */
const NEEDS_YES = 3;
const ENDED = 'Ended by a signal before the tool answered. What it wrote is in the journal: ghl-contacts-mcp journal.';

/**
 * Calls one tool as a host would, under the same settings, and prints its structured result as one line of JSON. Exit
 * code 1 with the message on stderr if the tool fails; 3 with the preview if it asks before it acts, unless `yes`.
 */
export async function runCall(name: string, argumentsText: string, { yes = false, sandbox = false }: CallOptions) {
  const args = await readArguments(argumentsText);
  assertKnown(name);
  const config = readConfig(environment, sandbox);
  const log = createLog(config.log.level, config.log.file);
  const { server, api } = openServer(config, sandbox, log);
  const client = await connectClient(server, 'ghl-contacts-mcp call');
  const { signal, ignoreSignals } = endBySignal(client);
  try {
    let result = await client.call(name, args);
    const confirming = yes ? recordIn(previewOf(result), 'next') : undefined;
    if (confirming) result = await client.call(name, confirming);
    process.exitCode = print(result);
  } catch (error) {
    throw signal.aborted ? new UserError(ENDED) : error;
  } finally {
    await api.close();
    await client.close();
    ignoreSignals();
  }
}

/** What the tool would do; undefined if it did it. */
const previewOf = (result: Json): Json | undefined => (result.preview === true ? result : undefined);

const PREVIEW_NOTICE = 'Nothing was done. To do it, call again with --yes.';

/** A handle ends with this process. */
const withoutHandle = ({ next: _, ...preview }: Json): Json => preview;

/** Prints the result and returns the exit code. */
function print(result: Json): number {
  const preview = previewOf(result);
  const shown = preview ? { ...withoutHandle(preview), notice: PREVIEW_NOTICE } : result;
  process.stdout.write(`${stripHiddenCharacters(JSON.stringify(shown))}\n`);
  return preview ? NEEDS_YES : 0;
}

/** @throws SettingError for what is no JSON object */
async function readArguments(argumentsText: string): Promise<Json> {
  const json = argumentsText === '-' ? await text(process.stdin) : argumentsText;
  try {
    const args: unknown = JSON.parse(json);
    if (isRecord(args)) return args;
  } catch {}
  return usageError(
    'The arguments are not a JSON object. Give one, such as \'{"contactId":"…"}\', or - to read it from standard input.',
  );
}

/** @throws SettingError for a tool that does not exist */
function assertKnown(name: string): void {
  const names = tools.map((tool) => tool.name);
  if (names.includes(name)) return;
  const suggestion = nearest(name.slice(0, 60), names, 3);
  usageError(`There is no tool ${quotedSetting(name)}${suggestion ? `; did you mean ${suggestion}?` : '.'}`);
}
