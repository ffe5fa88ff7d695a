import { UserError } from '../../../lib/errors.ts';
import type { Entry } from './entry.ts';
import type { JournalPage, JournalQuery } from './read-journal.ts';

/** The record of every write. */
export interface Journal {
  /** False if entries have names of fields only: then no record is read before a write. */
  readonly hasValues: boolean;
  /** Call before a write is sent. @throws JournalUnavailable if its entry could not be stored */
  assertWritable(): Promise<void>;
  /** Hands an entry to the operating system; false if that failed or took too long. */
  append(entry: Entry): Promise<boolean>;
  /** Entries, the newest first. @throws UserError for a cursor that is not valid */
  read(query: JournalQuery): Promise<JournalPage>;
}

/** Sentences about the lines that a read left out. */
export const skippedLines = ({ damaged, otherVersion }: Pick<JournalPage, 'damaged' | 'otherVersion'>): string[] => [
  ...(damaged > 0 ? [`Damaged lines of the journal were left out: ${damaged}.`] : []),
  ...(otherVersion > 0 ? [`Lines of the journal that another version wrote were left out: ${otherVersion}.`] : []),
];

/** A write was not sent, because its entry could not be stored. */
export class JournalUnavailable extends UserError {
  readonly kind = 'journal';
}
