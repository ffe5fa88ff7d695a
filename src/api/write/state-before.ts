import { isRecord, type Json, rowsIn } from '../../lib/json.ts';
import type { ChangeStrategy, Endpoint, RecordState, Snapshot } from '../endpoint.ts';
import { readKey } from '../reader.ts';
import { sentArgs } from '../request.ts';
import type { CallOptions } from '../types.ts';
import { READ_SHARE, type WriteServices } from './services.ts';

interface Reading {
  readonly services: WriteServices;
  readonly locationId: string;
  /** Monotonic ms at which the write began. */
  readonly startedAt: number;
  readonly cancel: AbortSignal;
  readonly priority: CallOptions['priority'];
}

/** The ids by which a lost create can be found. */
export function takeSnapshot(
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

/**
 * What the write changes, for the journal: `known` if the caller has read it. With a record that a delete removes go its
 * lists, unless the caller has read them too and gives all of it: `{contact, notes, tasks, appointments}`.
 */
export async function stateBefore(
  { reconcile, name }: Endpoint,
  sent: Json,
  known: RecordState | undefined,
  reading: Reading,
): Promise<RecordState> {
  const { journal, log } = reading.services;
  if (!reconcile || !journal?.hasValues) return known ?? 'unknown';
  const { read: readRecord, removes } = reconcile.change;
  if (removes?.parts && isRecord(known) && removes.kind in known) return known;
  const read = readWith(reading);
  const recordBefore = async () => known ?? (readRecord ? readRecord({ sent, read }) : null);
  const [record, parts] = await Promise.all([
    recordBefore().catch((error: Error): RecordState => {
      log('debug', 'record before write not read', { tool: name, error: error.message });
      return 'unknown';
    }),
    removes?.parts && readParts(removes.parts, { contactId: sent.contactId }, read),
  ]);
  return removes && parts && isRecord(record) ? { [removes.kind]: record, ...parts } : record;
}

type Read = Parameters<NonNullable<ChangeStrategy['read']>>[0]['read'];

/** No request is sent for what was read in the last seconds. */
function readWith({ services, locationId, startedAt, cancel, priority }: Reading): Read {
  const { cache, executor, reader } = services;
  // The write itself needs most of the time.
  const deadline = startedAt + (executor.timeoutMs * READ_SHARE) / 2;
  const options = { locationId, deadline, cancel, priority, reconciles: false };
  return async (endpoint, args) =>
    cache.stored(readKey(locationId, endpoint, sentArgs(endpoint, args))) ?? reader.readBack(endpoint, args, options);
}

/** The lists under their keys; `unknown` for one that cannot be read. */
async function readParts(parts: Readonly<Record<string, Endpoint>>, args: Json, read: Read): Promise<Json> {
  const lists = Object.entries(parts).map(async ([key, endpoint]) => {
    const data = await read(endpoint, args).catch(() => undefined);
    return [key, data ? rowsIn(data, endpoint.list?.key ?? key) : 'unknown'] as const;
  });
  return Object.fromEntries(await Promise.all(lists));
}
