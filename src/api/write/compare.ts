import type { Json } from '../../lib/json.ts';
import { stripHiddenCharacters } from '../../lib/text.ts';

/** Whether a stored value is what was sent; `?` where the API is known to keep it in a way that cannot be compared. */
export type Match = 'yes' | 'no' | '?';

const is = (holds: boolean): Match => (holds ? 'yes' : 'no');
/** For what may be kept in another form, or left out without a word: a difference proves nothing. */
const lenient = (holds: boolean): Match => (holds ? 'yes' : '?');

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };
const decoded = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => ENTITIES[name] ?? '');
const squeezed = (text: string): string => text.replace(/\s{2,}|[^\S ]/g, ' ').trim();

// What arrives may be long and written to be slow to read: each of these expressions reads a character a fixed number of
// times, for none looks past the next bracket.
const TAGS =
  'a|abbr|b|blockquote|body|br|center|code|div|em|font|h[1-6]|head|hr|html|i|img|ins|kbd|li|mark|ol|p|pre|q|s|small|span|strike|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul';
const ENDS = new RegExp(`</(?:${TAGS})\\s*>|<[bh]r\\s*/?>`, 'i');
const TAG = new RegExp(`</?(?:${TAGS})(?:\\s[^<>]*)?/?>`, 'gi');
const BRACKETS = /<[^<>]*>/g;

/** Whether a text is HTML: then something in it ends. A name or an address in angle brackets does not make it so. */
const isHtml = (text: string): boolean => ENDS.test(text);

/** On one line, as a reader sees it: notes are kept as they came or as HTML. What is no HTML stands as written. */
export const seen = (value: unknown): string => {
  const given = String(value ?? '');
  return isHtml(given) ? text(given) : squeezed(given);
};

/** The same for every form in which HighLevel may keep a text: HTML tags and entities are read, the rest stands. */
export const text = (value: unknown): string => {
  const given = String(value ?? '');
  return squeezed(decoded(isHtml(given) ? given.replace(TAG, ' ') : given));
};

/** Characters up to which texts are compared in other forms than they are written in. */
const COMPARED = 100_000;

/** Whether two texts say the same: as they are written, or one as the HTML of the other. */
export function sameText(a: unknown, b: unknown): boolean {
  const [one, other] = [squeezed(String(a ?? '')), squeezed(String(b ?? ''))];
  if (one === other) return true;
  return Math.max(one.length, other.length) <= COMPARED && text(one) === text(other);
}

/** Whether a text may be kept as another: what takes whatever stands in angle brackets for HTML makes this of it. */
function keptAs(sent: unknown, stored: unknown): Match {
  if (typeof sent !== 'string' || typeof stored !== 'string') return 'no';
  const bare = (value: string) => squeezed(decoded(value.replace(BRACKETS, ' ')));
  const [one, other] = [bare(sent), bare(stored)];
  if (one !== other) return 'no';
  return one === '' ? '?' : 'yes';
}

/** Without the zero in brackets that is not dialled after a country code. */
const digits = (value: unknown) =>
  String(value ?? '')
    .replace(/^(\s*\+[\d\s]{1,8})\(0\)/, '$1')
    .replace(/\D/g, '');
const sorted = (values: unknown) =>
  [values ?? []]
    .flat()
    .map((value) => text(value).toLowerCase())
    .sort()
    .join('\n');

/** `YYYY-MM-DD` of any of the documented spellings, and of what the API makes of them. */
function day(value: unknown): string {
  const [a = '', b = '', c = ''] = String(value ?? '')
    .slice(0, 10)
    .split(/[-/._]/);
  return a.length === 4 ? `${a}-${b}-${c}` : `${c}-${a}-${b}`;
}

function customFields(sent: unknown, stored: unknown): Match {
  const kept = new Map(((stored ?? []) as Json[]).map((field) => [field?.id, field?.value]));
  const answers = (sent as Json[]).map((field): Match => {
    if (field.id === undefined) return '?';
    // One that is unknown, or whose value does not fit its type, is left out.
    return lenient(sorted(field.value ?? field.field_value) === sorted(kept.get(field.id)));
  });
  return answers.includes('?') ? '?' : 'yes';
}

/** Fields that are not simply stored as text. */
const COMPARE: Readonly<Record<string, (sent: unknown, stored: unknown, all: Json) => Match>> = {
  email: (sent, stored) => is(text(sent).toLowerCase() === text(stored).toLowerCase()),
  phone: (sent, stored) => lenient(digits(stored).endsWith(digits(sent).replace(/^0+/, '')) && digits(sent) !== ''),
  tags: (sent, stored) => is([...new Set(sorted(sent).split('\n'))].join('\n') === sorted(stored)),
  customFields,
  dateOfBirth: (sent, stored) => is(day(sent) === day(stored)),
  dueDate: (sent, stored) => is(Date.parse(String(sent)) === Date.parse(String(stored))),
  completed: (sent, stored) => is(sent === (stored ?? false)),
  pinned: (sent, stored) => is(sent === (stored ?? false)),
  dnd: (sent, stored) => is(sent === (stored ?? false)),
  name: (sent, _, { firstName, lastName }) =>
    lenient(text(sent).toLowerCase() === text(`${firstName ?? ''} ${lastName ?? ''}`).toLowerCase()),
  dndSettings: () => '?',
  inboundDndSettings: () => '?',
  companyName: (sent, stored) => lenient(text(sent) === text(stored)),
  gender: (sent, stored) => lenient(text(sent) === text(stored)),
};

const isCleared = (value: unknown) => value === undefined || value === null || value === '';

/** Whether a stored thing holds a value in one of its fields; null stands for nothing. */
export function matchField(name: string, sent: unknown, stored: Json): Match {
  if (sent === null) return is(isCleared(stored[name]));
  return COMPARE[name]?.(sent, stored[name], stored) ?? is(text(sent) === text(stored[name]));
}

/** Digits at the end of a phone that are the same in every spelling of it; a trunk prefix stands before them. */
const SUBSCRIBER_DIGITS = 7;
const ONLY_DIGITS = /^\s*\+[\d\s().-]*$/;

/** Whether a stored phone may be the one that was sent. Only a number with its country and no extension can be told apart. */
function mayBePhone(sent: unknown, stored: unknown): boolean {
  const end = (value: unknown) => digits(value).slice(-SUBSCRIBER_DIGITS);
  return !ONLY_DIGITS.test(String(sent)) || end(sent) === end(stored);
}

const FURTHER = { email: 'additionalEmails', phone: 'additionalPhones' } as const;

/** A contact's primary email or phone and its further ones, which are texts or objects that hold one. */
const allOf = (contact: Json, key: 'email' | 'phone'): unknown[] =>
  [contact[key], contact[FURTHER[key]]]
    .flat()
    .flatMap((each) => (each as Json | null | undefined)?.[key] ?? each ?? []);

const mayBe = (key: 'email' | 'phone', sent: unknown) => (stored: unknown) =>
  typeof stored !== 'string' ||
  (key === 'phone' ? mayBePhone(sent, stored) : matchField('email', sent, { email: stored }) === 'yes');

/** Whether a contact can be the one that was sent: some email or phone agrees, or none can be compared. */
export function hasReach(contact: Json, { email, phone }: Json): boolean {
  const emails = email ? allOf(contact, 'email') : [];
  const phones = phone ? allOf(contact, 'phone') : [];
  if (emails.length + phones.length === 0) return true;
  return emails.some(mayBe('email', email)) || phones.some(mayBe('phone', phone));
}

/** Whether a contact, read with its further emails or phones, has this one nowhere, where one is given. */
export const lacks = (contact: Json, key: 'email' | 'phone', value: unknown): boolean =>
  value !== undefined && Array.isArray(contact[FURTHER[key]]) && !allOf(contact, key).some(mayBe(key, value));

/** Equal for what HighLevel may keep in place of a tag or an id. */
const folded = (value: unknown): string => stripHiddenCharacters(text(value)).normalize('NFKC').toLowerCase();
const asList = (values: unknown): string[] => (Array.isArray(values) ? [...new Set(values.map(folded))] : []);

/** How many of the tags or followers that were sent a contact has, or lacks, as wanted. */
export function listed(
  key: 'tags' | 'followers',
  wanted: boolean,
  stored: Json,
  sent: Json,
): { right: number; of: number } {
  const present = new Set(asList(stored[key]));
  const asked = asList(sent[key]);
  return { right: asked.filter((value) => present.has(value) === wanted).length, of: asked.length };
}

/** Whether a list of a contact (tags, followers) has, or lacks, all that was sent. */
export const lists =
  (key: 'tags' | 'followers', wanted: boolean) =>
  (stored: Json, sent: Json): boolean => {
    const { right, of } = listed(key, wanted, stored, sent);
    return right === of;
  };

/** Whether a stored thing holds every field that was sent. */
export function matchFields(sent: Json, stored: Json): Match {
  const { clear, ...fields } = sent;
  const all = { ...fields, ...Object.fromEntries(((clear as string[] | undefined) ?? []).map((name) => [name, null])) };
  const answers = Object.entries(all).map(([name, value]) => {
    const answer = matchField(name, value, stored);
    return answer === 'no' && !Object.hasOwn(COMPARE, name) ? keptAs(value, stored[name]) : answer;
  });
  if (answers.includes('no')) return 'no';
  return answers.includes('?') ? '?' : 'yes';
}
