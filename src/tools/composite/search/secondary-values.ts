import { isId } from '../../../api/endpoint.ts';
import { matchField } from '../../../api/write/compare.ts';
import { lacksEmailOrPhone, mayBeSameContact } from '../../../api/write/contact-identity.ts';
import { UserError } from '../../../lib/errors.ts';
import { type Json, recordIn, recordsOf, rowsIn } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { findDuplicateContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { mayRead } from '../../core/permissions.ts';
import { readContactReference } from '../../names/find-contact.ts';
import { toE164 } from '../../names/phone.ts';
import { searchContacts } from '../../search.ts';

/** An email or phone that a search looked for, in a filter or as a phone in its free text. */
interface Wanted {
  readonly kind: 'email' | 'phone';
  readonly value: string;
  /** The search without it. */
  readonly rest: Json;
}

/**
 * After a search for an email or phone that found nobody: the contact that the duplicate lookup finds, which has it as an
 * additional one, or is not in the index yet. A notice says what is not covered.
 */
export async function findByOtherValue(search: Json, context: ToolContext): Promise<Json | undefined> {
  if (!mayRead(findDuplicateContact, context.access)) return undefined;
  const wanted = wantedInFilters(search) ?? (await wantedInQuery(search, context));
  if (!wanted) return undefined;
  const { kind, value } = wanted;
  const contact = await lookUpDuplicate(wanted, context);
  if (contact === 'unknown') {
    context.notify(`The duplicate lookup, which may know additional ${kind}s, could not be asked just now.`);
    return undefined;
  }
  if (!contact || !mayBeSameContact(contact, { [kind]: value }) || lacksEmailOrPhone(contact, kind, value)) {
    context.notify(
      `Search and the duplicate lookup find nobody with this ${kind}; additional ${kind}s may be unknown to both.`,
    );
    return undefined;
  }
  const row = await passesRest(contact, wanted.rest, context);
  if (row) context.notify(whyFound(contact, wanted));
  return row;
}

function wantedInFilters({ query, filters }: Json): Wanted | undefined {
  const all = recordsOf(filters);
  for (const filter of all) {
    const { field, operator, value } = filter;
    if ((field !== 'email' && field !== 'phone') || operator !== 'eq' || typeof value !== 'string') continue;
    if (field === 'email' && !value.includes('@')) continue;
    const others = all.filter((each) => each !== filter);
    return {
      kind: field,
      value,
      rest: { ...(query === undefined ? {} : { query }), ...(others.length > 0 ? { filters: others } : {}) },
    };
  }
  return undefined;
}

/** Free text finds a phone in the spelling of the index only, and emails also where they are additional ones. */
async function wantedInQuery({ query, filters }: Json, context: ToolContext): Promise<Wanted | undefined> {
  const reference = typeof query === 'string' ? readContactReference(query) : undefined;
  const value = reference?.by === 'phone' ? await toE164(reference.text, context) : undefined;
  return value === undefined ? undefined : { kind: 'phone', value, rest: filters === undefined ? {} : { filters } };
}

async function lookUpDuplicate({ kind, value }: Wanted, { call }: ToolContext): Promise<Json | 'unknown' | undefined> {
  try {
    const contact = recordIn(
      await call(findDuplicateContact, kind === 'email' ? { email: value } : { number: value }),
      'contact',
    );
    return isId(contact?.id) ? contact : undefined;
  } catch (error) {
    if (error instanceof UserError) return 'unknown';
    throw error;
  }
}

/** The contact if the other filters find it too. */
async function passesRest(contact: Json, rest: Json, { call }: ToolContext): Promise<Json | undefined> {
  if (Object.keys(rest).length === 0) return contact;
  const filters = [...rowsIn(rest, 'filters'), { field: 'id', operator: 'eq', value: contact.id }];
  return rowsIn(await call(searchContacts, { ...rest, filters, pageLimit: 1 }), 'contacts')[0];
}

const whyFound = (contact: Json, { kind, value }: Wanted): string =>
  matchField(kind, value, contact) === 'match'
    ? `Search does not find contact ${contact.id} by this ${kind}, which may be new to it or in another spelling there; the duplicate lookup does.`
    : `${quoteForMessage(value)} is an additional ${kind} of contact ${contact.id}, which search does not look at.`;
