import type { Json } from '../../lib/json.ts';

export type LookupKind = 'users' | 'customFields' | 'businesses' | 'calendars' | 'workflows' | 'campaigns';

/** A named thing of a location: a user, custom field, business, calendar, workflow or campaign. */
export interface NamedRow extends Json {
  readonly id: string;
  readonly name: string;
}

/** ms for which the rows of a lookup are shown without being read again, and for which a failed one is not tried again. */
const LIFETIME_MS = 600_000;
const RETRY_MS = 30_000;
/** ms after which an id or name that the rows lack is a reason to read them again. */
const REFRESH_MS = 60_000;

interface Entry {
  /** Epoch ms. */
  readonly at: number;
  /** Undefined where they could not be read. */
  readonly rows: readonly NamedRow[] | undefined;
  /** False where HighLevel has further pages. */
  readonly complete: boolean;
}

/** The lookups of one location. Calls that need one at the same time share its request, as all identical reads do. */
export class LookupCache {
  readonly #entries = new Map<LookupKind, Entry>();

  /** The last reading, unless it is too old. */
  get(kind: LookupKind, now: number): Entry | undefined {
    const entry = this.#entries.get(kind);
    return entry && ageOf(entry, now) < (entry.rows ? LIFETIME_MS : RETRY_MS) ? entry : undefined;
  }

  /** Whether a row that is missing here may exist by now. */
  mayLack(kind: LookupKind, now: number): boolean {
    const entry = this.#entries.get(kind);
    return !entry?.complete || ageOf(entry, now) >= REFRESH_MS;
  }

  /** Rows that could not be read again stay for as long as they would have without that attempt. */
  set(kind: LookupKind, entry: Entry): void {
    if (entry.rows || !this.get(kind, entry.at)?.rows) this.#entries.set(kind, entry);
  }
}

/** The clock may be set back. */
const ageOf = ({ at }: Entry, now: number): number => Math.abs(now - at);
