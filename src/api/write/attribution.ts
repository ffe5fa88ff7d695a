import { BoundedMap } from '../../lib/bounded-map.ts';
import { type Json, recordIn, stableKey, textIn } from '../../lib/json.ts';
import { KeyedLock } from '../../lib/keyed-lock.ts';
import type { StartedWrite } from './outcome.ts';

const MAX_IDS = 1_000;

/** Keeps uncertain creates from claiming a record that another create made. */
export class CreateAttribution {
  readonly #inFlight = new Map<string, Set<Promise<unknown>>>();
  readonly #reconciling = new KeyedLock();
  /** Ids of records that this server created lately. */
  readonly #known = new BoundedMap<string, true>(MAX_IDS);

  isKnown(id: unknown): boolean {
    return typeof id === 'string' && this.#known.has(id);
  }

  /** Stores the id of the record that a write answered. */
  add(data: Json): void {
    const id = createdId(data);
    if (id !== undefined) this.#known.set(id, true);
  }

  /** Until the request of a write has ended, no similar create is reconciled. */
  track(write: StartedWrite, request: Promise<unknown>): void {
    const key = keyOf(write);
    const requests = this.#inFlight.get(key) ?? new Set();
    this.#inFlight.set(key, requests.add(request));
    const remove = () => {
      requests.delete(request);
      if (requests.size === 0) this.#inFlight.delete(key);
    };
    request.then(remove, remove);
  }

  /** Reconciles similar creates one at a time, after their requests have ended. */
  async serialize<T>(write: StartedWrite, reconcile: () => Promise<T>): Promise<T> {
    if (!write.endpoint.reconcile?.createsRecord) return reconcile();
    const key = keyOf(write);
    await Promise.allSettled(this.#inFlight.get(key) ?? []);
    return this.#reconciling.hold([key], reconcile);
  }
}

/** The same for creates whose records could be mistaken for one another. */
const keyOf = ({ endpoint, sent: { contactId, email, phone, ...rest } }: StartedWrite): string =>
  stableKey([endpoint.name, contactId ?? email ?? phone ?? rest]);

/** Id of the contact, task or note in an answer. */
export const createdId = (data: Json): string | undefined =>
  ['contact', 'task', 'note'].map((key) => textIn(recordIn(data, key), 'id')).find((id) => id !== undefined);
