import { type Contact, fullName } from './contact.ts';
import type { IndexDelay } from './options.ts';

export interface IndexRow {
  readonly contact: Contact;
  /** The text that free-text queries search, in lower case. */
  readonly text: string;
}

/** One version of a contact that is not yet in the index. */
interface Pending {
  readonly due: number;
  /** Number of the write: tells which of two versions is newer, in whatever order they become due. */
  readonly version: number;
  readonly contact: Contact;
}

/** The contacts of one location as list and search see them: newest first, each write after its delay. */
export class SearchIndex {
  readonly #delayMs: () => number;
  readonly #rows: IndexRow[] = [];
  /** Sorted by due time, then by version. */
  readonly #pending: Pending[] = [];
  /** The last applied version by contact id, deletions included. */
  readonly #appliedVersions = new Map<string, number>();
  #lastVersion = 0;

  constructor(delay: IndexDelay) {
    this.#delayMs = typeof delay === 'function' ? delay : () => delay;
  }

  copy(delay: IndexDelay): SearchIndex {
    const copy = new SearchIndex(delay);
    copy.#rows.push(...this.#rows);
    copy.#pending.push(...this.#pending);
    for (const [id, version] of this.#appliedVersions) copy.#appliedVersions.set(id, version);
    copy.#lastVersion = this.#lastVersion;
    return copy;
  }

  update(contact: Contact, at: number): void {
    this.#lastVersion += 1;
    const pending = { due: at + this.#delayMs(), version: this.#lastVersion, contact };
    this.#pending.splice(firstPendingAfter(this.#pending, pending.due), 0, pending);
  }

  /** Adds a contact without a delay, for seeded data. */
  add(contact: Contact): void {
    this.#apply(contact);
  }

  rows(now: number): readonly IndexRow[] {
    for (const version of this.#pending.splice(0, firstPendingAfter(this.#pending, now))) this.#applyPending(version);
    return this.#rows;
  }

  /** Drops a version if a newer one was applied already. No version is newer than a deletion. */
  #applyPending({ version, contact }: Pending): void {
    if (version < (this.#appliedVersions.get(contact.id) ?? 0)) return;
    this.#appliedVersions.set(contact.id, version);
    this.#apply(contact);
  }

  #apply(contact: Contact): void {
    const index = firstRowFrom(this.#rows, contact.dateAdded, contact.id);
    const present = this.#rows[index]?.contact.id === contact.id ? 1 : 0;
    this.#rows.splice(index, present, ...(contact.deleted ? [] : [{ contact, text: searchText(contact) }]));
  }
}

const firstPendingAfter = (pending: readonly Pending[], at: number): number =>
  partitionPoint(pending, ({ due }) => due <= at);

/** Index of the first row at or after (dateAdded, id) in the order newest first, then by id. */
export const firstRowFrom = (rows: readonly IndexRow[], dateAdded: number, id: string): number =>
  partitionPoint(
    rows,
    ({ contact }) => contact.dateAdded > dateAdded || (contact.dateAdded === dateAdded && contact.id < id),
  );

/** Binary search: index of the first item for which `holds` is false; it must be true for all items before. */
function partitionPoint<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && holds(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

const searchText = (contact: Contact): string =>
  [fullName(contact), contact.email, ...contact.additionalEmails, contact.phone, contact.companyName, ...contact.tags]
    .filter((part) => part !== undefined)
    .join('\n')
    .toLowerCase();
