import { createHash } from 'node:crypto';
import type { Json } from '../../../lib/json.ts';
import { CLOCK_SLACK_MS } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { bytes } from '../../core/tool-result.ts';

/** What one look at the records of a kind gives. */
export interface Look<Kept> {
  /** What happened to each record. */
  readonly rows: readonly Json[];
  /** What the next look is compared with; a row that is not among `rows` comes with that look. */
  readonly kept: Kept;
  /** Requests that the rest of this look takes; undefined once nothing is left. */
  readonly left?: number | undefined;
  /** Kinds of changes that this look could not see. */
  readonly unseen: readonly string[];
}

/** Records of one kind, which a look compares with what the look before it kept. */
export interface ChangeSource<Kept> {
  /** Requests that a whole look takes, by one request at most. */
  estimate(kept: Kept | undefined, context: ToolContext): Promise<number>;
  /**
   * Where nothing was kept, the rows are what was added since `since` (epoch ms), as far as records show that.
   * @throws UserError where nothing could be read; the next look then repeats this one
   */
  look(since: number, kept: Kept | undefined, room: Room, context: ToolContext): Promise<Look<Kept>>;
}

/** Bytes of `seenAt`, which every row gets in addition. */
const SEEN_AT_BYTES = 40;

/** The room for rows in one answer. */
export class Room {
  #rows: number;
  #bytes: number;
  #isEmpty: boolean;

  /** @param isEmpty true where the answer has no rows yet, so that the first one fits whatever its size */
  constructor(rows: number, bytes: number, isEmpty: boolean) {
    this.#rows = rows;
    this.#bytes = bytes;
    this.#isEmpty = isEmpty;
  }

  get isFull(): boolean {
    return this.#rows === 0 || (this.#bytes <= 0 && !this.#isEmpty);
  }

  /** Takes a row; false where it does not fit, and then no further one does. */
  take(row: Json): boolean {
    this.#bytes -= bytes(row) + SEEN_AT_BYTES;
    if (this.isFull) return false;
    this.#rows -= 1;
    this.#isEmpty = false;
    return true;
  }
}

/** Whole epoch ms by HighLevel's clock, as far as the local clock confirms it: the calendars take no fractions. */
export const timeOf = ({ api, clock }: Pick<ToolContext, 'api' | 'clock'>): number =>
  Math.floor(Math.min(api.serverNow(), clock.now() + CLOCK_SLACK_MS));

/** 48 bits of values, to notice that they changed. */
export const digestOf = (values: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(values)).digest('base64').slice(0, 8);
