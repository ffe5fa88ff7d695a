import { UserError } from '../../lib/errors.ts';
import type { EventLine } from './event.ts';

/** ms between two signs of life of a receiver. */
export const ALIVE_MS = 10_000;

/** The place in an event log after which lines are read: opaque to everybody but the log. */
export type EventPosition = string;

export interface EventPage {
  /** The earliest first. The same event may be in it twice if two receivers run. */
  readonly lines: readonly EventLine[];
  /** After the last of these lines. */
  readonly next: EventPosition;
  /** True if lines after the given position were deleted since, or cannot be read. */
  readonly hasLost: boolean;
}

/**
 * What receivers store and servers read. Behind this interface, because a store that several machines share can take the
 * place of a file.
 */
export interface EventLog {
  /** Resolves when the lines are on the disk; without lines it creates the log. @throws EventLogUnwritable if they are not */
  append(lines: readonly EventLine[]): Promise<void>;
  /** The lines after a position, or from the start of what is stored. */
  readFrom(position: EventPosition | undefined): Promise<EventPage>;
  /** Another text whenever lines were added; undefined while there is no log. Costs no more than a look at a file. */
  stamp(): Promise<string | undefined>;
  /** A position before all lines of the last minutes. */
  recentStart(): Promise<EventPosition>;
  /** The position after the last line. */
  end(): Promise<EventPosition>;
  /**
   * Epoch ms at which a receiver was last known to run for a location, or for any where none is named; undefined if none
   * ever ran.
   */
  lastAlive(locationId: string | undefined): Promise<number | undefined>;
  /** Says that a receiver runs now for these locations. @throws EventLogUnwritable */
  markAlive(locationIds: readonly string[]): Promise<void>;
}

/** An event, or the sign that a receiver runs, could not be stored. */
export class EventLogUnwritable extends UserError {
  readonly kind = 'state';
}
