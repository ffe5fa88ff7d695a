import type { RecordKind } from '../../../../api/webhooks/event.ts';
import type { Json } from '../../../../lib/json.ts';
import type { ToolContext } from '../../../core/context.ts';
import type { Kept } from '../kept.ts';
import type { Room } from '../source.ts';
import type { Hint } from './hints.ts';

/** The keys of the answer. */
export type RowKey = 'contacts' | 'changedTasks' | 'changedAppointments' | 'deletedContacts' | 'changedNotes';

export interface Reported {
  readonly key: RowKey;
  readonly rows: readonly Json[];
  /** With what the rows reported. */
  readonly kept: Kept;
  /** True where a row did not fit: the hint is to be read again. */
  readonly isCut: boolean;
}

/** What hints of one look have in common. */
export interface LookScope {
  /** Epoch ms: records that nothing is known of are new if they were added from then on. */
  readonly since: number;
  /** Epoch ms: contacts that changed before were given by the search. */
  readonly searchedTo: number;
  readonly withTasks: boolean;
  /** Keys of the contacts that are shown. */
  readonly fields: readonly string[] | undefined;
  readonly context: ToolContext;
  /** Called for a record whose contact is not known, so that it cannot be read. */
  readonly onUnknown: (kind: RecordKind) => void;
  /** One read for all hints that need the same. */
  readonly once: <T>(key: string, read: () => Promise<T>) => Promise<T>;
}

/** Compares what was read with what is kept when it is called: the hints before it may have changed that. */
export type Compare = (kept: Kept, room: Room) => Reported;

/** Reads the record that a hint names. Undefined where nothing is to be reported of it. */
export type LookAt = (hint: Hint, scope: LookScope) => Promise<Compare | undefined>;

export const isReportedDeleted = ({ events }: Kept, id: string): boolean => events?.deleted.includes(id) === true;

/** At most one row, which is left out where there is none. */
export function reportRow(key: RowKey, row: Json | undefined, kept: Kept, reported: Kept, room: Room): Reported {
  const fits = row === undefined || room.take(row);
  return { key, rows: fits && row ? [row] : [], kept: fits ? reported : kept, isCut: !fits };
}
