import { isRecord, textIn } from '../../lib/json.ts';
import { type Timers, timeOf } from '../../lib/scheduler.ts';
import type { RequestResult } from '../request-executor.ts';
import type { CallOptions } from '../types.ts';
import { createdId } from './attribution.ts';
import type { Entry } from './journal.ts';
import type { WriteOutcome } from './outcome.ts';
import type { StartedWrite } from './started-write.ts';

/** The journal's record of a write. */
export function journalEntry(
  { endpoint, sent, startedAt }: StartedWrite,
  { id, credential, attempts, response }: RequestResult,
  outcome: WriteOutcome,
  { signal, host }: CallOptions,
  timers: Timers,
): Entry {
  const createdContact = outcome.kind === 'done' ? createdId(outcome.data) : undefined;
  return {
    id,
    at: timeOf(timers, startedAt),
    tool: endpoint.name,
    locationId: credential.locationId,
    contactId: textIn(sent, 'contactId') ?? createdContact,
    sent,
    outcome: outcome.kind,
    reconciled: outcome.reconciled,
    attempts,
    cancelled: signal?.aborted ?? false,
    traceId: isRecord(response?.body) ? textIn(response.body, 'traceId') : undefined,
    host,
  };
}
