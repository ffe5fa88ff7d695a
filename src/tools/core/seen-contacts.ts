import { fullName } from '../../api/contact-fields.ts';
import { type Endpoint, isId } from '../../api/endpoint.ts';
import { isMissing } from '../../api/errors.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { type Json, recordIn, rowsIn, textIn } from '../../lib/json.ts';
import { rowOf } from './row-shape.ts';

/** A contact as this server last read or wrote it. */
export interface SeenContact {
  readonly id: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
}

/** ms for which a contact is known by its name, email and phone without being looked up. */
const LIFETIME_MS = 600_000;
/** ms for which lists and searches may show a contact as it was before a write. */
const INDEX_MS = 180_000;
const MAX_CONTACTS = 1_000;
const MAX_CHARACTERS = 320;

/** Writes that may change or remove the name, email or phone of a contact that exists. */
const CHANGES: ReadonlySet<string> = new Set(['update_contact', 'upsert_contact', 'delete_contact']);

/** Contacts that this server read or wrote in the last minutes, each until it is changed, deleted or found missing. */
export class SeenContacts {
  readonly #seen = new BoundedMap<string, SeenContact & { readonly at: number }>(MAX_CONTACTS);
  /** Epoch ms of the last change, by contact; undefined is a contact that the change does not name. */
  readonly #changed = new BoundedMap<string | undefined, number>(MAX_CONTACTS);
  /** Counts the changes: what was read before one may be outdated after it. */
  #changes = 0;

  list(now: number): SeenContact[] {
    return [...this.#seen.values()].filter(({ at }) => Math.abs(now - at) < LIFETIME_MS);
  }

  /** Whether lists and searches may show this contact as it was before a change. */
  isOutdated(id: string | undefined, now: number): boolean {
    const at = this.#changed.get(id);
    return at !== undefined && Math.abs(now - at) < INDEX_MS;
  }

  /** Waits for a call in flight, and records the contacts of its answer. */
  async during(endpoint: Endpoint, args: Json, now: () => number, call: Promise<Json>): Promise<Json> {
    const isChange = CHANGES.has(endpoint.name);
    const id = textIn(args, 'contactId');
    if (isChange) this.#forget(id, now());
    const changes = this.#changes;
    try {
      const answer = await call;
      if (isChange) this.#forget(textIn(recordIn(answer, 'contact'), 'id') ?? id, now());
      if (endpoint.effect !== 'delete' && (isChange || changes === this.#changes)) this.#record(answer, now());
      return answer;
    } catch (error) {
      if (isChange || (id !== undefined && isMissing(error))) this.#forget(id, now());
      throw error;
    }
  }

  /** A change that does not name its contact may be one of any. */
  #forget(id: string | undefined, at: number): void {
    this.#changes += 1;
    this.#changed.set(id, at);
    if (id === undefined) this.#seen.clear();
    else this.#seen.delete(id);
  }

  #record(answer: Json, at: number): void {
    const contact = recordIn(answer, 'contact');
    if (contact) this.#set(contact, at);
    for (const row of rowsIn(answer, 'contacts').slice(-MAX_CONTACTS))
      if (!this.isOutdated(textIn(row, 'id'), at) && !this.isOutdated(undefined, at)) this.#set(row, at);
  }

  #set(raw: Json, at: number): void {
    const contact = rowOf.contact(raw);
    const { id } = contact;
    if (!isId(id)) return;
    const [name, email, phone] = [fullName(contact), textIn(contact, 'email'), textIn(contact, 'phone')].map(short);
    this.#seen.set(id, { id, name, email, phone, at });
  }
}

/** Longer texts are no name, email or phone by which people find a contact. */
const short = (text: string | undefined): string | undefined =>
  text !== undefined && text.length <= MAX_CHARACTERS ? text : undefined;
