import { fullName } from '../../api/contact-fields.ts';
import { type Endpoint, isId } from '../../api/endpoint.ts';
import { isMissing } from '../../api/errors.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { type Json, recordIn, rowsIn, textIn } from '../../lib/json.ts';
import { type OwnWrites, SEARCH_INDEX_DELAY_MS } from './own-writes.ts';
import { typedNames } from './row-shape.ts';

/** A contact as this server last read or wrote it. */
export interface SeenContact {
  readonly id: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
}

/** ms for which a contact is known by its name, email and phone without being looked up. */
const LIFETIME_MS = 600_000;
const MAX_CONTACTS = 1_000;
const MAX_CHARACTERS = 320;

/** Writes that may change or remove the name, email or phone of a contact that exists. */
const CHANGES: ReadonlySet<string> = new Set(['update_contact', 'upsert_contact', 'delete_contact']);

/** Contacts that this server read or wrote in the last minutes, each until it is changed, deleted or found missing. */
export class SeenContacts {
  readonly #seen = new BoundedMap<string, SeenContact & { readonly at: number }>(MAX_CONTACTS);
  readonly #ownWrites: OwnWrites;
  /** Epoch ms of the last change whose contact is not known. */
  #unnamedChangeAt = Number.NEGATIVE_INFINITY;
  /** Counts the changes: what was read before one may be outdated after it. */
  #changes = 0;

  constructor(ownWrites: OwnWrites) {
    this.#ownWrites = ownWrites;
  }

  list(now: number): SeenContact[] {
    return [...this.#seen.values()].filter(({ at }) => Math.abs(now - at) < LIFETIME_MS);
  }

  find(id: string | undefined, now: number): SeenContact | undefined {
    const seen = id === undefined ? undefined : this.#seen.get(id);
    return seen && Math.abs(now - seen.at) < LIFETIME_MS ? seen : undefined;
  }

  /** The names of those of the contacts that are known. */
  names(ids: readonly unknown[], now: number): Map<string, string> {
    const seen = ids.flatMap((id) => this.find(typeof id === 'string' ? id : undefined, now) ?? []);
    return new Map(seen.flatMap(({ id, name }) => (name ? [[id, name]] : [])));
  }

  /** Whether lists and searches may show this contact as it was before a write. */
  isOutdated(id: unknown, now: number): boolean {
    const isUnknown = this.#ownWrites.get(id)?.known.kind === 'unknown';
    return isUnknown || Math.abs(now - this.#unnamedChangeAt) < SEARCH_INDEX_DELAY_MS;
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
    if (id !== undefined) this.#seen.delete(id);
    else {
      this.#unnamedChangeAt = at;
      this.#seen.clear();
    }
  }

  #record(answer: Json, at: number): void {
    const contact = recordIn(answer, 'contact');
    if (contact) this.#set(contact, at);
    for (const row of rowsIn(answer, 'contacts').slice(-MAX_CONTACTS))
      if (!this.isOutdated(row.id, at)) this.#set(row, at);
  }

  #set(raw: Json, at: number): void {
    const { id } = raw;
    if (!isId(id)) return;
    const [name, email, phone] = [fullName(typedNames(raw)), textIn(raw, 'email'), textIn(raw, 'phone')].map(short);
    this.#seen.set(id, { id, name, email, phone, at });
  }
}

/** Longer texts are no name, email or phone by which people find a contact. */
const short = (text: string | undefined): string | undefined =>
  text !== undefined && text.length <= MAX_CHARACTERS ? text : undefined;
