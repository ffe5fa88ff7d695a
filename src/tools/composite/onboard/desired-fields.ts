import { fullName } from '../../../api/contact-name.ts';
import { matchField } from '../../../api/write/compare.ts';
import { isEmpty, isRecord, type Json } from '../../../lib/json.ts';
import { normalizeText } from '../../../lib/markup.ts';
import {
  type CustomValue,
  contains,
  customFieldArguments,
  customFieldValue,
  fieldsWithValue,
  labelOf,
  sameValue,
} from '../custom-field-values.ts';
import type { DesiredPerson, NotStored } from './parse-person.ts';

/** A field to be stored. */
export interface DesiredField {
  /** As results name it. */
  readonly name: string;
  readonly value: unknown;
  readonly custom?: CustomValue;
}

export interface FieldResults {
  readonly changed: readonly { readonly field: string; readonly old: unknown; readonly new: unknown }[];
  readonly notStored: readonly NotStored[];
}

/** Fields for which `matchField` cannot prove a difference. */
const MATCHES: Readonly<Record<string, (value: unknown, contact: Json) => boolean>> = {
  name: (value, contact) => normalizeText(value) === normalizeText(fullName(contact)),
  dndSettings: (value, { dndSettings }) =>
    Object.entries(isRecord(value) ? value : {}).every(([channel, given]) =>
      contains((isRecord(dndSettings) && dndSettings[channel]) || { status: 'inactive' }, given),
    ),
  inboundDndSettings: (value, contact) => contains(contact.inboundDndSettings, value),
};

/** Fields and custom fields of the person, empty values included. */
export const desiredFields = ({ fields, customFields }: DesiredPerson): DesiredField[] => [
  ...Object.entries(fields).map(([name, value]) => ({ name, value })),
  ...customFields.map((custom) => ({ name: labelOf(custom), value: custom.value, custom })),
];

/** The value that a contact has; undefined for a custom field whose id is not known. */
export function storedValue({ name, custom }: DesiredField, contact: Json): unknown {
  if (custom) return customFieldValue(contact, custom.id);
  return name === 'name' ? normalizeText(fullName(contact)) : contact[name];
}

export function isStored(field: DesiredField, contact: Json): boolean {
  const { name, value, custom } = field;
  if (custom) return sameValue(value, storedValue(field, contact), custom.type);
  return MATCHES[name]?.(value, contact) ?? matchField(name, value, contact) === 'match';
}

/** Arguments of `create_contact` and `update_contact`, without empty values. */
export function argumentsOf(fields: readonly DesiredField[]): Json {
  const filled = fields.filter(({ value }) => !isEmpty(value));
  const plain = filled.filter(({ custom }) => !custom).map(({ name, value }) => [name, value]);
  const customFields = filled.flatMap(({ custom }) => custom ?? []);
  return { ...Object.fromEntries(plain), ...customFieldArguments(customFields) };
}

const LOST =
  'HighLevel accepted the call but does not show the value: it does not fit the type of the field, or the field is not known.';

/** Which of the fields that were sent are stored, and which of them changed. */
export function compareStored(fields: readonly DesiredField[], before: Json, after: Json): FieldResults {
  const results = { changed: [] as FieldResults['changed'][number][], notStored: [] as NotStored[] };
  for (const sent of fields) {
    const field = withId(sent, before, after);
    const { name } = field;
    if (!isStored(field, after)) results.notStored.push({ field: name, reason: LOST });
    else if (!isStored(field, before))
      results.changed.push({ field: name, old: storedValue(field, before), new: storedValue(field, after) });
  }
  return results;
}

/** A custom field whose id is not known is the one that has the value now, preferably one that had another before. */
function withId(field: DesiredField, before: Json, after: Json): DesiredField {
  const { custom } = field;
  if (!custom || custom.id !== undefined) return field;
  const candidates = fieldsWithValue(after, custom).map((id) => ({ ...field, custom: { ...custom, id } }));
  return candidates.find((candidate) => !isStored(candidate, before)) ?? candidates[0] ?? field;
}
