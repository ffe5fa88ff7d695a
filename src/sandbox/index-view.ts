import { type Contact, fullName } from './contact.ts';

export interface Indexed {
  readonly contact: Contact;
  /** What free-text queries look into, ready in lower case. */
  readonly text: string;
}

/** What list and search see: one location's contacts, newest first, trailing the writes by a fixed delay. */
export class IndexView {
  readonly #delayMs: number;
  readonly #rows: Indexed[] = [];
  readonly #pending: { at: number; contact: Contact }[] = [];

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  changed(contact: Contact, at: number): void {
    this.#pending.push({ at, contact });
  }

  /** For data that was there before the first request. */
  seeded(contact: Contact): void {
    this.#apply(contact);
  }

  rows(now: number): readonly Indexed[] {
    const trailing = this.#pending.findIndex(({ at }) => at > now - this.#delayMs);
    const ready = trailing === -1 ? this.#pending.length : trailing;
    if (ready > 0) for (const { contact } of this.#pending.splice(0, ready)) this.#apply(contact);
    return this.#rows;
  }

  #apply(contact: Contact): void {
    const at = firstNotBefore(this.#rows, contact.dateAdded, contact.id);
    const present = this.#rows[at]?.contact.id === contact.id ? 1 : 0;
    this.#rows.splice(at, present, ...(contact.deleted ? [] : [{ contact, text: searchText(contact) }]));
  }
}

/** The first row that does not stand before (dateAdded, id) in the order newest first, then by id. */
export function firstNotBefore(rows: readonly Indexed[], dateAdded: number, id: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle]?.contact;
    if (row && (row.dateAdded > dateAdded || (row.dateAdded === dateAdded && row.id < id))) low = middle + 1;
    else high = middle;
  }
  return low;
}

const searchText = (contact: Contact): string =>
  [fullName(contact), contact.email, ...contact.additionalEmails, contact.phone, contact.companyName, ...contact.tags]
    .filter((part) => part !== undefined)
    .join('\n')
    .toLowerCase();
