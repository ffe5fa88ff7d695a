import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { listCustomFields } from '../../lookups.ts';
import { type CustomValue, resolveCustomField } from '../custom-field-values.ts';
import { matchEntry, type PersonInput } from './input.ts';

export interface ParsedCustomFields {
  readonly customFields: readonly CustomValue[];
  /** Names of custom fields that this location does not have. */
  readonly unknownFields: readonly string[];
  /** The value of `matchField`, with the id of its field. */
  readonly match: (CustomValue & { readonly id: string }) | undefined;
}

/**
 * Finds the id and type of each custom field. `path` is the prefix of the row's arguments in an error, `definitions` those
 * of the location, undefined if they cannot be read.
 * @throws UserError if the field that `matchField` names has no known id
 */
export function parseCustomFields(
  row: PersonInput,
  path: string,
  definitions: readonly Json[] | undefined,
): ParsedCustomFields {
  const matched = matchEntry(row, row.matchField);
  const customFields: CustomValue[] = [];
  const unknownFields: string[] = [];
  let match: ParsedCustomFields['match'];
  for (const entry of row.customFields ?? []) {
    const name = entry.id ?? entry.key ?? '';
    const value = resolveCustomField(entry, definitions);
    if (entry === matched) {
      if (value?.id === undefined) throw unidentified(`${path}matchField`, name, definitions !== undefined);
      match = { ...value, id: value.id };
    }
    if (value) customFields.push(value);
    else unknownFields.push(name);
  }
  return { customFields, unknownFields, match };
}

const unidentified = (argument: string, name: string, isReadable: boolean): UserError =>
  new UserError(
    isReadable
      ? `${argument}: this location has no custom field ${quoteForMessage(name)}; nothing was written. list_custom_fields gives the fields there are.`
      : `${argument}: the id of the custom field ${quoteForMessage(name)} is not known; nothing was written. Give the id in place of the key, in matchField and customFields; list_custom_fields gives it, which needs the scope ${listCustomFields.scope}.`,
  );
