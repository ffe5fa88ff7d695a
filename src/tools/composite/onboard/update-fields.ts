import { ApiError } from '../../../api/errors.ts';
import { isEmpty, type Json, recordIn } from '../../../lib/json.ts';
import { updateContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import {
  argumentsOf,
  compareStored,
  type DesiredField,
  desiredFields,
  type FieldResults,
  isStored,
  storedValue,
} from './desired-fields.ts';
import { Conflict, type FoundPerson } from './find-person.ts';
import type { DesiredPerson, NotStored } from './parse-person.ts';
import { readContact } from './read-contact.ts';

const ONLY_AT_CREATION = 'HighLevel stores it only when a contact is created.';
const EMPTY = 'An empty value clears nothing here; use clear of update_contact.';

export interface FieldDiff {
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
    if (!isEmpty(value) && name !== 'gender') toWrite.push(field);
    else if (!isEmpty(value)) notStored.push({ field: name, reason: ONLY_AT_CREATION });
    else if (!isEmpty(storedValue(field, contact))) notStored.push({ field: name, reason: EMPTY });
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
    const other = existingId(error);
    if (other !== undefined)
      throw new Conflict(
        `${[...by].join(' and ') || 'HighLevel'} leads to contact ${contact.id}, but the email or phone given belongs to contact ${other}: nothing was written. Leave out the value that belongs to the other, or ask the owner to merge the contacts in HighLevel.`,
      );
    const names = refusedFields(error);
    const refused = toWrite.filter(({ name }) => names.has(name));
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

/** Fields that the update does not know: `companyName` is one in some accounts. */
const refusedFields = (error: unknown): Set<string> =>
  new Set(error instanceof ApiError ? error.fields.filter(({ isUnknown }) => isUnknown).map(({ name }) => name) : []);
