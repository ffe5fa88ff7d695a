import type { Place, UnreadHint } from './hints/hints.ts';
import type { AppointmentsKept } from './sources/appointments.ts';
import type { ContactsKept } from './sources/contacts.ts';
import type { DeletedKept } from './sources/deleted.ts';
import type { NotesKept } from './sources/notes.ts';
import type { TaskSnapshot } from './sources/task-changes.ts';

/** What the next look compares each kind of record with. */
export interface Kept extends ContactsKept {
  /** Undefined before it was first asked for or announced, as are the others. */
  readonly appointments?: AppointmentsKept | undefined;
  readonly deleted?: DeletedKept | undefined;
  readonly notes?: NotesKept | undefined;
  /** Undefined while webhooks were never received. */
  readonly events?: EventsKept | undefined;
}

export interface EventsKept {
  /** Where the event log is read on. */
  readonly place: Place;
  /** Records that were announced before it and could not be read. */
  readonly unread: readonly UnreadHint[];
  /** Whether an event of this location was ever received: HighLevel may send them elsewhere. */
  readonly isReceived: boolean;
  /** Tasks that were announced, while those of the whole location are not kept. */
  readonly tasks: TaskSnapshot;
  /** Ids of records whose deletion was reported: an index or a late event may show them once more. */
  readonly deleted: readonly string[];
}

/** Deleted records, and other records of one kind, that are kept. */
export const MAX_KEPT = 2_000;
