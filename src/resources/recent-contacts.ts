import { ID } from '../api/endpoint.ts';
import type { Json } from '../lib/json.ts';
import { stripHiddenCharacters, truncate } from '../lib/text.ts';
import { rowOf } from '../tools/core/row-shape.ts';

/** A contact as far as a list of people shows it. */
export interface RecentContact {
  readonly id: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly phone: string | undefined;
}

/** The contacts this server lately read or wrote, newest first. */
export interface RecentContacts {
  /** Told of every tool that ended well. True where somebody was met, or is gone, who changes the list of resources. */
  see(tool: string, result: Json, args: Json): boolean;
  list(): readonly RecentContact[];
}

const KEPT = 20;
const NAME_CHARACTERS = 100;

export function createRecentContacts(): RecentContacts {
  const seen = new Map<string, RecentContact>();
  const put = (person: RecentContact): boolean => {
    const isNew = !seen.delete(person.id);
    seen.set(person.id, person);
    if (seen.size > KEPT) seen.delete(seen.keys().next().value as string);
    return isNew;
  };
  return {
    see(tool, result, args) {
      if (tool === 'delete_contact') return seen.delete(String(args.contactId));
      const id = contactIn(result, args);
      if (id === undefined) return false;
      const found = args.fields === undefined && isJson(result.contact) ? personOf(result.contact) : undefined;
      return put(found?.id === id ? found : (seen.get(id) ?? { id, ...NOTHING }));
    },
    list: () => [...seen.values()].reverse(),
  };
}

/** The one contact an answer is about, if it is about one. */
function contactIn({ contact }: Json, { contactId }: Json): string | undefined {
  const id = contactId ?? (isJson(contact) ? contact.id : undefined);
  return typeof id === 'string' && ID.test(id) ? id : undefined;
}

/** A person of a contact, however the API spelt it. */
export function personOf(raw: Json): RecentContact {
  const { id, firstName, lastName, name, email, phone } = rowOf.contact(raw);
  const full = [firstName, lastName].map(words).filter(Boolean).join(' ') || words(name);
  return {
    id: String(id),
    name: full || undefined,
    email: words(email) || undefined,
    phone: words(phone) || undefined,
  };
}

const NOTHING = { name: undefined, email: undefined, phone: undefined };
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const words = (value: unknown): string =>
  typeof value === 'string' ? truncate(stripHiddenCharacters(value).replace(/\s+/g, ' ').trim(), NAME_CHARACTERS) : '';
