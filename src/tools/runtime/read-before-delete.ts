import { isDeleted } from '../../api/deleted-rows.ts';
import type { Endpoint } from '../../api/endpoint.ts';
import { isMissing } from '../../api/errors.ts';
import { UserError } from '../../lib/errors.ts';
import { type Json, recordIn } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import { SHORT_RECORDS } from '../core/short-records.ts';

/** ms for the read, so that a slow one leaves the delete its own time. */
const MAX_READ_MS = 5_000;

/**
 * The record that a delete is about to remove, in short form under its key, so that the answer can show it. Empty where
 * the endpoint names none, and where it cannot be read: a delete does not depend on it.
 * @throws ApiError if HighLevel says that there is no such record; the delete would be refused as well
 */
export async function readBeforeDelete(
  { deletes }: Endpoint,
  args: Json,
  { call, api }: Pick<ToolContext, 'call' | 'api'>,
): Promise<Json> {
  if (!deletes) return {};
  const { read, key } = deletes;
  try {
    const answer = await call(read, args, 'interactive', { deadline: api.now() + MAX_READ_MS });
    const record = recordIn(answer, key);
    return record && !isDeleted(record) ? { [key]: SHORT_RECORDS[key](record) } : {};
  } catch (error) {
    if (isMissing(error) || !(error instanceof UserError)) throw error;
    return {};
  }
}
