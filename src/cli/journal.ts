import { isId } from '../api/endpoint.ts';
import type { Entry } from '../api/write/journal/entry.ts';
import { fileJournal } from '../api/write/journal/file-journal.ts';
import { UserError } from '../lib/errors.ts';
import { isRecord } from '../lib/json.ts';
import { silent } from '../lib/log.ts';
import { redactTokens } from '../lib/redact.ts';
import { stripHiddenCharacters } from '../lib/text.ts';
import { epochMs, readTime } from '../lib/time.ts';
import { formatTime } from '../lib/time-format.ts';
import { changesOf } from '../tools/core/journal-row.ts';
import { type Config, environment, readConfig } from './config.ts';
import { openConnection } from './connection.ts';
import { displayValue, printLine, usageError } from './terminal.ts';

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
  if (!config.journal) throw new UserError('The journal is off (GHL_JOURNAL=off).');
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
      else printEntry(entry, zone);
    }
    printed += page.entries.length;
    skipped.damaged += page.damaged;
    skipped.otherVersion += page.otherVersion;
    cursor = page.next;
  } while (cursor !== undefined);
  if (printed === 0 && !json) printLine('No changes.');
  if (skipped.damaged > 0) complain(`Damaged lines were left out: ${skipped.damaged}.`);
  if (skipped.otherVersion > 0) complain(`Lines that another version wrote were left out: ${skipped.otherVersion}.`);
}

const complain = (sentence: string): void => void process.stderr.write(`ghl-contacts-mcp: ${sentence}\n`);

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
  const { iso } = await readTime('--since', text, { zone: async () => zone }, 'start').catch((error: Error) =>
    usageError(error.message),
  );
  return epochMs(iso);
}

/** When and what, who and by which host, then each field with its old and new value. */
function printEntry(entry: Entry, zone: string): void {
  const { time, tool, outcome, reason, contactId, contactName, host, id, contacts, dropped, fields } = entry;
  const at = epochMs(time);
  const when = Number.isNaN(at) ? displayValue(time) : formatTime(at, zone);
  const result = outcome === 'done' ? '' : `${outcome}${reason ? ` (${displayValue(reason)})` : ''}`;
  printLine([when, displayValue(tool), result].filter(Boolean).join('  '));
  const who = contacts
    ? `${contacts.length} contacts`
    : [displayValue(contactName), contactId].filter(Boolean).join(' ');
  const by = [displayValue(host?.name), displayValue(host?.version)].filter(Boolean).join(' ');
  printLine(`  ${[who, by && `by ${by}`, `change ${displayValue(id)}`].filter(Boolean).join(', ')}`);
  for (const each of contacts ?? [entry]) {
    const name = contacts ? `${displayValue(each.contactName ?? each.contactId)}: ` : '';
    for (const change of changesOf(each))
      printLine(`  ${name}${displayValue(change.field)}: ${shown(change, 'old')} -> ${shown(change, 'new')}`);
  }
  if (fields) printLine(`  fields: ${fields.map(displayValue).join(', ')}`);
  if (dropped) printLine(`  not stored: ${dropped.map(displayValue).join(', ')}`);
}

function shown(change: Readonly<Record<string, unknown>>, key: 'old' | 'new'): string {
  if (!(key in change)) return 'unknown';
  const value = change[key];
  if (value === null) return 'empty';
  return displayValue(Array.isArray(value) || isRecord(value) ? JSON.stringify(value) : value);
}
