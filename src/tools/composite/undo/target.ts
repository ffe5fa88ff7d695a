import type { Entry } from '../../../api/write/journal/entry.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import type { OpenJournal } from '../journal/open-journal.ts';
import { CannotUndo } from './cannot-undo.ts';
import type { UndoHistory } from './history.ts';
import { ruleOf } from './rules.ts';

/** Entries of one page. */
const PAGE = 100;
/** Entries of one run: no run has so many. */
const MAX_RUN = 100_000;

/** The entry with this id. @throws CannotUndo if there is none in this location */
export async function entryWithId(id: string, { journal, locationId }: OpenJournal): Promise<Entry> {
  const find = async (location: string | undefined) =>
    (await journal.read({ locationId: location, id, limit: 1 })).entries.find((entry) => entry.id === id);
  const found = await find(locationId);
  if (found) return found;
  throw new CannotUndo(
    (await find(undefined))
      ? `Change ${quoteForMessage(id)} was made in another location: sign in to that one and call again. Nothing was written.`
      : `The journal has no change ${quoteForMessage(id)}; list_recent_changes gives the ids. Nothing was written.`,
  );
}

/** The last change of a conversation that was done and is not undone, undos included. @throws CannotUndo if there is none */
export async function lastEntry(
  conversation: string | undefined,
  history: Pick<UndoHistory, 'undoing'>,
  source: OpenJournal,
): Promise<Entry> {
  const last = await newestEntry(conversation, history, source);
  if (last) return last;
  throw new CannotUndo(
    'Nothing was changed in this conversation that is not undone already. list_recent_changes with allConversations gives the ids of earlier changes. Nothing was written.',
  );
}

/** The last change of a conversation that is no undo, and that was done and is not undone; undefined if there is none. */
export const lastBeforeUndo = (
  conversation: string | undefined,
  history: Pick<UndoHistory, 'undoing'>,
  source: OpenJournal,
): Promise<Entry | undefined> => newestEntry(conversation, history, source, ({ undoes }) => undoes === undefined);

async function newestEntry(
  conversation: string | undefined,
  { undoing }: Pick<UndoHistory, 'undoing'>,
  { journal, locationId }: OpenJournal,
  isWanted: (entry: Entry) => boolean = () => true,
): Promise<Entry | undefined> {
  let cursor: string | undefined;
  do {
    const page = await journal.read({ locationId, conversation, limit: PAGE, cursor });
    const found = page.entries.find(
      (entry) =>
        entry.conversation === conversation &&
        entry.outcome === 'done' &&
        ruleOf(entry.tool) !== undefined &&
        undoing(entry.id).length === 0 &&
        isWanted(entry),
    );
    if (found) return found;
    cursor = page.next;
  } while (cursor !== undefined);
  return undefined;
}

/** All entries of the run that an entry is a part of, the newest first. */
export async function runOf(entry: Entry, { journal, locationId }: OpenJournal): Promise<readonly Entry[]> {
  const { group, conversation } = entry;
  if (group === undefined) return [entry];
  const { entries } = await journal.read({ locationId, group, conversation, limit: MAX_RUN });
  return entries.filter((other) => other.group === group && other.conversation === conversation);
}

/** The same for every entry of a run. */
export const runKey = ({ id, group, conversation }: Entry): string =>
  group === undefined ? `undo ${id}` : `undo ${conversation} ${group}`;
