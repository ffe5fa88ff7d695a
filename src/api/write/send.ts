import type { Json } from '../../lib/json.ts';
import { credentialFor } from '../credentials.ts';
import type { Endpoint } from '../endpoint.ts';
import { executeRequest, type RequestResult } from '../request-executor.ts';
import type { CallOptions } from '../types.ts';
import { createdId } from './attribution.ts';
import type { StartedWrite } from './outcome.ts';
import { READ_SHARE, type WriteServices } from './services.ts';
import { stateBefore, takeSnapshot } from './state-before.ts';

/** Reads what can be read only before the write. What cannot be read does not stop the write. */
export async function start(
  services: WriteServices,
  endpoint: Endpoint,
  sent: Json,
  options: CallOptions,
  cancel: AbortSignal,
): Promise<StartedWrite> {
  const { executor } = services;
  const startedAt = executor.timers.now();
  const { locationId } = await credentialFor(executor.credential, options.locationId);
  const { before: known, deadline, priority } = options;
  const reading = { services, locationId, startedAt, cancel, priority };
  const [snapshot, before] = await Promise.all([
    takeSnapshot(endpoint, sent, reading),
    stateBefore(endpoint, sent, known, reading),
  ]);
  return { endpoint, sent, locationId, startedAt, snapshot, before, deadline };
}

/** @throws UserError if nothing was sent; Cancelled if the caller gave up before */
export async function send(
  { executor, attribution }: WriteServices,
  write: StartedWrite,
  { priority }: CallOptions,
  cancel: AbortSignal,
): Promise<RequestResult> {
  const { endpoint, sent, locationId, deadline = Number.POSITIVE_INFINITY } = write;
  const { timers, timeoutMs } = executor;
  // A caller with several calls needs time for reading back.
  const end = Math.min(timers.now() + timeoutMs, deadline - (timeoutMs * READ_SHARE) / 2);
  const result = await executeRequest(executor, endpoint, sent, { locationId, priority, cancel, deadline: end });
  const { response, ...rest } = result;
  if (!response?.ok) return result;
  const isOld = endpoint.reconcile?.createsRecord === true && attribution.isKnown(createdId(response.body));
  attribution.add(response.body);
  if (!isOld) return result;
  const what = 'a record that existed before the call';
  return { ...rest, failure: { kind: 'unreadable', status: response.status, what }, mayHaveSucceeded: true };
}
