import { fullName } from '../../../api/contact-fields.ts';
import { isBlank, type Json } from '../../../lib/json.ts';
import { type FieldChange, type FieldChanges, shortValue } from '../bulk-job/bulk-job.ts';
import { type CustomValue, customFieldValue, labelOf, sameValue } from '../custom-field-values.ts';
import type { Plan } from './job.ts';

/** A field that a job changes. */
interface JobField {
  /** As results name it. */
  readonly name: string;
  readonly wanted: unknown;
  /** The value in a contact; undefined if it is empty. */
  readonly read: (contact: Json) => unknown;
  /** Whether a row of a search shows the field: it lacks some. */
  readonly isInRow: (row: Json) => boolean;
  readonly isSame: (one: unknown, other: unknown) => boolean;
}

type FieldPlan = Pick<Plan, 'changes' | 'customFields'>;

const isSameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one ?? '') === JSON.stringify(other ?? '');

const plainField = (name: string, wanted: unknown): JobField => ({
  name,
  wanted,
  read: (contact) => (name === 'name' ? fullName(contact) : name === 'dnd' ? contact.dnd === true : contact[name]),
  isInRow: (row) =>
    (name === 'name' ? ['firstName', 'lastName', 'name'] : [name]).some((key) => Object.hasOwn(row, key)),
  isSame: isSameJson,
});

const customField = (custom: CustomValue): JobField => ({
  name: labelOf(custom),
  wanted: custom.value,
  // Where only the key is known, nothing shows which value is its own: the one that was given was found in the contact.
  read: (contact) => (custom.id === undefined ? custom.value : customFieldValue(contact, custom.id)),
  isInRow: (row) => custom.id !== undefined && Object.hasOwn(row, 'customFields'),
  isSame: (one, other) => (isBlank(one) && isBlank(other)) || sameValue(one, other, custom.type),
});

export const businessField = ({ changes: { businessId } }: Pick<Plan, 'changes'>): JobField =>
  plainField('businessId', businessId);

/** The fields that `set` names, those to clear without a wanted value. */
export function fieldsToSet({ changes, customFields }: FieldPlan): JobField[] {
  const { customFields: _, clear = [], ...plain } = changes.set ?? {};
  return [
    ...Object.entries(plain).map(([name, value]) => plainField(name, value)),
    ...clear.map((name) => plainField(name, undefined)),
    ...customFields.map(customField),
  ];
}

const changeOf = (old: unknown, value: unknown): FieldChange => ({ old: shortValue(old), new: shortValue(value) });

/** Old and new value of each field that the job would change in a contact. */
export const wantedChanges = (contact: Json, fields: readonly JobField[]): FieldChanges =>
  Object.fromEntries(
    fields
      .filter(({ wanted, read, isSame }) => !isSame(wanted, read(contact)))
      .map(({ name, wanted, read }) => [name, changeOf(read(contact), wanted)]),
  );

/**
 * Old and new value of each field that differs between the row of a search and the contact as it is stored after the
 * write; without the old value where the row does not show it.
 */
export function changesBetween(row: Json | undefined, after: Json, fields: readonly JobField[]): FieldChanges {
  const changes = fields.flatMap(({ name, read, isInRow, isSame }): [string, FieldChange][] => {
    if (!row || !isInRow(row)) return [[name, { new: shortValue(read(after)) }]];
    return isSame(read(after), read(row)) ? [] : [[name, changeOf(read(row), read(after))]];
  });
  return Object.fromEntries(changes);
}
