import { type Contact, fullName } from './contact.ts';

export interface IndexRow {
  readonly contact: Contact;
  /** What free-text queries look into, ready in lower case. */
  readonly text: string;
}

/** ms by which a write trails: the same for all, or drawn once for each. */
export type IndexDelay = number | (() => number);

/** One version of a contact on its way into the index. */
interface Pending {
  readonly due: number;
  /** Counts the writes, so that of two versions the newer is known whichever comes first. */
  readonly version: number;
  readonly contact: Contact;
}

/** What list and search see: one location's contacts, newest first, each write trailing by its delay. */
export class SearchIndex {
  readonly #delayMs: () => number;
  readonly #rows: IndexRow[] = [];
  /** By due time; of the same due time, by version. */
  readonly #pending: Pending[] = [];
  /** The version of each contact that was last let in, deletions included. */
  readonly #appliedVersions = new Map<string, number>();
  #lastVersion = 0;

  constructor(delay: IndexDelay) {
    this.#delayMs = typeof delay === 'function' ? delay : () => delay;
  }

  update(contact: Contact, at: number): void {
    this.#lastVersion += 1;
    const pending = { due: at + this.#delayMs(), version: this.#lastVersion, contact };
    this.#pending.splice(firstPendingAfter(this.#pending, pending.due), 0, pending);
  }

  /** For data that was there before the first request. */
  add(contact: Contact): void {
    this.#apply(contact);
  }

  rows(now: number): readonly IndexRow[] {
    for (const each of this.#pending.splice(0, firstPendingAfter(this.#pending, now))) this.#applyPending(each);
    return this.#rows;
  }

  /** A version that a newer one has overtaken is dropped. Nothing is newer than a deletion. */
  #applyPending({ version, contact }: Pending): void {
    if (version < (this.#appliedVersions.get(contact.id) ?? 0)) return;
    this.#appliedVersions.set(contact.id, version);
    this.#apply(contact);
  }

  #apply(contact: Contact): void {
    const at = firstRowFrom(this.#rows, contact.dateAdded, contact.id);
    const present = this.#rows[at]?.contact.id === contact.id ? 1 : 0;
    this.#rows.splice(at, present, ...(contact.deleted ? [] : [{ contact, text: searchText(contact) }]));
  }
}

const firstPendingAfter = (pending: readonly Pending[], at: number): number =>
  partitionPoint(pending, ({ due }) => due <= at);

/** The first row that does not stand before (dateAdded, id) in the order newest first, then by id. */
export const firstRowFrom = (rows: readonly IndexRow[], dateAdded: number, id: string): number =>
  partitionPoint(
    rows,
    ({ contact }) => contact.dateAdded > dateAdded || (contact.dateAdded === dateAdded && contact.id < id),
  );

/** Where in a list the items end that hold something which all before them hold too. */
function partitionPoint<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}

const searchText = (contact: Contact): string =>
  [fullName(contact), contact.email, ...contact.additionalEmails, contact.phone, contact.companyName, ...contact.tags]
    .filter((part) => part !== undefined)
    .join('\n')
    .toLowerCase();
