import type { Entry } from '../src/api/write/journal/entry.ts';
import type { Journal } from '../src/api/write/journal/journal.ts';

/**
 * A journal in memory, and its entries in the order in which they were written. Without values nothing is read before a
 * write, so that the requests are those of the calls.
 */
export function recordingJournal(hasValues = false): { readonly journal: Journal; readonly entries: Entry[] } {
  const entries: Entry[] = [];
  const journal: Journal = {
    hasValues,
    assertWritable: async () => undefined,
    append: async (entry) => entries.push(entry) > 0,
    read: async () => ({ entries: entries.toReversed(), damaged: 0, otherVersion: 0 }),
  };
  return { journal, entries };
}
