import { isEmpty, type Json, listIn, recordsOf } from '../../lib/json.ts';
import { normalizeText, withoutBrackets } from '../../lib/markup.ts';
import { stripHiddenCharacters } from '../../lib/text.ts';
import { epochMs, toDay } from '../../lib/time.ts';

/** Whether a stored value is what was sent; `unknown` where HighLevel is known to store it in an incomparable form. */
export type Match = 'match' | 'mismatch' | 'unknown';

const strict = (equal: boolean): Match => (equal ? 'match' : 'mismatch');
/** For what HighLevel may store in another form, or leave out silently: a difference proves nothing. */
const lenient = (equal: boolean): Match => (equal ? 'match' : 'unknown');
/** One mismatch decides, then one unknown. */
const combine = (matches: readonly Match[]): Match =>
  matches.includes('mismatch') ? 'mismatch' : matches.includes('unknown') ? 'unknown' : 'match';

const lower = (value: unknown): string => normalizeText(value).toLowerCase();
const isSameIgnoringCase = (a: unknown, b: unknown): boolean => lower(a) === lower(b);

/** The digits of a phone, without the `(0)` that is not dialled after a country code. */
export const phoneDigits = (value: unknown): string =>
  String(value ?? '')
    .replace(/^(\s*\+[\d\s]{1,8})\(0\)/, '$1')
    .replace(/\D/g, '');

const sortedLower = (values: unknown): string[] => [values ?? []].flat().map(lower).sort();
const isSameSet = (sent: unknown, stored: unknown): boolean =>
  [...new Set(sortedLower(sent))].join('\n') === sortedLower(stored).join('\n');
const isSameList = (sent: unknown, stored: unknown): boolean =>
  sortedLower(sent).join('\n') === sortedLower(stored).join('\n');

/** HighLevel leaves out a custom field that is unknown or whose value does not fit its type. */
function matchCustomFields(sent: unknown, stored: unknown): Match {
  const storedValues = new Map(recordsOf(stored).map(({ id, value }) => [id, value]));
  return combine(
    recordsOf(sent).map(({ id, value, field_value }) =>
      lenient(id !== undefined && isSameList(value ?? field_value, storedValues.get(id))),
    ),
  );
}

const matchFlag = (sent: unknown, stored: unknown): Match => strict(sent === (stored ?? false));
const matchOptionalText = (sent: unknown, stored: unknown): Match =>
  lenient(normalizeText(sent) === normalizeText(stored));

/** Fields that are not simply stored as text. */
const COMPARE: Readonly<Record<string, (sent: unknown, stored: unknown, record: Json) => Match>> = {
  email: (sent, stored) => strict(isSameIgnoringCase(sent, stored)),
  phone: (sent, stored) =>
    lenient(phoneDigits(stored).endsWith(phoneDigits(sent).replace(/^0+/, '')) && phoneDigits(sent) !== ''),
  tags: (sent, stored) => strict(isSameSet(sent, stored)),
  customFields: matchCustomFields,
  dateOfBirth: (sent, stored) => strict(toDay(sent) === toDay(stored)),
  dueDate: (sent, stored) => strict(epochMs(sent) === epochMs(stored)),
  completed: matchFlag,
  pinned: matchFlag,
  dnd: matchFlag,
  name: (sent, _, { firstName, lastName }) => lenient(isSameIgnoringCase(sent, `${firstName ?? ''} ${lastName ?? ''}`)),
  dndSettings: () => 'unknown',
  inboundDndSettings: () => 'unknown',
  companyName: matchOptionalText,
  gender: matchOptionalText,
};

/** Compares one field that was sent with a stored record; null means cleared. */
export function matchField(name: string, sent: unknown, stored: Json): Match {
  if (sent === null) return strict(isEmpty(stored[name]));
  return COMPARE[name]?.(sent, stored[name], stored) ?? strict(normalizeText(sent) === normalizeText(stored[name]));
}

/** Whether a stored text may be what a parser makes of the text sent if it takes all angle brackets for HTML. */
function matchWithoutBrackets(sent: unknown, stored: unknown): Match {
  if (typeof sent !== 'string' || typeof stored !== 'string') return 'mismatch';
  const rest = withoutBrackets(sent);
  if (rest !== withoutBrackets(stored)) return 'mismatch';
  return rest === '' ? 'unknown' : 'match';
}

/** Whether a stored record has every field that was sent. */
export const matchFields = (sent: Json, stored: Json): Match =>
  combine(
    Object.entries(sent).map(([name, value]) => {
      const match = matchField(name, value, stored);
      return match === 'mismatch' && !Object.hasOwn(COMPARE, name) ? matchWithoutBrackets(value, stored[name]) : match;
    }),
  );

/** Equal for what HighLevel may store in place of a tag or an id. */
const foldItem = (value: unknown): string =>
  stripHiddenCharacters(normalizeText(value)).normalize('NFKC').toLowerCase();
const foldedItems = (record: Json, key: string): Set<string> => new Set(listIn(record, key).map(foldItem));

type ListKey = 'tags' | 'followers';

/** How many of the tags or followers that were sent a contact has (`present`) or lacks. */
export function countListed(key: ListKey, present: boolean, stored: Json, sent: Json): { right: number; of: number } {
  const storedItems = foldedItems(stored, key);
  const sentItems = [...foldedItems(sent, key)];
  return { right: sentItems.filter((item) => storedItems.has(item) === present).length, of: sentItems.length };
}

/** Whether a contact has (`present`), or lacks, all the tags or followers that were sent. */
export const listMatches =
  (key: ListKey, present: boolean) =>
  (stored: Json, sent: Json): boolean => {
    const { right, of } = countListed(key, present, stored, sent);
    return right === of;
  };
