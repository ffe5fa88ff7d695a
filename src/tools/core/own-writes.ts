import type { Endpoint } from '../../api/endpoint.ts';
import { ApiError, isMissing } from '../../api/errors.ts';
import { UserError } from '../../lib/errors.ts';
import { type Json, recordIn, textIn } from '../../lib/json.ts';
import { epochMs } from '../../lib/time.ts';
import { hasOwnCursor } from './own-cursor.ts';
import {
  changesContacts,
  type Knowledge,
  uncertainContacts,
  wholeContact,
  writtenContacts,
} from './written-contacts.ts';

/** Most ms after which the search index shows a write; 11 to 105 s were measured. */
export const SEARCH_INDEX_DELAY_MS = 180_000;
const MAX_CONTACTS = 1_000;

/** A contact that this server wrote in the last minutes. */
export interface OwnWrite {
  readonly id: string;
  readonly known: Knowledge;
  /** Monotonic ms of the answer to the last write. */
  readonly at: number;
  /** Epoch ms by HighLevel's clock when that write was sent. */
  readonly sentAt: number;
  /** The number of that write: of two, the later answer has the higher one. */
  readonly number: number;
  /** True if the index may still show several states of this contact in turn, and `dateUpdated` does not tell them apart. */
  readonly isAmbiguous: boolean;
  /** True once the index was seen to show this state. */
  readonly isIndexed: boolean;
}

/** When a call was sent. */
type Start = Pick<OwnWrite, 'number' | 'sentAt'>;

interface Times {
  now(): number;
  serverNow(): number;
}

/** Endpoints whose answers come from the search index, or might. */
const READS_INDEX: ReadonlySet<string> = new Set(['search_contacts', 'list_contacts', 'list_contacts_by_business', 'find_duplicate_contact']); // biome-ignore format: a list

/** Endpoints that say of a contact, and not of a record of it, that it does not exist. */
const READS_CONTACT: ReadonlySet<string> = new Set(['get_contact', 'update_contact', 'delete_contact']);

/**
 * What this server created, changed or deleted while lists and searches may not show it. Bounded: the oldest entries are
 * dropped, and each after `SEARCH_INDEX_DELAY_MS`.
 */
export class OwnWrites {
  /** In the order of their times. */
  readonly #writes = new Map<string, OwnWrite>();
  #number = 0;

  /** Whether own writes have to be merged into the answer of a call. */
  concern({ name }: Endpoint, args: Json, now: number): boolean {
    if (!READS_INDEX.has(name)) return false;
    this.#removeExpired(now);
    return this.#writes.size > 0 || hasOwnCursor(args);
  }

  /** Newest first. */
  list(now: number): OwnWrite[] {
    this.#removeExpired(now);
    return [...this.#writes.values()].reverse();
  }

  get(id: unknown): OwnWrite | undefined {
    return typeof id === 'string' ? this.#writes.get(id) : undefined;
  }

  /** Call when the index shows the state of this write. */
  setIndexed(write: OwnWrite): void {
    if (this.#writes.get(write.id) === write) this.#writes.set(write.id, { ...write, isIndexed: true });
  }

  /** Waits for a call in flight, and records what it wrote, or what it read of a contact that was written before. */
  during({ name }: Endpoint, args: Json, times: Times, call: Promise<Json>): Promise<Json> {
    this.#removeExpired(times.now());
    const concernsWrites = changesContacts(name) || (READS_CONTACT.has(name) && this.#writes.size > 0);
    return concernsWrites ? this.#record(name, args, times, call) : call;
  }

  async #record(name: string, args: Json, times: Times, call: Promise<Json>): Promise<Json> {
    const start = { number: this.#number, sentAt: times.serverNow() };
    try {
      const answer = await call;
      for (const [id, known] of writtenContacts(name, args, answer)) this.#write(id, known, times.now(), start);
      if (name === 'get_contact') this.#read(args, answer, start.number);
      return answer;
    } catch (error) {
      this.#recordFailure(name, args, error, times, start);
      throw error;
    }
  }

  #write(id: string, shown: Knowledge, at: number, { number, sentAt }: Start): void {
    const before = this.#writes.get(id);
    this.#number += 1;
    const pending = before && !before.isIndexed ? before : undefined;
    // Of two writes at the same time the answers do not show which was done last.
    const overlaps = before !== undefined && before.number > number;
    const known: Knowledge = overlaps ? { kind: 'unknown' } : afterWrite(pending?.known, shown);
    const isAmbiguous = pending !== undefined && !isLater(known, pending.known);
    this.#writes.delete(id);
    this.#writes.set(id, { id, known, at, sentAt, number: this.#number, isAmbiguous, isIndexed: false });
    for (const oldest of this.#writes.keys()) {
      if (this.#writes.size <= MAX_CONTACTS) break;
      this.#writes.delete(oldest);
    }
  }

  /** A contact read by id is current, unless it was written while it was read. */
  #read({ contactId }: Json, answer: Json, number: number): void {
    const write = this.get(contactId);
    const contact = recordIn(answer, 'contact');
    if (!write || !contact || contact.id !== write.id || write.number > number) return;
    const known = wholeContact(contact);
    if (known.kind === 'whole') this.#writes.set(write.id, { ...write, known });
  }

  /** Contacts of a write with an unknown outcome have to be read. One that does not exist was deleted elsewhere. */
  #recordFailure(name: string, args: Json, error: unknown, times: Times, start: Start): void {
    if (READS_CONTACT.has(name) && isMissing(error)) {
      const write = this.get(textIn(args, 'contactId'));
      if (write) this.#writes.set(write.id, { ...write, known: { kind: 'deleted' }, isIndexed: false });
      return;
    }
    const isUncertain = error instanceof ApiError ? error.kind === 'unknownOutcome' : !(error instanceof UserError);
    if (!isUncertain || !changesContacts(name)) return;
    // Of a bulk write only those are kept that were written before: each has to be read.
    for (const [id, known] of uncertainContacts(args))
      if (this.#writes.has(id) || id === args.contactId) this.#write(id, known, times.now(), start);
  }

  #removeExpired(now: number): void {
    for (const [id, { at }] of this.#writes) {
      if (now - at < SEARCH_INDEX_DELAY_MS) return;
      this.#writes.delete(id);
    }
  }
}

/** What is known after a write, given what was known before and the index may not show yet. */
function afterWrite(before: Knowledge | undefined, shown: Knowledge): Knowledge {
  if (shown.kind !== 'changes' || before === undefined || before.kind === 'deleted') return shown;
  if (before.kind === 'unknown') return before;
  const { dateUpdated: _outdated, ...contact } = before.contact;
  return { kind: before.kind, contact: { ...contact, ...shown.contact } };
}

/** Whether `dateUpdated` shows that one state of a contact is later than another. */
function isLater(known: Knowledge, before: Knowledge): boolean {
  if (known.kind !== 'whole' || before.kind !== 'whole') return false;
  return epochMs(known.contact.dateUpdated) > epochMs(before.contact.dateUpdated);
}
