import { isRecord } from '../../lib/json.ts';
import { nearest } from '../../lib/nearest.ts';
import { quoteForMessage } from '../../lib/text.ts';
import type { NamedRow } from './lookup-cache.ts';
import { CUSTOM_FIELDS } from './references.ts';

/** How the search index compares the values of a field. */
export type FieldType =
  /** The whole text in its case: ids. */
  | 'id'
  /** Text without regard to case. */
  | 'text'
  /** Text that the index has in lower case only, and compares with lower case only. */
  | 'lowerCase'
  /** E.164. */
  | 'phone'
  | 'boolean'
  | 'number'
  | 'time'
  /** A day of the calendar, the same in every zone. */
  | 'day'
  /** An object, or a list of them: only known to exist or not. */
  | 'object';

export interface SearchField {
  readonly type: FieldType;
  readonly operators: readonly string[];
  /** Operators that the index lacks. This server compares the rows itself, at the top level of the filters only. */
  readonly comparedHere?: readonly string[];
  /** Where `rowOf.contact` has the value: a key, or a path of keys. Undefined where no answer has it. */
  readonly path?: string;
  /** True if a filter may hold a list of values. */
  readonly takesList?: true;
  /** True if the index sorts by the field. */
  readonly sorts?: true;
}

const EQUAL = ['eq', 'not_eq'];
const CONTAINS = ['contains', 'not_contains'];
const EXISTS = ['exists', 'not_exists'];
const EXACT = [...EQUAL, ...EXISTS];
/** `wildcard` is used by public code and in no official table. */
const ALL_TEXT = [...EQUAL, ...CONTAINS, 'wildcard', ...EXISTS];
const RANGE = ['range', ...EXISTS];
/** Operators that take a value. */
export const WITH_VALUE = [...EQUAL, ...CONTAINS, 'contains_set', 'wildcard', 'range'];

const exact = (type: FieldType, path?: string): SearchField => ({ type, operators: EXACT, ...(path ? { path } : {}) });
const text = (path: string): SearchField => ({ type: 'text', operators: ALL_TEXT, path });
const time = (path?: string): SearchField => ({ type: 'time', operators: RANGE, ...(path ? { path } : {}) });
const status = (path: string): SearchField => ({ type: 'text', operators: EQUAL, path });

/**
 * The fields of the search index, by the names that it has for them. The official table of 2025, and what recordings of
 * 2026 and public code show it to accept besides: operators of tags, state, source and type, and the last nine fields.
 */
export const SEARCH_FIELDS: Readonly<Record<string, SearchField>> = {
  id: { type: 'id', operators: EQUAL, path: 'id' },
  contactName: exact('text', 'contactName'),
  firstNameLowerCase: { ...text('firstName'), type: 'lowerCase', sorts: true },
  lastNameLowerCase: { ...text('lastName'), type: 'lowerCase', sorts: true },
  email: { ...exact('text', 'email'), comparedHere: CONTAINS, sorts: true },
  phone: { ...text('phone'), type: 'phone' },
  address: text('address1'),
  city: text('city'),
  state: text('state'),
  postalCode: text('postalCode'),
  country: exact('text', 'country'),
  companyName: text('companyName'),
  businessName: { ...text('businessName'), sorts: true },
  source: { ...text('source'), sorts: true },
  type: exact('text', 'type'),
  assignedTo: exact('id', 'assignedTo'),
  followers: exact('id', 'followers'),
  tags: { type: 'lowerCase', operators: [...ALL_TEXT, 'contains_set'], path: 'tags', takesList: true },
  dnd: { ...exact('boolean', 'dnd'), sorts: true },
  dateAdded: { ...time('dateAdded'), sorts: true },
  dateUpdated: { ...time('dateUpdated'), sorts: true },
  lastActivity: { ...time('lastActivity'), operators: [...EQUAL, 'range'] },
  dateOfBirth: { ...time('dateOfBirth'), type: 'day' },
  isValidWhatsapp: exact('boolean'),
  lastEmailClickedDate: time(),
  lastEmailOpenedDate: time(),
  'dndSettings.Email.status': status('dndSettings.Email.status'),
  'dndSettings.SMS.status': status('dndSettings.SMS.status'),
  'dndSettings.Call.status': status('dndSettings.Call.status'),
  'inboundDndSettings.all.status': status('inboundDndSettings.all.status'),
  website: exact('text', 'website'),
  timezone: exact('text', 'timezone'),
  validEmail: exact('boolean', 'validEmail'),
  lastAppointment: time(),
  activeWorkflows: exact('id'),
  finishedWorkflows: exact('id'),
  opportunities: { type: 'object', operators: ['nested'], path: 'opportunities' },
};

/** Names that people and answers use for fields of the index. */
const ALIASES: Readonly<Record<string, string>> = {
  firstName: 'firstNameLowerCase',
  lastName: 'lastNameLowerCase',
  address1: 'address',
  name: 'contactName',
};

/** The name that the index has for a field. */
export const indexField = (name: string): string => (Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? name) : name);

const NUMBER: SearchField = { type: 'number', operators: [...EQUAL, ...RANGE] };
const OBJECT: SearchField = { type: 'object', operators: EXISTS };
/** Custom fields by `dataType`; those of any other type hold text. */
const CUSTOM_TYPES: Readonly<Record<string, SearchField>> = {
  NUMERICAL: NUMBER,
  MONETORY: NUMBER,
  DATE: { ...NUMBER, type: 'day' },
  TEXTBOX_LIST: OBJECT,
  FILE_UPLOAD: OBJECT,
};
const CUSTOM_TEXT: SearchField = { type: 'text', operators: ALL_TEXT };
/** A box of a TEXTBOX_LIST field, as two public descriptions of search have it. */
const CUSTOM_PART: SearchField = { type: 'text', operators: [...EQUAL, ...CONTAINS, ...EXISTS] };
/** A custom field whose definition is not known may be of any type. */
const CUSTOM_UNKNOWN: SearchField = { type: 'text', operators: [...ALL_TEXT, 'range'] };

export const isCustomField = (field: unknown): field is string =>
  typeof field === 'string' && field.startsWith(CUSTOM_FIELDS);

/** A custom field, or a box of a TEXTBOX_LIST field. */
export interface CustomFieldPath {
  readonly id: string;
  /** The id of the box. */
  readonly part?: string | undefined;
}

/** What `customFields.id` or `customFields.id.box` names. */
export function customFieldIn(name: string): CustomFieldPath {
  const [id = '', part] = name.slice(CUSTOM_FIELDS.length).split('.');
  return { id, part };
}

/** Of the value of a custom field that of one box, if one is named. */
export const partOf = (value: unknown, part: string | undefined): unknown =>
  part === undefined ? value : isRecord(value) ? value[part] : undefined;

/**
 * What search can do with a field: one of the index (`firstName` and `firstNameLowerCase` are the same), or
 * `customFields.` and an id, with the id of a box behind it. Undefined for an unknown field.
 */
export function searchField(name: string, definitions: readonly NamedRow[] = []): SearchField | undefined {
  const key = indexField(name);
  if (!isCustomField(key)) return Object.hasOwn(SEARCH_FIELDS, key) ? SEARCH_FIELDS[key] : undefined;
  const { id, part } = customFieldIn(key);
  const dataType = definitions.find((definition) => definition.id === id)?.dataType;
  if (typeof dataType !== 'string') return CUSTOM_UNKNOWN;
  if (part !== undefined) return CUSTOM_PART;
  return Object.hasOwn(CUSTOM_TYPES, dataType) ? CUSTOM_TYPES[dataType] : CUSTOM_TEXT;
}

/** Fields by the names that messages give: `firstName`, not `firstNameLowerCase`. */
export const FIELD_NAMES: readonly string[] = Object.keys(SEARCH_FIELDS).map((name) => name.replace(/LowerCase$/, ''));

/** Why search cannot take a field, with the nearest ones that it takes. */
export function unknownField(name: string): string {
  const near = nearest(name, FIELD_NAMES, Math.max(2, Math.floor(name.length / 3)));
  return `has the unknown field ${quoteForMessage(name)}${near ? `, did you mean ${near}?` : '.'} Fields: ${FIELD_NAMES.join(', ')}, and customFields. with the name of a custom field`;
}

/** Why contacts cannot be sorted by a field, also not by this server; undefined if they can. */
export function sortProblem(name: string): string | undefined {
  const field = searchField(name);
  if (!field) return unknownField(name);
  if (isCustomField(name) || field.sorts) return undefined;
  const hasOrder = field.type !== 'id' && field.type !== 'object' && field.path && !field.path.includes('.');
  return hasOrder ? undefined : `names ${quoteForMessage(name)}, by which contacts cannot be sorted`;
}

/** Why search cannot compare a field in this way, and how it can; undefined if it can. */
export function operatorProblem(
  name: string,
  operator: string,
  level: 'top' | 'group',
  definitions?: readonly NamedRow[],
): string | undefined {
  const field = searchField(name, definitions);
  if (!field) return unknownField(name);
  const { operators, comparedHere = [] } = field;
  if (operators.includes(operator)) return undefined;
  if (comparedHere.includes(operator))
    return level === 'top' ? undefined : `has ${name} with ${operator}, which works outside of groups only`;
  return `has ${quoteForMessage(name)} with the operator ${quoteForMessage(operator)}; it takes ${[...operators, ...comparedHere].join(', ')}`;
}
