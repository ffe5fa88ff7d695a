import { fullName } from '../../api/contact-fields.ts';
import { isEmpty, isRecord, type Json, recordsOf, rowsIn, textIn } from '../../lib/json.ts';
import { customFieldIn, isCustomField, partOf, type SearchField, searchField } from '../core/search-fields.ts';

/** Whether a contact matches; undefined where only HighLevel can tell. */
export type Match = boolean | undefined;

/** A contact in the form of `rowOf.contact`. Of a whole one an absent field is empty, of another one it is not known. */
export interface Candidate {
  readonly contact: Json;
  readonly isWhole: boolean;
}

/** HighLevel changes them on its own after a write. */
const SET_BY_HIGHLEVEL = new Set(['lastActivity', 'validEmail']);

/** Whether all filters hold, in the form in which the API takes them. */
export const matchesFilters = (filters: unknown, candidate: Candidate): Match =>
  all(recordsOf(filters).map((filter) => matchesFilter(filter, candidate)));

function matchesFilter({ group, filters, value, ...filter }: Json, candidate: Candidate): Match {
  if (group === 'AND') return matchesFilters(filters, candidate);
  if (group === 'OR') return any(recordsOf(filters).map((filter) => matchesFilter(filter, candidate)));
  const [field, operator] = [textIn(filter, 'field') ?? '', textIn(filter, 'operator') ?? ''];
  const found = searchField(field);
  if (!found?.operators.includes(operator)) return undefined;
  const values = valuesOf(field, found, candidate);
  return values && compare(operator, found, values, value);
}

const not = (match: Match): Match => (match === undefined ? undefined : !match);
const all = (matches: readonly Match[]): Match =>
  matches.includes(false) ? false : matches.includes(undefined) ? undefined : true;
const any = (matches: readonly Match[]): Match => not(all(matches.map(not)));

/** The values of a field; undefined where they are not known. */
function valuesOf(name: string, { path }: SearchField, candidate: Candidate): readonly unknown[] | undefined {
  const { contact, isWhole } = candidate;
  // A contact that was written has been updated, also where the time is not known.
  if (SET_BY_HIGHLEVEL.has(name) || (name === 'dateUpdated' && contact.dateUpdated === undefined)) return undefined;
  if (name === 'contactName') return listOf(fullName(contact));
  if (name === 'dnd') return [contact.dnd ?? false];
  if (name === 'businessName' && contact.businessName === undefined)
    return isEmpty(contact.businessId) && (isWhole || 'businessId' in contact) ? [] : undefined;
  const isCustom = isCustomField(name);
  const keys = (isCustom ? 'customFields' : path)?.split('.');
  const [key] = keys ?? [];
  if (!keys || key === undefined || !(isWhole || key in contact)) return undefined;
  if (isCustom) {
    const { id, part } = customFieldIn(name);
    return listOf(partOf(rowsIn(contact, key).find((field) => field.id === id)?.value, part));
  }
  const value = keys.reduce<unknown>((inner, each) => (isRecord(inner) ? inner[each] : undefined), contact);
  // A channel without a setting is not blocked.
  return listOf(key === 'dndSettings' ? (value ?? 'inactive') : value);
}

const listOf = (value: unknown): readonly unknown[] => (isEmpty(value) ? [] : Array.isArray(value) ? value : [value]);

function compare(operator: string, field: SearchField, values: readonly unknown[], given: unknown): Match {
  const wanted = field.takesList && Array.isArray(given) ? given : [given];
  const equals = (one: unknown): Match =>
    values.some(isRecord) ? undefined : values.some((stored) => fold(field, stored) === foldGiven(field, one));
  const contains = (one: unknown): Match =>
    values.some((stored) => fold(field, stored).includes(foldGiven(field, one)));
  switch (operator) {
    case 'exists':
      return values.length > 0;
    case 'not_exists':
      return values.length === 0;
    case 'eq':
      return any(wanted.map(equals));
    case 'not_eq':
      return not(any(wanted.map(equals)));
    case 'contains':
      return any(wanted.map(contains));
    case 'not_contains':
      return not(any(wanted.map(contains)));
    case 'contains_set':
      return all(wanted.map(equals));
    case 'range':
      return any(values.map((stored) => isInRange(stored, given)));
    default:
      return undefined;
  }
}

/** A stored value as the index compares it. */
function fold({ type }: Pick<SearchField, 'type'>, value: unknown): string {
  const text = String(value);
  return type === 'id' || type === 'phone' ? text : text.toLowerCase();
}

/** Names and tags are compared with what is sent, which is lower case already. */
const foldGiven = ({ type }: SearchField, value: unknown): string =>
  fold({ type: type === 'lowerCase' ? 'id' : type }, value);

const IS_WITHIN: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  gte: (value, bound) => value >= bound,
  gt: (value, bound) => value > bound,
  lte: (value, bound) => value <= bound,
  lt: (value, bound) => value < bound,
};

function isInRange(stored: unknown, given: unknown): Match {
  if (!isRecord(given)) return undefined;
  return all(
    Object.entries(given).map(([key, bound]) => {
      const [value, limit] = [toNumber(stored), toNumber(bound)];
      return Number.isNaN(value) || Number.isNaN(limit) ? undefined : IS_WITHIN[key]?.(value, limit);
    }),
  );
}

/** A number, or the epoch ms of a time. */
const toNumber = (value: unknown): number =>
  typeof value === 'string' && Number.isNaN(Number(value)) ? Date.parse(value) : Number(value);

/** Whether the free text of a search or list is in the texts by which HighLevel finds a contact. */
export function matchesQuery(query: unknown, { contact, isWhole }: Candidate): Match {
  if (typeof query !== 'string' || query === '') return true;
  const { email, additionalEmails, phone, companyName, tags } = contact;
  const texts = [fullName(contact), email, textsOf(additionalEmails), phone, companyName, textsOf(tags)].flat();
  const found = texts.filter(Boolean).join('\n').toLowerCase().includes(query.toLowerCase());
  const isComplete =
    isWhole || ['firstName', 'lastName', 'email', 'phone', 'companyName', 'tags'].every((key) => key in contact);
  return found || (isComplete ? false : undefined);
}

const textsOf = (values: unknown): unknown[] =>
  [values ?? []].flat().map((value) => (isRecord(value) ? value.email : value));
