import { isId } from '../api/endpoint.ts';
import { fileJournal } from '../api/write/journal/file-journal.ts';
import { skippedLines } from '../api/write/journal/journal.ts';
import { UserError } from '../lib/errors.ts';
import { silent } from '../lib/log.ts';
import { redactTokens } from '../lib/redact.ts';
import { stripHiddenCharacters } from '../lib/text.ts';
import { epochMs, readTime } from '../lib/time.ts';
import { TIME } from '../tools/core/schemas.ts';
import { type Config, environment, readConfig } from './config.ts';
import { openConnection } from './connection.ts';
import { entryLines } from './journal-text.ts';
import { printLine, usageError } from './terminal.ts';

export interface JournalOptions {
  readonly contact?: string;
  readonly since?: string;
  readonly json?: boolean;
  readonly sandbox?: boolean;
}

/** Entries that are read at a time. */
const PAGE = 200;

/** Prints what was written to the location that is signed in to, newest first. */
export async function runJournal({ contact, since, json = false, sandbox = false }: JournalOptions): Promise<void> {
  const config = readConfig(environment, sandbox);
  if (!config.journal)
    throw new UserError(
      'The journal is off (GHL_JOURNAL=off), so that no changes are recorded. To read one that was recorded before, set GHL_JOURNAL to its file for this command.',
    );
  if (contact !== undefined && !isId(contact)) return usageError('--contact: not the id of a contact.');
  const zone = config.timezone ?? new Intl.DateTimeFormat('en').resolvedOptions().timeZone;
  const query = {
    locationId: sandbox ? undefined : (config.locationId ?? signedIn(config)),
    contactId: contact,
    since: since === undefined ? undefined : await startOf(since, zone),
    limit: PAGE,
  };
  const journal = fileJournal(config.journal, silent);
  const skipped = { damaged: 0, otherVersion: 0 };
  let printed = 0;
  let cursor: string | undefined;
  do {
    const page = await journal.read({ ...query, cursor });
    for (const entry of page.entries) {
      if (json) process.stdout.write(`${stripHiddenCharacters(redactTokens(JSON.stringify(entry)))}\n`);
      else entryLines(entry, zone).forEach(printLine);
    }
    printed += page.entries.length;
    skipped.damaged += page.damaged;
    skipped.otherVersion += page.otherVersion;
    cursor = page.next;
  } while (cursor !== undefined);
  if (printed === 0 && !json) printLine(`No changes in ${config.journal.path}.`);
  for (const sentence of skippedLines(skipped)) process.stderr.write(`ghl-contacts-mcp: ${sentence}\n`);
}

/** The location that is signed in to. @throws UserError if there is none, or several */
function signedIn(config: Config): string {
  const { locationId, missing } = openConnection(config, false).account;
  if (locationId !== undefined) return locationId;
  throw new UserError(
    `${missing ?? 'Nobody is signed in.'} To read the journal of a location that nobody is signed in to, set GHL_LOCATION_ID to its id.`,
  );
}

/** Epoch ms. @throws SettingError for what is no time */
async function startOf(text: string, zone: string): Promise<number> {
  if (!TIME.test(text))
    return usageError('--since: give a day, such as 2026-11-24, or a time, such as 2026-11-24T09:00.');
  const { iso } = await readTime('--since', text, { zone: async () => zone }, 'start').catch((error: Error) =>
    usageError(error.message),
  );
  return epochMs(iso);
}
