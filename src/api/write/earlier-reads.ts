import { type Json, rowsIn } from '../../lib/json.ts';
import type { Endpoint } from '../endpoint.ts';

/** ms in which what was read still shows what was there before a write. */
const RECENT_MS = 60_000;
const KEPT = 200;
const MOST_IDS = 2_000;

interface Read {
  readonly at: number;
  readonly ids: readonly unknown[];
}

/** The ids that complete lists and duplicate lookups gave lately: what a later list has beside them is new. */
export class EarlierReads {
  readonly #now: () => number;
  /** Oldest first. */
  readonly #reads = new Map<string, Read>();
  #locationId: string | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  see(locationId: string, endpoint: Endpoint, args: Json, data: Json): void {
    const ids = idsIn(endpoint, data);
    if (!ids || ids.length > MOST_IDS) return;
    if (locationId !== this.#locationId) this.#reads.clear();
    this.#locationId = locationId;
    const key = keyOf(endpoint.name, args);
    this.#reads.delete(key);
    this.#reads.set(key, { at: this.#now(), ids });
    for (const old of this.#reads.keys()) {
      if (this.#reads.size <= KEPT) return;
      this.#reads.delete(old);
    }
  }

  /** Ids that this read gave, where it was asked moments ago. */
  ids(tool: string, args: Json): readonly unknown[] | undefined {
    const read = this.#reads.get(keyOf(tool, args));
    return read && Math.abs(this.#now() - read.at) <= RECENT_MS ? read.ids : undefined;
  }
}

/** What shapes the answer only does not count: the API sends these lists whole. */
const keyOf = (tool: string, { fields: _fields, limit: _limit, skip: _skip, ...args }: Json): string =>
  `${tool} ${JSON.stringify(args)}`;

function idsIn({ list, answer }: Endpoint, data: Json): unknown[] | undefined {
  if (list?.whole) return rowsIn(data, list.key).map(({ id }) => id);
  if (!answer || !('one' in answer) || !answer.orNull) return undefined;
  const found = data[answer.one] as Json | null;
  return found ? [found.id] : [];
}
