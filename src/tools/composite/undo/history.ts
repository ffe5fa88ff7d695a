import type { Entry } from '../../../api/write/journal/entry.ts';
import type { Journal } from '../../../api/write/journal/journal.ts';
import { isRecord, textIn } from '../../../lib/json.ts';
import { isTime } from '../../../lib/time-format.ts';
import { updateContact } from '../../contacts.ts';
import { effectsOf, writesOf } from './effects.ts';
import { NO_VALUES, NOT_ENROLLED, NOT_READ } from './reasons.ts';
import { ruleOf } from './rules.ts';

/** What the journal says about changes that were undone. */
export interface UndoHistory {
  /** The writes that undo an entry and are not themselves undone, the newest first. */
  undoing(id: string): readonly Entry[];
  /** The id under which a record exists that was deleted and created again. */
  currentId(id: string): string;
}

/** `entries`: those that undo others, the newest first. */
export function historyOf(entries: readonly Entry[]): UndoHistory {
  const undoing = new Map<string, Entry[]>();
  const ids = new Map<string, string>();
  for (const entry of entries) {
    // What undoes this entry is newer, so that it was seen before.
    if (entry.undoes === undefined || entry.outcome !== 'done' || undoing.has(entry.id)) continue;
    undoing.set(entry.undoes, [...(undoing.get(entry.undoes) ?? []), entry]);
    const created = isRecord(entry.after) ? textIn(entry.after, 'id') : undefined;
    if (entry.replaces !== undefined && created !== undefined && !ids.has(entry.replaces))
      ids.set(entry.replaces, created);
  }
  return {
    undoing: (id) => undoing.get(id) ?? [],
    currentId(id) {
      let current = id;
      // A damaged journal may hold a circle.
      for (const seen = new Set<string>(); !seen.has(current); ) {
        seen.add(current);
        current = ids.get(current) ?? current;
      }
      return current;
    },
  };
}

/** Entries of one read: more than any journal has of undone changes. */
const MAX_ENTRIES = 100_000;

export const readHistory = async (journal: Pick<Journal, 'read'>, locationId: string): Promise<UndoHistory> =>
  historyOf((await journal.read({ locationId, undoing: true, limit: MAX_ENTRIES })).entries);

/** Whether all of an entry was undone: by every write that this takes, or for each contact of a bulk write. */
export function isUndone(entry: Entry, { undoing, currentId }: UndoHistory): boolean {
  const undone = undoing(entry.id);
  const effects = effectsOf(entry);
  if (!entry.contacts) {
    // What HighLevel fills in of a contact that is created again is emptied by one write more.
    const isCreation = effects.some(({ type }) => type === 'deleted');
    const { length } = undone.filter(({ tool }) => !(isCreation && tool === updateContact.name));
    return length > 0 && length >= effects.reduce((sum, effect) => sum + writesOf(effect), 0);
  }
  const contacts = new Set(
    undone.flatMap(({ contactId, contacts }) => [contactId, contacts?.map((each) => each.contactId)].flat()),
  );
  return (
    undone.length > 0 &&
    effects.every((effect) => writesOf(effect) === 0 || contacts.has(currentId(effect.record.contactId)))
  );
}

/** Why an entry cannot be undone; undefined if it can. */
export function whyNotUndoable(entry: Entry, history: UndoHistory): string | undefined {
  const { outcome, tool } = entry;
  const rule = ruleOf(tool);
  if (!rule) return 'it changed no record';
  if (outcome === 'refused' || outcome === 'notDone') return 'nothing was written';
  if (outcome === 'unknown') return 'it is not known whether it was done';
  const [newest] = history.undoing(entry.id);
  if (newest) return `undone by ${newest.id}${isTime(newest.time) ? ` at ${newest.time}` : ''}`;
  if ('end' in rule && !rule.end) return NOT_ENROLLED;
  if (entry.fields) return NO_VALUES;
  const effects = effectsOf(entry);
  if (effects.length === 0) return 'the journal does not name its record';
  if (effects.every((effect) => writesOf(effect) === 0)) return 'it changed nothing';
  return effects.every((effect) => 'before' in effect && effect.before === undefined) ? NOT_READ : undefined;
}
