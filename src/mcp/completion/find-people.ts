import { isId } from '../../api/endpoint.ts';
import { ApiError } from '../../api/errors.ts';
import { listIn, recordIn, rowsIn } from '../../lib/json.ts';
import { firstCharacters } from '../../lib/text.ts';
import { type RecentContact, toRecentContact } from '../../resources/recent-contacts.ts';
import { findDuplicateContact, listContacts } from '../../tools/contacts.ts';
import { SwitchedOff } from '../../tools/core/permissions.ts';
import type { ToolRunner } from '../tool-runner.ts';

export const MAX_PEOPLE = 10;
/** Characters from which on HighLevel is searched while a person types, and the longest query. */
const MIN_QUERY = 2;
const MAX_QUERY = 75;

/** Twenty letters and digits, mixed as in no word. */
const FULL_ID = /^(?=.*(\d|[a-z][A-Z]))[A-Za-z0-9]{20}$/;
const EMAIL = /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/;
const PHONE = /^\+?[\d\s().-]*$/;
/** Digits from which on a number with its country code may be complete. */
const MIN_PHONE_DIGITS = 8;

/**
 * Finds contacts by a name, email, phone or id, best match first. `isComplete` means that nothing more will be typed: then
 * one character is enough for a search, and a search that the owner forbade is an error. `total` is undefined if there are
 * more matches and HighLevel does not say how many.
 * @throws UserError if HighLevel cannot be searched
 */
export async function findPeople(typed: string, runner: ToolRunner, isComplete = false) {
  const query = firstCharacters(typed.trim().replace(/\s+/g, ' '), MAX_QUERY);
  const recent = runner.recent();
  const recentMatches = recent.filter((person) => matches(person, query));
  const onlyRecent = () => ({ people: topRanked(recentMatches, query, recent), total: recentMatches.length });
  if (query.length < (isComplete ? 1 : MIN_QUERY)) return onlyRecent();
  if (FULL_ID.test(query)) return single(recent.find(({ id }) => id === query) ?? { id: query });
  const exact = await findExact(query, runner);
  if (exact) return single(exact);
  const answer = await runner.read(listContacts, { query: toApiQuery(query), limit: MAX_PEOPLE }).catch((error) => {
    // While a person types, recent contacts are better than none.
    if (error instanceof SwitchedOff && !isComplete) return undefined;
    throw error;
  });
  if (!answer) return onlyRecent();
  const listed = rowsIn(answer, 'contacts').map(toRecentContact).filter(hasId);
  // A contact written a moment ago is not in the list yet.
  const all = [...listed, ...recentMatches.filter(({ id }) => listed.every((row) => row.id !== id))];
  const people = topRanked(all, query, recent);
  if (listIn(answer, 'contacts').length < MAX_PEOPLE) return { people, total: all.length };
  const total = recordIn(answer, 'meta')?.total ?? answer.count;
  return { people, total: typeof total === 'number' ? Math.max(total, all.length) : undefined };
}

const hasId = ({ id }: RecentContact): boolean => isId(id);
const single = (person: RecentContact) => ({ people: [person], total: 1 });
const digits = (text: string): string => text.replace(/\D/g, '');

/** The contact with exactly this email or international phone number, if the query is one. */
async function findExact(query: string, { read }: ToolRunner): Promise<RecentContact | undefined> {
  const isPhone = query.startsWith('+') && PHONE.test(query) && digits(query).length >= MIN_PHONE_DIGITS;
  const args = EMAIL.test(query) ? { email: query } : isPhone ? { number: `+${digits(query)}` } : undefined;
  if (!args) return undefined;
  const answer = await read(findDuplicateContact, args).catch((error: unknown) => {
    // HighLevel may refuse an incomplete number.
    if (error instanceof ApiError && (error.kind === 'validation' || error.kind === 'refused')) return undefined;
    if (error instanceof SwitchedOff) return undefined;
    throw error;
  });
  const contact = recordIn(answer, 'contact');
  const person = contact && toRecentContact(contact);
  return person && hasId(person) ? person : undefined;
}

/** Phone numbers are stored without separators. */
const toApiQuery = (query: string): string => (PHONE.test(query) && digits(query).length > 1 ? digits(query) : query);

/** Whether the name, email, phone or id contains what was typed. */
function matches({ id, name = '', email = '', phone = '' }: RecentContact, query: string): boolean {
  const wanted = query.toLowerCase();
  const number = PHONE.test(query) ? digits(query) : '';
  return (
    id.startsWith(query) ||
    [name, email].some((text) => text.toLowerCase().includes(wanted)) ||
    (number !== '' && digits(phone).includes(number))
  );
}

/** Names that start with the query, then names with a word that does, then other matches; equals in order of recency. */
function topRanked(people: readonly RecentContact[], query: string, recent: readonly RecentContact[]): RecentContact[] {
  const wanted = query.toLowerCase();
  const rank = (person: RecentContact): number => {
    const name = (person.name ?? '').toLowerCase();
    if (name.startsWith(wanted)) return 0;
    if (name.includes(` ${wanted}`)) return 1;
    return matches(person, query) ? 2 : 3;
  };
  const recency = ({ id }: RecentContact): number => {
    const index = recent.findIndex((person) => person.id === id);
    return index === -1 ? recent.length : index;
  };
  return [...people].sort((a, b) => rank(a) - rank(b) || recency(a) - recency(b)).slice(0, MAX_PEOPLE);
}
