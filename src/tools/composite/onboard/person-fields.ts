import { fullName } from '../../../api/contact-fields.ts';
import { ApiError } from '../../../api/errors.ts';
import { matchField } from '../../../api/write/compare.ts';
import { isBlank, isRecord, type Json, recordIn } from '../../../lib/json.ts';
import { normalizeText } from '../../../lib/markup.ts';
import { updateContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import {
  type CustomValue,
  contains,
  customFieldArguments,
  customFieldValue,
  fieldsWithValue,
  labelOf,
  sameValue,
} from '../custom-field-values.ts';
import { readContact } from '../read-contact.ts';
import { Conflict, type FoundPerson } from './find-person.ts';
import type { DesiredPerson, NotStored } from './parse-person.ts';

/** A field to be stored. */
interface DesiredField {
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

/** Fields and custom fields of the person, empty values included; `name` only if no part of it is given. */
export function desiredFields({ fields, customFields }: DesiredPerson): DesiredField[] {
  const hasNamePart = !isBlank(fields.firstName) || !isBlank(fields.lastName);
  const plain = Object.entries(fields).filter(([name]) => name !== 'name' || !hasNamePart);
  return [
    ...plain.map(([name, value]) => ({ name, value })),
    ...customFields.map((custom) => ({ name: labelOf(custom), value: custom.value, custom })),
  ];
}

/** The value that a contact has; undefined for a custom field whose id is not known. */
function storedValue({ name, custom }: DesiredField, contact: Json): unknown {
  if (custom) return customFieldValue(contact, custom.id);
  return name === 'name' ? normalizeText(fullName(contact)) : contact[name];
}

function isStored(field: DesiredField, contact: Json): boolean {
  const { name, value, custom } = field;
  if (custom) return sameValue(value, storedValue(field, contact), custom.type);
  return MATCHES[name]?.(value, contact) ?? matchField(name, value, contact) === 'match';
}

/** Arguments of `create_contact` and `update_contact`, without empty values. */
export function argumentsOf(fields: readonly DesiredField[]): Json {
  const filled = fields.filter(({ value }) => !isBlank(value));
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

const ONLY_AT_CREATION = 'HighLevel stores it only when a contact is created.';
const EMPTY = 'An empty value clears nothing here; use clear of update_contact.';

interface FieldDiff {
  readonly toWrite: readonly DesiredField[];
  /** Fields that differ and are not written. */
  readonly notStored: readonly NotStored[];
}

/** The fields in which the contact found differs. An email or phone that found it may be an additional one. */
export function diffFields(person: DesiredPerson, { contact, by }: FoundPerson): FieldDiff {
  const toWrite: DesiredField[] = [];
  const notStored: NotStored[] = [];
  for (const field of desiredFields(person)) {
    const { name, value } = field;
    if (by.has(name) || isStored(field, contact)) continue;
    if (!isBlank(value) && name !== 'gender') toWrite.push(field);
    else if (!isBlank(value)) notStored.push({ field: name, reason: ONLY_AT_CREATION });
    else if (!isBlank(storedValue(field, contact))) notStored.push({ field: name, reason: EMPTY });
  }
  return { toWrite, notStored };
}

/**
 * Writes the fields that differ. The answer tells which of them HighLevel stored.
 * @throws Conflict if an email or phone belongs to another contact; ApiError if HighLevel refuses or fails
 */
export async function updateFields(
  { toWrite, notStored }: FieldDiff,
  found: FoundPerson,
  context: ToolContext,
): Promise<FieldResults & { readonly contact: Json }> {
  const { contact, by } = found;
  try {
    const answer = await context.call(updateContact, { contactId: contact.id, ...argumentsOf(toWrite) });
    const after = recordIn(answer, 'contact') ?? (await readContact(contact.id, context)) ?? contact;
    const results = compareStored(toWrite, contact, after);
    return { ...results, notStored: [...notStored, ...results.notStored], contact: after };
  } catch (error) {
    if (error instanceof ApiError && error.existing !== undefined)
      throw new Conflict(
        `${[...by].join(' and ') || 'HighLevel'} leads to contact ${contact.id}. ${error.summary} If both are one person and the user agrees, merge_contacts merges them.`,
      );
    // Fields that the update does not know: `companyName` is one in some accounts.
    const unknown = error instanceof ApiError ? error.fields.filter(({ isUnknown }) => isUnknown) : [];
    const refused = toWrite.filter(({ name }) => unknown.some((field) => field.name === name));
    if (refused.length === 0) throw error;
    const rest = {
      toWrite: toWrite.filter((field) => !refused.includes(field)),
      notStored: [...notStored, ...refused.map(({ name }) => ({ field: name, reason: ONLY_AT_CREATION }))],
    };
    return rest.toWrite.length > 0
      ? updateFields(rest, found, context)
      : { changed: [], notStored: rest.notStored, contact };
  }
}

/** Id of the contact that already has the email or phone, if that is why HighLevel refused. */
export const existingId = (error: unknown): string | undefined =>
  error instanceof ApiError ? error.existing : undefined;
