import type { Json } from '../../lib/json.ts';
import { credentialFor } from '../credentials.ts';
import type { Endpoint, RecordState, Snapshot } from '../endpoint.ts';
import { readKey } from '../reader.ts';
import { sentArgs } from '../request.ts';
import { executeRequest, type RequestResult } from '../request-executor.ts';
import type { CallOptions } from '../types.ts';
import { createdId } from './attribution.ts';
import type { StartedWrite } from './outcome.ts';
import { READ_SHARE, type WriteServices } from './services.ts';

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
  const { deadline, priority } = options;
  const reading = { services, locationId, startedAt, cancel, priority };
  const [snapshot, before] = await Promise.all([
    takeSnapshot(endpoint, sent, reading),
    options.before ?? readRecord(endpoint, sent, reading),
  ]);
  return { endpoint, sent, locationId, startedAt, snapshot, before, deadline };
}

interface Reading {
  readonly services: WriteServices;
  readonly locationId: string;
  /** Monotonic ms. */
  readonly startedAt: number;
  readonly cancel: AbortSignal;
  readonly priority: CallOptions['priority'];
}

/** The snapshot by which a lost create can be found. */
function takeSnapshot(
  { reconcile }: Endpoint,
  sent: Json,
  { services: { executor, reader }, locationId, startedAt, cancel }: Reading,
): Promise<Snapshot | undefined> | undefined {
  const options = { locationId, deadline: startedAt + executor.timeoutMs * READ_SHARE, cancel };
  return reconcile
    ?.snapshotBefore?.({
      sent,
      read: (read, args) => reader.readBack(read, args, options),
      recentIds: (read, args) => reader.recentIds(locationId, read, args),
    })
    .catch(() => undefined);
}

/** The record that the write changes, for the journal; no request is sent for what was read in the last seconds. */
async function readRecord(
  { reconcile, name }: Endpoint,
  sent: Json,
  { services, locationId, startedAt, cancel, priority }: Reading,
): Promise<RecordState> {
  const { executor, reader, cache, journal, log } = services;
  if (!journal?.hasValues) return 'unknown';
  const read = reconcile?.change.read;
  if (!read) return null;
  // The write itself needs most of the time.
  const deadline = startedAt + (executor.timeoutMs * READ_SHARE) / 2;
  const options = { locationId, deadline, cancel, priority, reconciles: false };
  try {
    return await read({
      sent,
      read: async (endpoint, args) =>
        cache.stored(readKey(locationId, endpoint, sentArgs(endpoint, args))) ??
        reader.readBack(endpoint, args, options),
    });
  } catch (error) {
    log('debug', 'record before write not read', { tool: name, error: (error as Error).message });
    return 'unknown';
  }
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
