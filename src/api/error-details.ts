import { type Json, rowsIn } from '../lib/json.ts';
import { quoteForMessage } from '../lib/text.ts';
import { isId } from './endpoint.ts';
import type { RefusedField } from './errors.ts';

/** Why a contact cannot be created; said before anything is sent, and when HighLevel says so. */
export const NO_IDENTITY =
  'A new contact needs at least one of email, phone, firstName, lastName (or name, which is split into the two). Nothing was written. Give one of them.';

/** Messages of the API's own validation: they name fields of the API and hold no text of users. */
const VALIDATION =
  /^(?:property ([\w.]+) should not exist|(?:each value in )?([\w.]+) (?:must|should) [\w ,.:'-]{1,300})$/;
const MAX_SHOWN_MESSAGES = 20;

export function refusedValues(messages: readonly string[]): string {
  const known = messages.filter((message) => VALIDATION.test(message));
  const more = known.length > MAX_SHOWN_MESSAGES ? ` and ${known.length - MAX_SHOWN_MESSAGES} more` : '';
  return known.length > 0 ? known.slice(0, MAX_SHOWN_MESSAGES).join('; ') + more : 'it does not say which';
}

export const refusedFields = (messages: readonly string[]): RefusedField[] =>
  messages.flatMap((message) => {
    const [, unknown, invalid] = VALIDATION.exec(message) ?? [];
    const name = unknown ?? invalid;
    return name === undefined ? [] : [{ name, isUnknown: unknown !== undefined }];
  });

export const idText = (value: unknown): string => (isId(value) ? value : quoteForMessage(value));

/** The operator that a search used with the field. */
export function operatorOf(args: Json, field: string | undefined): string {
  const filters = rowsIn(args, 'filters').flatMap((filter) => [filter, ...rowsIn(filter, 'filters')]);
  // The index has names in lower case, under keys of their own.
  const used = filters.find(({ field: given }) => given === field || `${given}LowerCase` === field)?.operator;
  return used === undefined ? ', or not with this operator' : `, or not with the operator ${quoteForMessage(used)}`;
}

export function notFound(args: Json): string {
  const ids = Object.entries(args).filter(([name, value]) => name.endsWith('Id') && typeof value === 'string');
  const [name, value] = ids.at(-1) ?? ['id', 'given'];
  const parent = ids.length > 1 ? ` on contact ${idText(args.contactId)}` : '';
  return `HighLevel finds no ${name} ${idText(value)}${parent}. Use the matching list tool to find the id.`;
}
