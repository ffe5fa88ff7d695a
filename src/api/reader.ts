import { BoundedMap } from '../lib/bounded-map.ts';
import { type Json, recordIn, rowsIn, stableKey } from '../lib/json.ts';
import { withoutDeleted } from './deleted-rows.ts';
import type { Endpoint } from './endpoint.ts';
import { isMissing } from './errors.ts';
import { sentArgs } from './request.ts';
import { exhaustedError, rejectedError } from './request-errors.ts';
import { type ExecutorOptions, executeRequest, type RequestOptions } from './request-executor.ts';

/** ms for which the ids of a read still show what existed before a write. */
const RECENT_MS = 60_000;
const MAX_READS = 200;
const MAX_IDS = 2_000;

interface RecentRead {
  readonly at: number;
  readonly ids: ReadonlySet<unknown>;
}

/** Reads past the cache, and stores the ids that lists and lookups gave: a later read shows which records are new. */
export class Reader {
  readonly #executor: ExecutorOptions;
  readonly #assertGranted: (endpoint: Endpoint) => void;
  readonly #recent = new BoundedMap<string, RecentRead>(MAX_READS);

  constructor(executor: ExecutorOptions, assertGranted: (endpoint: Endpoint) => void) {
    this.#executor = executor;
    this.#assertGranted = assertGranted;
  }

  /** @throws ApiError; UserError if nothing was sent */
  async read(endpoint: Endpoint, sent: Json, options: RequestOptions): Promise<Json> {
    const result = await executeRequest(this.#executor, endpoint, sent, options);
    if (!result.response) throw exhaustedError(result, '', 'Try again in a minute.');
    if (!result.response.ok) throw rejectedError(endpoint, sent, result);
    const data = withoutDeleted(endpoint.list, result.response.body);
    const ids = completeIds(endpoint, data);
    const at = this.#executor.timers.now();
    if (ids && ids.size <= MAX_IDS)
      this.#recent.set(readKey(result.credential.locationId, endpoint, sent), { at, ids });
    return data;
  }

  /**
   * A read that serves a write: it is finished even if the caller has cancelled, and the circuit breaker lets it through
   * unless `reconciles` is false.
   * Undefined if HighLevel answers that the contact, or the record of a contact, does not exist.
   * @throws ApiError, UserError
   */
  async readBack(
    endpoint: Endpoint,
    args: Json,
    options: Pick<RequestOptions, 'locationId' | 'deadline' | 'cancel' | 'priority' | 'reconciles'>,
  ): Promise<Json | undefined> {
    this.#assertGranted(endpoint);
    try {
      return await this.read(endpoint, sentArgs(endpoint, args), { reconciles: true, ...options });
    } catch (error) {
      // Without a contact in its arguments, "not found" is about something else.
      if (isMissing(error) && args.contactId !== undefined) return undefined;
      throw error;
    }
  }

  /** Ids that this read gave within the last minute; undefined if it was not made. */
  recentIds(locationId: string, endpoint: Endpoint, args: Json): ReadonlySet<unknown> | undefined {
    const read = this.#recent.get(readKey(locationId, endpoint, sentArgs(endpoint, args)));
    return read && this.#executor.timers.now() - read.at <= RECENT_MS ? read.ids : undefined;
  }
}

/** The same for reads that have the same answer. */
export const readKey = (locationId: string, { name }: Endpoint, sent: Json): string =>
  stableKey([locationId, name, sent]);

/** Ids of a list that the API sends whole, or of a lookup that gives one record or none. */
function completeIds({ list, answer }: Endpoint, data: Json): Set<unknown> | undefined {
  if (list?.whole) return new Set(rowsIn(data, list.key).map(({ id }) => id));
  if (!answer || !('one' in answer) || !answer.orNull) return undefined;
  const found = recordIn(data, answer.one);
  return new Set(found && [found.id]);
}
