import { isRecord, type Json, rowsIn } from '../lib/json.ts';
import type { AnswerShape, Endpoint } from './endpoint.ts';
import { isGatewayFailure } from './error-messages.ts';
import type { AttemptResult, ParsedResponse } from './http-attempt.ts';

/** The response, or a failure for a 401 of a gateway and for a success that does not match the call. */
export function checkResponse(endpoint: Endpoint, args: Json, response: ParsedResponse): AttemptResult {
  const { status, headers } = response;
  if (isGatewayFailure(response)) return { failure: { kind: 'serverError', status }, headers };
  const what = response.ok ? describeMismatch(endpoint, args, response.body) : undefined;
  return what === undefined ? { response } : { failure: { kind: 'unreadable', status, what }, headers };
}

/** What a success holds instead of what was asked for, as the end of "HighLevel answered 200 with …". */
function describeMismatch(endpoint: Endpoint, args: Json, body: Json): string | undefined {
  if (reportsFailure(body)) return 'a body that says it failed';
  const shape: AnswerShape | undefined = endpoint.list ? { rows: endpoint.list.key } : endpoint.answer;
  if (!shape) return undefined;
  if ('rows' in shape) return rowsMismatch(shape, args, body);
  if ('one' in shape) return recordMismatch(shape, args, body);
  if (![body.succeeded, body.succeded, body.success].includes(true))
    return 'a body that does not say whether it succeeded';
  return shape.isAbout?.(body, args) === false ? 'a body that does not say what became of the contacts' : undefined;
}

/** HighLevel has three spellings of success and two keys for the status of an error. */
function reportsFailure({ success, succeded, succeeded, statusCode, status }: Json): boolean {
  const isError = (value: unknown) => typeof value === 'number' && value >= 400;
  return [success, succeded, succeeded].includes(false) || isError(statusCode) || isError(status);
}

function rowsMismatch(
  { rows: key, isAbout }: Extract<AnswerShape, { rows: string }>,
  args: Json,
  body: Json,
): string | undefined {
  const rows = body[key];
  if (!Array.isArray(rows)) return `no list of ${key}`;
  const rowsOfContacts = rowsIn(body, key).filter(({ contactId }) => typeof contactId === 'string');
  // Rows of a merged contact may have the id from before the merge, so a single one proves nothing.
  if (rowsOfContacts.length > 0 && rowsOfContacts.every((row) => isOfOtherContact(row, args)))
    return `the ${key} of another contact`;
  return isAbout?.(body, args) === false ? `${key} that are not as this call leaves them` : undefined;
}

function recordMismatch(
  { one: key, id, orNull, isAbout }: Extract<AnswerShape, { one: string }>,
  args: Json,
  body: Json,
): string | undefined {
  const found = body[key];
  if (found === null && orNull) return undefined;
  if (!isRecord(found) || typeof found.id !== 'string' || found.id === '') return `no ${key}`;
  const other = (id && found.id !== args[id]) || isOfOtherContact(found, args) || isAbout?.(found, args) === false;
  if (other) return `another ${key} than the one asked for`;
  return undefined;
}

/** Whether a row names another contact than the call; most rows name none. */
const isOfOtherContact = ({ contactId }: Json, args: Json): boolean =>
  typeof contactId === 'string' && typeof args.contactId === 'string' && contactId !== args.contactId;
