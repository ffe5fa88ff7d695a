import { type Endpoint, ID } from '../../api/endpoint.ts';
import { ApiError } from '../../api/errors.ts';
import { isRecord, type Json, listIn, rowsIn } from '../../lib/json.ts';
import { firstCharacters } from '../../lib/text.ts';
import { personOf, type RecentContact } from '../../resources/recent-contacts.ts';
import { findDuplicateContact, listContacts } from '../../tools/contacts.ts';
import { SwitchedOff } from '../../tools/core/permissions.ts';
import type { ToolRunner } from '../tool-runner.ts';

/** People who fit what was typed, likeliest first. */
export interface Found {
  readonly people: readonly RecentContact[];
  /** How many there are in all; undefined where HighLevel does not say and there are more. */
  readonly total: number | undefined;
}

/** Whom words, an email, a phone or an id fit; `whole` where nothing more will be typed. @throws UserError */
export const peopleFor = (typed: string, { recent, read }: ToolRunner, whole = false): Promise<Found> =>
  findPeople(typed, { recent: recent(), read, whole });

export interface Around {
  /** Lately seen, newest first. */
  readonly recent: readonly RecentContact[];
  /** One read. @throws UserError */
  readonly read: (endpoint: Endpoint, args: Json) => Promise<Json>;
  /** True where nothing more will be typed: then HighLevel is asked for one character as well. */
  readonly whole?: boolean;
}

/** People shown at most; characters from which on HighLevel is asked, and up to which. */
export const MOST = 10;
const SHORTEST = 2;
const LONGEST = 75;

/** Twenty letters and digits as no word mixes them. */
const FULL_ID = /^(?=.*(\d|[a-z][A-Z]))[A-Za-z0-9]{20}$/;
const EMAIL = /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/;
const PHONE = /^\+?[\d\s().-]*$/;
/** Digits from which on a number with its country may be whole. */
const WHOLE_PHONE = 8;

/** @throws UserError where HighLevel could not be asked */
export async function findPeople(typed: string, { recent, read, whole = false }: Around): Promise<Found> {
  const words = firstCharacters(typed.trim().replace(/\s+/g, ' '), LONGEST);
  const known = recent.filter((person) => fits(person, words));
  if (words.length < (whole ? 1 : SHORTEST))
    return { people: ranked(known, words, recent).slice(0, MOST), total: known.length };
  if (FULL_ID.test(words)) return one(recent.find(({ id }) => id === words) ?? { ...NOBODY, id: words });
  const exact = await reachedBy(words, read);
  if (exact) return one(exact);
  const listed = await read(listContacts, { query: asQuery(words), limit: MOST }).catch((error: unknown) => {
    // While somebody is typing, those lately seen are better than nobody.
    if (error instanceof SwitchedOff && !whole) return undefined;
    throw error;
  });
  if (!listed) return { people: ranked(known, words, recent).slice(0, MOST), total: known.length };
  const { meta, count } = listed;
  const rows = rowsIn(listed, 'contacts').map(personOf).filter(isReadable);
  // What was written a moment ago is not in the list yet.
  const all = [...rows, ...known.filter(({ id }) => rows.every((row) => row.id !== id))];
  const people = ranked(all, words, recent).slice(0, MOST);
  const told = (meta as Json | undefined)?.total ?? count;
  if (listIn(listed, 'contacts').length < MOST) return { people, total: all.length };
  return { people, total: typeof told === 'number' ? Math.max(told, all.length) : undefined };
}

/** Whether it can be asked for by its id. */
const isReadable = ({ id }: RecentContact): boolean => ID.test(id);

const one = (person: RecentContact): Found => ({ people: [person], total: 1 });
const NOBODY = { name: undefined, email: undefined, phone: undefined };
const digits = (text: string): string => text.replace(/\D/g, '');

/** Whom exactly this email or international number reaches, if it is one. */
async function reachedBy(words: string, read: Around['read']): Promise<RecentContact | undefined> {
  const whole = words.startsWith('+') && PHONE.test(words) && digits(words).length >= WHOLE_PHONE;
  const reach = EMAIL.test(words) ? { email: words } : whole ? { number: `+${digits(words)}` } : undefined;
  if (!reach) return undefined;
  const { contact } = await read(findDuplicateContact, reach).catch((error: unknown) => {
    // Half a number may be refused.
    if (error instanceof ApiError && (error.status === 400 || error.status === 422)) return {} as Json;
    if (error instanceof SwitchedOff) return {} as Json;
    throw error;
  });
  const person = isRecord(contact) ? personOf(contact) : undefined;
  return person && isReadable(person) ? person : undefined;
}

/** Numbers are stored without what people write between the digits. */
const asQuery = (words: string): string => (PHONE.test(words) && digits(words).length > 1 ? digits(words) : words);

const lower = (text: string | undefined): string => (text ?? '').toLowerCase();

/** Whether a name, email, phone or id holds what was typed. */
export function fits({ id, name, email, phone }: RecentContact, words: string): boolean {
  const wanted = lower(words);
  const number = PHONE.test(words) ? digits(words) : '';
  return (
    id.startsWith(words) ||
    [name, email].some((text) => lower(text).includes(wanted)) ||
    (number !== '' && digits(phone ?? '').includes(number))
  );
}

/** The name begins so, then a word of it does, then it is somewhere; of equals the lately seen first. */
function ranked(people: readonly RecentContact[], words: string, recent: readonly RecentContact[]): RecentContact[] {
  const wanted = lower(words);
  const rank = (person: RecentContact): number => {
    const name = lower(person.name);
    if (name.startsWith(wanted)) return 0;
    if (name.includes(` ${wanted}`)) return 1;
    return fits(person, words) ? 2 : 3;
  };
  const seen = ({ id }: RecentContact): number => {
    const at = recent.findIndex((person) => person.id === id);
    return at === -1 ? recent.length : at;
  };
  return [...people].sort((a, b) => rank(a) - rank(b) || seen(a) - seen(b));
}
