import type { Json } from '../../endpoint.ts';
import { isMissing, UserError } from '../../errors.ts';
import { rowsIn } from '../../rows.ts';
import { fieldAgrees, text } from '../../same.ts';
import type { Context } from '../../tools/tool.ts';
import { findDuplicateContact, getContact, searchContacts } from '../calls.ts';
import { heldIn, isEmpty, sameValue } from '../custom-values.ts';
import type { By, Person, Reach } from './person.ts';

/** What was given leads to more than one contact; nothing was written. */
export class Conflict extends UserError {
  override readonly name = 'Conflict';
}

export interface Found {
  /** As `get_contact` gives it. */
  readonly contact: Json & { readonly id: string };
  /** What led to it: it has that already, be it as a further email or phone. */
  readonly by: ReadonlySet<By>;
}

/** A contact that may be the person. */
interface Lead {
  readonly by: By;
  readonly id: string;
  /** Whether the contact, once read, is the one that was looked for. */
  readonly holds: (contact: Json) => boolean;
}

/** Which contact was found or made for what search may not show yet, or a lookup may miss. */
class Recent {
  readonly #ids = new Map<string, string>();

  see(reach: readonly Reach[], id: string): void {
    for (const { key } of reach) this.#ids.set(key, id);
    for (const key of this.#ids.keys()) {
      if (this.#ids.size <= 2_000) return;
      this.#ids.delete(key);
    }
  }

  find = (key: string): string | undefined => this.#ids.get(key);
}

/** For `context.own`: the same for all calls of a server. */
export const createRecent = (): Recent => new Recent();

/** As the API reads it, current also right after a write; undefined where there is no such contact. */
export async function readContact(contactId: string, { call }: Context): Promise<Found['contact'] | undefined> {
  try {
    const { contact } = await call(getContact, { contactId });
    return contact ? { ...(contact as Json), id: contactId } : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * The one contact that email, phone and match field lead to; undefined where there is none. `named`: an id HighLevel
 * itself named when it refused the person as there already.
 * @throws Conflict where they lead to different ones
 */
export async function findPerson(
  person: Person,
  named: string | undefined,
  context: Context,
): Promise<Found | undefined> {
  const looked = await Promise.all(person.reach.map((reach) => LOOK[reach.by](reach, context)));
  const leads = looked.flat();
  const ids = [...new Set([...leads.map(({ id }) => id), ...(named ? [named] : [])])];
  const contacts = (await Promise.all(ids.map((id) => readContact(id, context)))).filter((each) => each !== undefined);
  const held = leads.filter(({ id, holds }) => contacts.some((contact) => contact.id === id && holds(contact)));
  const [first, ...others] = contacts.filter(({ id }) => id === named || held.some((lead) => lead.id === id));
  if (others.length > 0) throw conflict(held, named);
  if (!first) return undefined;
  const by = new Set(held.map((lead) => lead.by));
  if (sharesPhone(person, first, by)) throw sharedPhone(first.id);
  context.own(createRecent).see(person.reach, first.id);
  return { contact: first, by };
}

const firstName = ({ firstName, name }: Json): string =>
  text(firstName || name)
    .split(' ')[0]
    ?.toLowerCase() ?? '';

/** A household or a shop has one number: who has it under another first name and another email is somebody else. */
function sharesPhone({ fields }: Person, contact: Json, by: ReadonlySet<By>): boolean {
  if (!by.has('phone') || by.size > 1 || isEmpty(fields.email) || isEmpty(contact.email)) return false;
  const [wanted, stored] = [firstName(fields), firstName(contact)];
  return wanted !== '' && stored !== '' && wanted !== stored;
}

const sharedPhone = (id: string): Conflict =>
  new Conflict(
    `phone leads to contact ${id}, who has another first name and another email: nothing was written. If it is the same person, change them with update_contact; if they share the number, leave out phone, for HighLevel keeps it with one contact.`,
  );

function conflict(leads: readonly Lead[], named: string | undefined): Conflict {
  const ways = [...new Set(leads.map(({ by, id }) => `${by} leads to contact ${id}`))];
  const all = named && !leads.some(({ id }) => id === named) ? [...ways, `HighLevel names contact ${named}`] : ways;
  return new Conflict(
    `${all.join(', ')}: nothing was written. Look at them with get_contact; then leave out what belongs to another person, or have the owner merge them in HighLevel.`,
  );
}

const sure = () => true;

const holder = async (by: By, answer: Promise<Json>): Promise<Lead[]> => {
  const id = ((await answer).contact as Json | null | undefined)?.id;
  return typeof id === 'string' ? [{ by, id, holds: sure }] : [];
};

const LOOK: Record<By, (reach: Reach, context: Context) => Promise<Lead[]>> = {
  email: ({ by, value }, { call }) => holder(by, call(findDuplicateContact, { email: value })),

  async phone({ by, value, certain, key }, { call, own }) {
    const found = await holder(by, call(findDuplicateContact, { number: value }));
    const id = own(createRecent).find(key);
    if (certain || found.length > 0 || id === undefined) return found;
    return [{ by, id, holds: (contact) => fieldAgrees('phone', value, contact) === 'yes' }];
  },

  async matchField({ by, value, custom, key }, { call, own }) {
    const filters = [{ field: `customFields.${custom?.id}`, operator: 'eq', value }];
    const answer = await call(searchContacts, { filters, pageLimit: 10 });
    const stored = (contact: Json) => heldIn(contact, custom?.id);
    const holds = (contact: Json) => sameValue(value, stored(contact), custom?.type);
    const found = rowsIn(answer, 'contacts').map(({ id }) => ({
      by,
      id: String(id),
      holds,
    }));
    const id = own(createRecent).find(key);
    // The one made for this value, also where HighLevel did not keep it.
    const made = (contact: Json) => isEmpty(stored(contact)) || holds(contact);
    return id === undefined || found.some((each) => each.id === id) ? found : [...found, { by, id, holds: made }];
  },
};
