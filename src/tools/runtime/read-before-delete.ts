import { isDeleted } from '../../api/deleted-rows.ts';
import type { Endpoint, RecordState } from '../../api/endpoint.ts';
import { isMissing } from '../../api/errors.ts';
import { UserError } from '../../lib/errors.ts';
import { isRecord, type Json, recordIn } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import { SwitchedOff } from '../core/permissions.ts';
import { SHORT_RECORDS } from '../core/short-records.ts';

/** ms for the read, so that a slow one leaves the delete its own time. */
const MAX_READ_MS = 5_000;

/**
 * The record that a delete is about to remove, for its answer and the journal; `unknown` if it cannot be read: a delete does
 * not depend on it. Undefined if the endpoint removes none, and if the owner forbids the read.
 * @throws ApiError if HighLevel says that there is no such record; the delete would be refused as well
 */
export async function readBeforeDelete(
  { reconcile }: Endpoint,
  args: Json,
  { call, api }: Pick<ToolContext, 'call' | 'api'>,
): Promise<RecordState | undefined> {
  const removes = reconcile?.change.removes;
  if (!removes) return undefined;
  try {
    const answer = await call(removes.read, args, 'interactive', { deadline: api.now() + MAX_READ_MS });
    return recordIn(answer, removes.kind) ?? 'unknown';
  } catch (error) {
    if (isMissing(error) || !(error instanceof UserError)) throw error;
    return error instanceof SwitchedOff ? undefined : 'unknown';
  }
}

/** A removed record in short form under its key, for the answer of the delete. */
export function deletedRecord({ reconcile }: Endpoint, before: RecordState | undefined): Json {
  const kind = reconcile?.change.removes?.kind;
  return kind && isRecord(before) && !isDeleted(before) ? { [kind]: SHORT_RECORDS[kind](before) } : {};
}
