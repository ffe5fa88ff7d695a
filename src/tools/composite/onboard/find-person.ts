import { isMissing } from '../../../api/errors.ts';
import { matchField } from '../../../api/write/compare.ts';
import { lacksEmailOrPhone } from '../../../api/write/contact-identity.ts';
import { UserError } from '../../../lib/errors.ts';
import { isEmpty, type Json, rowsIn } from '../../../lib/json.ts';
import { normalizeText } from '../../../lib/markup.ts';
import { findDuplicateContact, getContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { searchContacts } from '../../search.ts';

import { heldIn, sameValue } from '../custom-field-values.ts';
import type { By, Person, Reach } from './parse-person.ts';
import { findKnownPerson, setKnownPerson } from './person-registry.ts';

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
  /** Whether the contact, once read, cannot be the one that HighLevel's lookup was asked for. */
  readonly isOdd?: (contact: Json) => boolean;
}

/** An answer that says neither who it is nor that there is nobody is no reason to create somebody. */
const UNREADABLE =
  'HighLevel answered without saying whether the contact exists, so nothing further was written. Call again in a minute.';

/** Past what was read some seconds ago: another process may have written since. */
export const FRESH = { fresh: true } as const;

/**
 * As the API reads it by id, current also right after a write; undefined where there is no such contact.
 * @throws UserError where the answer does not tell
 */
export async function readContact(
  contactId: string,
  { call }: ToolContext,
  how?: { readonly fresh: true },
): Promise<Found['contact'] | undefined> {
  try {
    const { contact } = await call(getContact, { contactId }, 'interactive', how);
    if (typeof contact !== 'object' || contact === null) throw new UserError(UNREADABLE);
    return { ...(contact as Json), id: contactId };
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
  context: ToolContext,
): Promise<Found | undefined> {
  const looked = await Promise.all(person.reach.map((reach) => LOOK[reach.by](reach, context)));
  const leads = looked.flat();
  const ids = [...new Set([...leads.map(({ id }) => id), ...(named ? [named] : [])])];
  const contacts = (await Promise.all(ids.map((id) => readContact(id, context, FRESH)))).filter(
    (each) => each !== undefined,
  );
  for (const { by, id, isOdd } of leads)
    if (contacts.some((contact) => contact.id === id && isOdd?.(contact))) throw odd(by, id);
  const held = leads.filter(({ id, holds }) => contacts.some((contact) => contact.id === id && holds(contact)));
  const [first, ...others] = contacts.filter(({ id }) => id === named || held.some((lead) => lead.id === id));
  if (others.length > 0) throw conflict(held, named);
  if (!first) return undefined;
  const by = new Set(held.map((lead) => lead.by));
  if (sharesPhone(person, first, by)) throw sharedPhone(first.id);
  await remember(person, first.id, context);
  return { contact: first, by };
}

/** Search may not show the contact yet, and a lookup may miss it. */
export const remember = ({ reach }: Person, id: string, context: ToolContext): Promise<void> =>
  setKnownPerson(
    reach.map(({ key }) => key),
    context,
    { id, at: context.clock.now() },
  );

/** Such as an answer to another lookup, which a cache on the way gave once more. */
const odd = (by: By, id: string): UserError =>
  new UserError(
    `HighLevel's lookup by ${by} answered with contact ${id}, which does not have that ${by}, so nothing further was written. Call again in a minute.`,
  );

const firstName = ({ firstName, name }: Json): string =>
  normalizeText(firstName || name)
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

const holder = async (by: 'email' | 'phone', value: unknown, answer: Promise<Json>): Promise<Lead[]> => {
  const { contact } = await answer;
  if (contact === null) return [];
  const id = (contact as Json | undefined)?.id;
  if (typeof id !== 'string') throw new UserError(UNREADABLE);
  return [{ by, id, holds: sure, isOdd: (read) => lacksEmailOrPhone(read, by, value) }];
};

/** The contact of a lookup; where it finds none, the one that was found or created for this a moment ago. */
async function lookedUp(
  by: 'email' | 'phone',
  given: Json,
  { value, key }: Reach,
  context: ToolContext,
): Promise<Lead[]> {
  const found = await holder(by, value, context.call(findDuplicateContact, given, 'interactive', FRESH));
  const id = found.length > 0 ? undefined : (await findKnownPerson(key, context))?.id;
  if (id === undefined) return found;
  return [{ by, id, holds: (contact) => matchField(by, value, contact) === 'match' }];
}

const LOOK: Record<By, (reach: Reach, context: ToolContext) => Promise<Lead[]>> = {
  email: (reach, context) => lookedUp('email', { email: reach.value }, reach, context),

  phone: (reach, context) => lookedUp('phone', { number: reach.value }, reach, context),

  async matchField({ by, value, custom, key }, context) {
    const { call } = context;
    const filters = [{ field: `customFields.${custom?.id}`, operator: 'eq', value }];
    const answer = await call(searchContacts, { filters, pageLimit: 10 }, 'interactive', FRESH);
    const stored = (contact: Json) => heldIn(contact, custom?.id);
    const holds = (contact: Json) => sameValue(value, stored(contact), custom?.type);
    const found = rowsIn(answer, 'contacts').map(({ id }) => ({
      by,
      id: String(id),
      holds,
    }));
    const id = (await findKnownPerson(key, context))?.id;
    // The one made for this value, also where HighLevel did not keep it.
    const made = (contact: Json) => isEmpty(stored(contact)) || holds(contact);
    return id === undefined || found.some((each) => each.id === id) ? found : [...found, { by, id, holds: made }];
  },
};
