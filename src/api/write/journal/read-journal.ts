import { InvalidRequestError } from '../../../lib/errors.ts';
import { isRecord } from '../../../lib/json.ts';
import { linesBackwards } from '../../../lib/lines-backwards.ts';
import { openFiles } from '../../../lib/rotated-files.ts';
import { epochMs } from '../../../lib/time.ts';
import { type Entry, EntrySchema } from './entry.ts';

export interface JournalQuery {
  /** Entries of this location, and those that belong to none; every entry if it is undefined. */
  readonly locationId: string | undefined;
  readonly id?: string | undefined;
  readonly contactId?: string | undefined;
  readonly tool?: string | undefined;
  readonly conversation?: string | undefined;
  readonly group?: string | undefined;
  /** Only writes that undo another one. */
  readonly undoing?: true;
  /** Epoch ms, the bounds included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Entries of a page. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** Entries by their place in the file, the last first: the machine's clock may have been set back. */
export interface JournalPage {
  readonly entries: readonly Entry[];
  /** Lines that were skipped because they are no entries. */
  readonly damaged: number;
  /** Lines that were skipped because another version wrote them. */
  readonly otherVersion: number;
  /** Cursor of the next page. */
  readonly next?: string;
}

/** Bytes of a line; no write has so many. */
const MAX_LINE = 8_000_000;

/** Reads the journal at a path and the files that it was moved to. @throws InvalidRequestError for an unknown cursor */
export async function readJournal(path: string, query: JournalQuery): Promise<JournalPage> {
  const entries: Entry[] = [];
  const skipped = { damaged: 0, otherVersion: 0 };
  let next: string | undefined;
  for await (const { text, cursor } of placedLines(path, query.cursor)) {
    if (text !== undefined && !mayMatch(text, query)) continue;
    const line = parseLine(text);
    if (typeof line === 'string') skipped[line] += 1;
    else if (matches(line, query)) {
      if (entries.length === query.limit) return { entries, ...skipped, ...(next ? { next } : {}) };
      entries.push(line);
      next = cursor;
    }
  }
  return { entries, ...skipped };
}

type Unreadable = 'damaged' | 'otherVersion';

function parseLine(text: string | undefined): Entry | Unreadable {
  const value = text === undefined ? undefined : parseJson(text);
  const { success, data } = EntrySchema.safeParse(value);
  if (success) return data;
  return isRecord(value) && typeof value.v === 'number' && value.v !== 1 ? 'otherVersion' : 'damaged';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Saves parsing most lines of a long journal. A line that may be damaged is parsed, so that it is counted. */
const mayMatch = (text: string, { contactId, id, group, undoing }: JournalQuery): boolean =>
  !text.endsWith('}') ||
  [contactId, id, group, undoing && '"undoes"'].every((word) => word === undefined || text.includes(word));

function matches(entry: Entry, query: JournalQuery): boolean {
  const { locationId, contactId, undoing, since, until } = query;
  if (locationId !== undefined && entry.locationId !== undefined && entry.locationId !== locationId) return false;
  const isSame = (key: 'id' | 'tool' | 'conversation' | 'group') =>
    query[key] === undefined || query[key] === entry[key];
  if (!(isSame('id') && isSame('tool') && isSame('conversation') && isSame('group'))) return false;
  if (undoing && entry.undoes === undefined) return false;
  if (contactId !== undefined && !isAbout(entry, contactId)) return false;
  const at = epochMs(entry.time);
  return !(since !== undefined && at < since) && !(until !== undefined && at > until);
}

/** Whether a write was to this contact, among others or alone. */
const isAbout = (entry: Entry, contactId: string): boolean =>
  entry.contactId === contactId || entry.contacts?.some((each) => each.contactId === contactId) === true;

/** All lines, the last first, each with the cursor that continues before it. */
async function* placedLines(path: string, cursor: string | undefined) {
  const from = cursor === undefined ? undefined : parseCursor(cursor);
  const accepted = (numbers: readonly number[]) => {
    if (!from) return numbers;
    if (!numbers.includes(from.number)) throw unknownCursor();
    return numbers.filter((number) => number <= from.number);
  };
  for await (const { number, file } of openFiles(path, 'latest', accepted)) {
    const { size } = await file.stat();
    const end = from?.number === number ? Math.min(from.end, size) : size;
    for await (const { text, start } of linesBackwards(file, end, MAX_LINE))
      yield { text, cursor: `${number}.${start}` };
  }
}

/** `12.3456`: the number of a file, and the byte before which lines follow. */
function parseCursor(cursor: string): { readonly number: number; readonly end: number } {
  const [, number, end] = /^(\d{1,9})\.(\d{1,15})$/.exec(cursor) ?? [];
  if (number === undefined || end === undefined) throw unknownCursor();
  return { number: Number(number), end: Number(end) };
}

const unknownCursor = (): InvalidRequestError =>
  new InvalidRequestError(
    'This cursor is not one of this journal, or its file has been deleted since. Start again without a cursor.',
  );
