import type { Json } from '../../lib/json.ts';
import { credentialFor } from '../credentials.ts';
import type { Endpoint } from '../endpoint.ts';
import { executeRequest, type RequestResult } from '../request-executor.ts';
import type { CallOptions } from '../types.ts';
import { createdId } from './attribution.ts';
import type { StartedWrite } from './outcome.ts';
import { READ_SHARE, type WriteServices } from './services.ts';

/** Takes the snapshot by which a lost create can be found. A snapshot that cannot be read does not stop the write. */
export async function start(
  { executor, reader }: WriteServices,
  endpoint: Endpoint,
  sent: Json,
  { locationId: intended, deadline }: CallOptions,
  cancel: AbortSignal,
): Promise<StartedWrite> {
  const startedAt = executor.timers.now();
  const { locationId } = await credentialFor(executor.credential, intended);
  const readOptions = { locationId, deadline: startedAt + executor.timeoutMs * READ_SHARE, cancel };
  const snapshot = await endpoint.reconcile
    ?.snapshotBefore?.({
      sent,
      read: (read, args) => reader.readBack(read, args, readOptions),
      recentIds: (read, args) => reader.recentIds(locationId, read, args),
    })
    .catch(() => undefined);
  return { endpoint, sent, locationId, startedAt, snapshot, deadline };
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
