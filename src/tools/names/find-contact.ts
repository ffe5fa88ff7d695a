import { type Effect, ID, isId } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import { foldText } from '../../lib/fold.ts';
import { isRecord, type Json, rowsIn } from '../../lib/json.ts';
import { firstCharacters, quoteForMessage } from '../../lib/text.ts';
import { findDuplicateContact } from '../contacts.ts';
import type { ToolContext } from '../core/context.ts';
import { rowOf } from '../core/row-shape.ts';
import type { SeenContact } from '../core/seen-contacts.ts';
import { searchContacts } from '../search.ts';
import { NameNotFound } from './find-by-name.ts';
import { toE164 } from './phone.ts';

/** Digits of a phone number, with its country. */
const MIN_DIGITS = 7;
const MAX_DIGITS = 15;
const DIGITS_AND_HYPHENS = /^[\d-]+$/;
/** With the spaces and hyphens that documents hold; no line breaks. */
const PHONE = /^\+?[\d().\-/ \u00a0\u2007\u202f\u2010-\u2015]+$/;
const EMAIL = /^[^\s@<>\p{C}]{1,64}@[\p{L}\p{N}\p{M}-]+(\.[\p{L}\p{N}\p{M}-]+)+$/u;
/** Letters, marks, spaces, apostrophes, hyphens and full stops, with a space between two of them. */
const FULL_NAME = /^(?=.*\S \S)[\p{L}\p{M} '\u2019.-]{3,100}$/u;

export type ContactReference =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'email' | 'phone'; readonly text: string }
  | { readonly by: 'name'; readonly text: string };

/**
 * How a text refers to a contact. Digits and hyphens that make a phone number are one; every other text of id shape is an
 * id. Undefined for what is none of these, such as `abc/tasks/1` and `x?y=1`.
 */
export function readContactReference(given: string): ContactReference | undefined {
  const text = given.trim();
  const digits = text.replace(/\D/g, '').length;
  const isNumber = digits >= MIN_DIGITS && digits <= MAX_DIGITS;
  if (DIGITS_AND_HYPHENS.test(text) && isNumber) return { by: 'phone', text };
  if (ID.test(text)) return { by: 'id', id: text };
  if (EMAIL.test(text) && text.length <= 320) return { by: 'email', text };
  if (PHONE.test(text) && isNumber) return { by: 'phone', text };
  return FULL_NAME.test(text.replace(/ +/g, ' ')) ? { by: 'name', text: text.replace(/ +/g, ' ') } : undefined;
}

/** Contacts of one name that a message names. */
const MAX_CANDIDATES = 5;
/** Rows of the search by name. With a full page, further contacts of that name are possible. */
const SEARCHED = 100;
/** Characters of a search text. */
const MAX_QUERY = 75;

/** Contacts that fit a reference, and whether there may be others. */
interface Fitting {
  readonly contacts: readonly Json[];
  readonly more?: boolean;
}

/**
 * The id of the contact that is meant. One request, none where an id was given or this server has just seen the contact.
 * Before a write a full name is always searched for: somebody else may have it. The notice of the answer names the contact.
 * @throws NameNotFound where nobody or several people fit; nothing further was sent
 */
export async function contactIdOf(
  given: string,
  argument: string,
  effect: Effect,
  context: ToolContext,
): Promise<string> {
  const reference = readContactReference(given);
  if (reference === undefined)
    throw new UserError(`Nothing was sent. ${argument} must be a contact's id, email, phone number or full name.`);
  if (reference.by === 'id') return reference.id;
  const { contacts, more } = await find(reference, argument, effect, context);
  const [only, another] = contacts;
  if (!only) throw nobodyFits(given, argument, reference.by);
  if (another || more) throw severalFit(given, argument, contacts, more === true);
  context.notify(`${argument} ${quoteForMessage(given)} is contact ${describeContact(only)}.`);
  return String(only.id);
}

async function find(
  { by, text }: Exclude<ContactReference, { by: 'id' }>,
  argument: string,
  effect: Effect,
  context: ToolContext,
): Promise<Fitting> {
  const wanted = by === 'phone' ? await toE164(text, context) : foldIdentity[by](text);
  if (wanted === undefined)
    throw new UserError(
      `Nothing was sent. ${argument}: ${quoteForMessage(text)} is not a whole phone number, such as +15125550100.`,
    );
  const fits = (contact: SeenContact) => contact[by] !== undefined && foldIdentity[by](contact[by]) === wanted;
  const seen = context.state.seenContacts.list(context.clock.now()).filter(fits);
  if (seen.length === 1 && (by !== 'name' || effect === 'read'))
    return { contacts: seen.map((contact) => ({ ...contact })) };
  if (by === 'name') return byName(text, seen, context);
  const { contact } = await context.call(findDuplicateContact, by === 'email' ? { email: text } : { number: wanted });
  return { contacts: isRecord(contact) && isId(contact.id) ? [contact] : [] };
}

const foldIdentity = {
  name: foldText,
  email: (email: string) => email.trim().toLowerCase(),
  phone: (phone: string) => phone,
} as const;

/** Of a contact that was just changed or deleted, what this server has seen since counts, not what search shows. */
async function byName(name: string, seen: readonly SeenContact[], context: ToolContext): Promise<Fitting> {
  const query = firstCharacters(name.normalize('NFC'), MAX_QUERY);
  const answer = await context.call(searchContacts, { query, pageLimit: SEARCHED });
  const { seenContacts } = context.state;
  const wanted = foldText(name);
  const rows = rowsIn(answer, 'contacts').map(rowOf.contact);
  const found = new Map<unknown, Json>(seen.map((contact) => [contact.id, { ...contact }]));
  for (const row of rows)
    if (isId(row.id) && !seenContacts.isOutdated(row.id, context.clock.now()))
      if (namesOf(row).some((each) => foldText(each) === wanted)) found.set(row.id, row);
  return { contacts: [...found.values()], more: rows.length >= SEARCHED };
}

const namesOf = ({ firstName, lastName, contactName, name }: Json): string[] => [
  [firstName, lastName].filter((part) => typeof part === 'string').join(' '),
  ...[contactName, name].filter((each) => typeof each === 'string'),
];

function describeContact(contact: Json): string {
  const { id, email, phone, lastActivity } = rowOf.contact(contact);
  const [name] = namesOf(contact).filter((each) => each !== '');
  const parts = [name, email, phone].filter((part) => typeof part === 'string' && part !== '').map(quoteForMessage);
  if (typeof lastActivity === 'string') parts.push(`last activity ${quoteForMessage(lastActivity)}`);
  return parts.length > 0 ? `${id} (${parts.join(', ')})` : String(id);
}

function severalFit(given: string, argument: string, contacts: readonly Json[], more: boolean): NameNotFound {
  const shown = contacts.slice(0, MAX_CANDIDATES).map(describeContact).join('; ');
  const rest = more || contacts.length > MAX_CANDIDATES ? '; and perhaps more' : '';
  return new NameNotFound(
    `Nothing was sent. ${argument}: ${more ? 'several' : contacts.length} contacts fit ${quoteForMessage(given)}: ${shown}${rest}. Give the id of the right one.`,
  );
}

function nobodyFits(given: string, argument: string, by: 'email' | 'phone' | 'name'): NameNotFound {
  const [what, delay] =
    by === 'name'
      ? [
          'full name',
          ' (search lags behind writes of others by seconds to minutes, and may want accents as they are stored)',
        ]
      : [by, ''];
  return new NameNotFound(
    `Nothing was sent. ${argument}: no contact has the ${what} ${quoteForMessage(given)}${delay}. search_contacts finds people by parts of what is known.`,
  );
}
