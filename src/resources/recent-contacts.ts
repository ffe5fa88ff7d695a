import { fullName } from '../api/contact-fields.ts';
import { isId } from '../api/endpoint.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import { type Json, recordIn, textIn } from '../lib/json.ts';
import { stripHiddenCharacters, truncate } from '../lib/text.ts';
import { isPlainId } from '../tools/core/references.ts';
import { rowOf } from '../tools/core/row-shape.ts';

/** A contact in the list of resources and in completions. */
export interface RecentContact {
  readonly id: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
}

const MAX_RECENT = 20;
const NAME_CHARACTERS = 100;

/** The contacts that this server read or wrote last. */
export class RecentContacts {
  /** As the tools returned them: the list is read far less often than contacts are. */
  readonly #recent = new BoundedMap<string, Json>(MAX_RECENT);

  /** Call with each result of a tool. Returns true if a contact joined or left the list. */
  record(tool: string, result: Json, args: Json): boolean {
    if (tool === 'delete_contact' && result.succeeded === true)
      return this.#recent.delete(textIn(args, 'contactId') ?? '');
    const contact = recordIn(result, 'contact');
    const id = isPlainId(args.contactId) ? args.contactId : contact?.id;
    if (!isId(id)) return false;
    const isNew = !this.#recent.has(id);
    const isWhole = contact?.id === id && args.fields === undefined;
    this.#recent.set(id, isWhole ? contact : (this.#recent.get(id) ?? { id }));
    return isNew;
  }

  /** Newest first. */
  list(): readonly RecentContact[] {
    return [...this.#recent.values()].map(toRecentContact).reverse();
  }
}

/** From a contact as any endpoint returns it; the id is empty if it has none. */
export function toRecentContact(raw: Json): RecentContact {
  const contact = rowOf.contact(raw);
  return {
    id: textIn(contact, 'id') ?? '',
    name: oneLine(fullName(contact)),
    email: oneLine(textIn(contact, 'email')),
    phone: oneLine(textIn(contact, 'phone')),
  };
}

const oneLine = (text = ''): string | undefined =>
  truncate(stripHiddenCharacters(text).replace(/\s+/g, ' ').trim(), NAME_CHARACTERS) || undefined;
