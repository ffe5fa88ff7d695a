import { type Contact, fullName } from '../contact.ts';
import type { Call } from '../route.ts';

export type Operator =
  | 'eq'
  | 'not_eq'
  | 'contains'
  | 'not_contains'
  | 'contains_set'
  | 'wildcard'
  | 'exists'
  | 'not_exists'
  | 'range'
  | 'nested';

/** The operators that a search field accepts, and its values in a contact. */
export interface SearchField {
  readonly operators: ReadonlySet<Operator>;
  values(contact: Contact, call: Call): readonly unknown[];
  /** For ids, tags, phones and fields that are stored in lower case. */
  readonly caseSensitive?: boolean;
  /** Whether a filter may have a list of values. */
  readonly acceptsList?: boolean;
}

const OPERATORS = {
  equal: ['eq', 'not_eq'],
  // `wildcard` is undocumented but public code uses it.
  contains: ['contains', 'not_contains', 'wildcard'],
  exists: ['exists', 'not_exists'],
  set: ['contains_set'],
  range: ['range'],
  nested: ['nested'],
} as const satisfies Record<string, readonly Operator[]>;

type OperatorGroup = keyof typeof OPERATORS;
const operatorsIn = (...groups: OperatorGroup[]): ReadonlySet<Operator> =>
  new Set(groups.flatMap((group) => OPERATORS[group]));
const ALL_TEXT = operatorsIn('equal', 'contains', 'exists');
const EXACT = operatorsIn('equal', 'exists');
const DATE = operatorsIn('exists', 'range');

type ReadValue = (contact: Contact, call: Call) => unknown;
const field = (operators: ReadonlySet<Operator>, read: ReadValue, caseSensitive = false): SearchField => ({
  operators,
  caseSensitive,
  values(contact, call) {
    const value = read(contact, call);
    if (value === undefined || value === '') return [];
    return Array.isArray(value) ? value : [value];
  },
});

const dndStatus = (channel: string) =>
  field(operatorsIn('equal'), (contact) => contact.dndSettings?.[channel]?.status ?? 'inactive');

export const businessName = (contact: Contact, call: Call): string | undefined =>
  call.records.businesses.find(({ id }) => id === contact.businessId)?.name;

/** The official table. `firstName` and `lastName` are announced but not available yet, so they are unknown. */
const FIELDS: Readonly<Record<string, SearchField>> = {
  id: field(operatorsIn('equal'), ({ id }) => id, true),
  contactName: field(EXACT, fullName),
  firstNameLowerCase: field(ALL_TEXT, ({ firstName }) => firstName?.toLowerCase(), true),
  lastNameLowerCase: field(ALL_TEXT, ({ lastName }) => lastName?.toLowerCase(), true),
  email: field(EXACT, ({ email }) => email),
  phone: field(ALL_TEXT, ({ phone }) => phone, true),
  address: field(ALL_TEXT, ({ address1 }) => address1),
  city: field(ALL_TEXT, ({ city }) => city),
  postalCode: field(ALL_TEXT, ({ postalCode }) => postalCode),
  companyName: field(ALL_TEXT, ({ companyName }) => companyName),
  businessName: field(ALL_TEXT, businessName),
  state: field(EXACT, ({ state }) => state),
  country: field(EXACT, ({ country }) => country),
  source: field(EXACT, ({ source }) => source),
  assignedTo: field(EXACT, ({ assignedTo }) => assignedTo, true),
  followers: field(EXACT, ({ followers }) => followers, true),
  dnd: field(EXACT, ({ dnd = false }) => dnd),
  isValidWhatsapp: field(EXACT, () => undefined),
  tags: field(EXACT, ({ tags }) => tags, true),
  dateAdded: field(DATE, ({ dateAdded }) => dateAdded),
  dateUpdated: field(DATE, ({ dateUpdated }) => dateUpdated),
  lastEmailClickedDate: field(DATE, (contact) => contact.lastEmailClickedDate),
  lastEmailOpenedDate: field(DATE, (contact) => contact.lastEmailOpenedDate),
  'dndSettings.Email.status': dndStatus('Email'),
  'dndSettings.SMS.status': dndStatus('SMS'),
  'dndSettings.Call.status': dndStatus('Call'),
  'inboundDndSettings.all.status': field(operatorsIn('equal'), (contact) => contact.inboundDndSettings?.all.status),
  type: field(operatorsIn('equal'), ({ type }) => type),
  lastActivity: field(operatorsIn('equal', 'range'), ({ lastActivity }) => lastActivity),
};

const latestAppointment = (contact: Contact, { store }: Call) => {
  const starts = store.appointments
    .forContact(contact.id)
    .flatMap(({ deleted, startTime }) => (deleted ? [] : [startTime]));
  return starts.length > 0 ? Math.max(...starts) : undefined;
};

/** Used by several projects, or listed by one set of recordings; not in the official table. */
const RECORDED: Readonly<Record<string, SearchField>> = {
  tags: { ...field(operatorsIn('equal', 'contains', 'set', 'exists'), ({ tags }) => tags, true), acceptsList: true },
  website: field(EXACT, ({ website }) => website),
  timezone: field(EXACT, ({ timezone }) => timezone),
  type: field(EXACT, ({ type }) => type),
  state: field(ALL_TEXT, ({ state }) => state),
  source: field(ALL_TEXT, ({ source }) => source),
  dateOfBirth: field(DATE, ({ dateOfBirth }) => dateOfBirth),
  validEmail: field(EXACT, () => undefined),
  lastAppointment: field(DATE, latestAppointment),
  activeWorkflows: field(EXACT, ({ id }, { store }) => [...(store.workflows.get(id) ?? [])], true),
  // No route says that a workflow has ended.
  finishedWorkflows: field(EXACT, () => undefined, true),
  opportunities: field(operatorsIn('nested'), ({ opportunities }) => opportunities ?? []),
};

const PHONE_WITH_DEFECT = field(
  ALL_TEXT,
  (contact) => (contact.additionalEmails.length ? undefined : contact.phone),
  true,
);

const CUSTOM_FIELD_OPERATORS: Readonly<Record<string, ReadonlySet<Operator>>> = {
  NUMERICAL: operatorsIn('equal', 'exists', 'range'),
  MONETORY: operatorsIn('equal', 'exists', 'range'),
  DATE: operatorsIn('equal', 'exists', 'range'),
  TEXTBOX_LIST: operatorsIn('exists'),
  FILE_UPLOAD: operatorsIn('exists'),
};

const BOX: ReadonlySet<Operator> = new Set(['eq', 'not_eq', 'contains', 'not_contains', 'exists', 'not_exists']);

export function searchField(name: string, call: Call): SearchField | 'unknown custom field' | undefined {
  if (name.startsWith('customFields.')) return customField(name.slice('customFields.'.length), call);
  if (name === 'phone' && call.switches.phoneFilterMissesAdditionalEmails) return PHONE_WITH_DEFECT;
  if (call.switches.searchFields === 'recorded' && Object.hasOwn(RECORDED, name)) return RECORDED[name];
  return Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
}

/** Custom fields are searched by id, boxes of text lists by id behind it; a name is not an error and finds nothing. */
function customField(name: string, call: Call): SearchField | 'unknown custom field' {
  const [id, box] = name.split('.');
  const definition = call.records.customFields.find((customField) => customField.id === id);
  if (!definition) return 'unknown custom field';
  const operators = CUSTOM_FIELD_OPERATORS[definition.dataType] ?? ALL_TEXT;
  const stored = ({ customFields }: Contact) => customFields.find((item) => item.id === id)?.value;
  if (box === undefined) return field(operators, stored);
  if (definition.dataType !== 'TEXTBOX_LIST' || call.switches.searchFields !== 'recorded')
    return 'unknown custom field';
  return field(BOX, (contact) => new Map(Object.entries(stored(contact) ?? {})).get(box));
}
