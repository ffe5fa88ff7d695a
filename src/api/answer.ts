import { isRecord, type Json, rowsIn } from '../lib/json.ts';
import type { AnswerShape, Endpoint } from './endpoint.ts';

/** Why a success is not what was asked for, as the end of "HighLevel answered 200 with …"; undefined where it is. */
export function describeMismatch(endpoint: Endpoint, args: Json, body: Json): string | undefined {
  if (saysFailed(body)) return 'a body that says it failed';
  const shape: AnswerShape | undefined = endpoint.list ? { rows: endpoint.list.key } : endpoint.answer;
  if (!shape) return undefined;
  if ('rows' in shape) return wrongRows(shape, args, body);
  if ('one' in shape) return wrongOne(shape, args, body);
  if (![body.succeeded, body.succeded, body.success].includes(true))
    return 'a body that does not say whether it succeeded';
  return shape.shows?.(body, args) === false ? 'a body that does not say what became of the contacts' : undefined;
}

/** HighLevel spells success in three ways, and the status of an error in two. */
function saysFailed({ success, succeded, succeeded, statusCode, status }: Json): boolean {
  const isError = (value: unknown) => typeof value === 'number' && value >= 400;
  return [success, succeded, succeeded].includes(false) || isError(statusCode) || isError(status);
}

function wrongRows(
  { rows: key, shows }: Extract<AnswerShape, { rows: string }>,
  args: Json,
  body: Json,
): string | undefined {
  const rows = body[key];
  if (!Array.isArray(rows)) return `no list of ${key}`;
  const naming = rowsIn(body, key).filter(({ contactId }) => typeof contactId === 'string');
  // A merged contact may keep rows under the id they had before.
  if (naming.length > 0 && naming.every((row) => isOfAnother(row, args))) return `the ${key} of another contact`;
  return shows?.(body, args) === false ? `${key} that are not as this call leaves them` : undefined;
}

function wrongOne(
  { one: key, id, orNull, shows }: Extract<AnswerShape, { one: string }>,
  args: Json,
  body: Json,
): string | undefined {
  const found = body[key];
  if (found === null && orNull) return undefined;
  if (!isRecord(found) || typeof found.id !== 'string' || found.id === '') return `no ${key}`;
  const other = (id && found.id !== args[id]) || isOfAnother(found, args) || shows?.(found, args) === false;
  if (other) return `another ${key} than the one asked for`;
  return undefined;
}

/** A row that names another contact than the call does; most rows name none. */
const isOfAnother = ({ contactId }: Json, args: Json): boolean =>
  typeof contactId === 'string' && typeof args.contactId === 'string' && contactId !== args.contactId;
