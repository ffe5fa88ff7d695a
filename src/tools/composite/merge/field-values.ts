import { phoneDigits } from '../../../api/write/compare.ts';
import { foldText } from '../../../lib/fold.ts';
import { isBlank, isRecord, type Json, listIn, recordsOf } from '../../../lib/json.ts';
import { toDay } from '../../../lib/time.ts';
import { CUSTOM_FIELDS } from '../../core/references.ts';
import { customFieldValue, sameValue } from '../custom-field-values.ts';

/** A field of a contact, standard or custom, with both values and how it is written. */
export interface MergeField {
  /** As `prefer` names it: `city`, `customFields.<id>`. */
  readonly name: string;
  /** Id of a custom field. */
  readonly customId?: string;
  readonly kept: unknown;
  readonly removed: unknown;
  readonly isSame: boolean;
  /** False for a value that no request can set. */
  readonly isWritable: boolean;
}

/** Fields that `update_contact` sets. */
// biome-ignore format: a list
const WRITABLE = [
  'firstName', 'lastName', 'email', 'phone', 'companyName', 'address1', 'city', 'state', 'postalCode', 'country', 'website',
  'timezone', 'source', 'dateOfBirth', 'assignedTo',
];
/** The link to a business has its own request. */
export const BUSINESS = 'businessId';
/** Fields that HighLevel takes only when a contact is created, or never. */
const READ_ONLY = ['gender', 'type'];

/** Fields that no two contacts may share. */
export const IDENTIFIERS = ['email', 'phone'] as const;

/** Types of custom fields whose values no request can set. */
const UNWRITABLE_TYPES: readonly unknown[] = ['FILE_UPLOAD', 'SIGNATURE'];

const folded = (value: unknown): string => foldText(`${value}`);

const SAME: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  phone: (a, b) => phoneDigits(a) === phoneDigits(b),
  dateOfBirth: (a, b) => toDay(a) === toDay(b),
};
export const sameField = (name: string, a: unknown, b: unknown): boolean =>
  (SAME[name] ?? ((one, other) => folded(one) === folded(other)))(a, b);

/** The fields in which the contact to be removed has a value. `types`: `dataType` of custom fields by id. */
export function mergeFields(kept: Json, removed: Json, types: ReadonlyMap<string, unknown>): MergeField[] {
  const standard = [...WRITABLE, BUSINESS, ...READ_ONLY].map((name): MergeField => {
    const [a, b] = [kept[name], removed[name]];
    return {
      name,
      kept: a,
      removed: b,
      isSame: !isBlank(a) && sameField(name, a, b),
      isWritable: !READ_ONLY.includes(name),
    };
  });
  const custom = recordsOf(removed.customFields).flatMap(({ id, value }): MergeField[] => {
    if (typeof id !== 'string') return [];
    const type = types.get(id);
    const own = customFieldValue(kept, id);
    return [
      {
        name: `${CUSTOM_FIELDS}${id}`,
        customId: id,
        kept: own,
        removed: value,
        isSame: sameValue(value, own, type),
        isWritable: !UNWRITABLE_TYPES.includes(type) && !isFile(value),
      },
    ];
  });
  return [...standard, ...custom].filter((field) => !isBlank(field.removed));
}

/** The value of a file field: files by their id. */
const isFile = (value: unknown): boolean =>
  isRecord(value) && Object.values(value).some((file) => isRecord(file) && 'url' in file);

/** Names of fields that `prefer` may hold; custom fields are `customFields.<id>`. */
export const PREFERABLE: readonly string[] = [...WRITABLE, BUSINESS];

/** Emails or phones besides the main one, which answers give as texts or objects. */
const additional = (contact: Json, key: 'email' | 'phone'): string[] =>
  listIn(contact, key === 'email' ? 'additionalEmails' : 'additionalPhones')
    .map((item) => (isRecord(item) ? item[key] : item))
    .filter((item) => typeof item === 'string');

/**
 * Those of the contact to be removed that the kept one has neither as its main one, now or before the merge, nor as
 * another.
 */
export const lostAdditional = (kept: Json, keptBefore: Json, removed: Json, key: 'email' | 'phone'): string[] => {
  const known = [kept[key], keptBefore[key], ...additional(kept, key)].filter((value) => !isBlank(value));
  return additional(removed, key).filter((value) => !known.some((other) => sameField(key, other, value)));
};

/** Whether a contact has this value as an additional email or phone. */
export const hasAsAdditional = (contact: Json, name: string, value: unknown): boolean =>
  IDENTIFIERS.some((key) => key === name && additional(contact, key).some((other) => sameField(key, other, value)));
