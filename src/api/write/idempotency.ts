import { BoundedMap } from '../../lib/bounded-map.ts';
import type { CancelSignal } from '../../lib/cancellation.ts';
import { type Json, stableKey } from '../../lib/json.ts';
import type { Endpoint } from '../endpoint.ts';
import { createdId } from './attribution.ts';
import type { WriteOutcome } from './outcome.ts';

/** ms within which an identical create counts as a repetition. */
const REMEMBERED_MS = 600_000;
const MAX_CREATES = 1_000;

/** A create whose caller may not know how it ended. */
export interface PriorCreate {
  readonly endpoint: Endpoint;
  readonly sent: Json;
  readonly outcome: Promise<WriteOutcome>;
  /** Monotonic ms at which the first of the identical calls started. */
  readonly startedAt: number;
  readonly signal: CancelSignal | undefined;
  /** True if the outcome was found by reading, is unknown, or is that of an earlier call. */
  isUncertain: boolean;
  /** Id of the created record, once it is known. */
  recordId?: string | undefined;
}

/**
 * Models repeat a call after a time-out of their host. A create that was cancelled, or whose outcome was uncertain, is
 * stored: an identical call within ten minutes gets its outcome and not a second record.
 */
export class PriorCreates {
  readonly #now: () => number;
  readonly #creates = new BoundedMap<string, PriorCreate>(MAX_CREATES);

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Runs a write; `run` gets the earlier, identical create whose caller may not know its outcome. */
  async run(
    endpoint: Endpoint,
    sent: Json,
    { locationId, signal }: { locationId: string | undefined; signal: CancelSignal | undefined },
    run: (prior: PriorCreate | undefined) => Promise<WriteOutcome>,
  ): Promise<WriteOutcome> {
    // Only what creates a record, or may message somebody, does harm if it is repeated.
    if (!endpoint.reconcile?.createsRecord && endpoint.effect !== 'enrol') return run(undefined);
    const key = stableKey([locationId, endpoint.name, sent]);
    const prior = this.#find(key);
    const startedAt = prior?.startedAt ?? this.#now();
    const create: PriorCreate = { endpoint, sent, outcome: run(prior), startedAt, signal, isUncertain: !!prior };
    this.#creates.set(key, create);
    try {
      const outcome = await create.outcome;
      create.isUncertain = isUncertain(outcome);
      create.recordId = outcome.kind === 'done' ? createdId(outcome.data) : undefined;
      return outcome;
    } finally {
      // The caller got the result, so an identical call is intentional.
      if (!mayBeRepeated(create) && this.#creates.get(key) === create) this.#creates.delete(key);
    }
  }

  /** A record deleted since may be created again. */
  forgetDeleted(endpoint: Endpoint, sent: Json): void {
    if (endpoint.effect !== 'delete') return;
    for (const [key, create] of this.#creates) if (deletes(endpoint, sent, create)) this.#creates.delete(key);
  }

  #find(key: string): PriorCreate | undefined {
    const create = this.#creates.get(key);
    const isRecent = create !== undefined && this.#now() - create.startedAt <= REMEMBERED_MS;
    return isRecent && mayBeRepeated(create) ? create : undefined;
  }
}

const mayBeRepeated = ({ isUncertain, signal }: PriorCreate): boolean => isUncertain || signal?.aborted === true;

const isUncertain = (outcome: WriteOutcome): boolean =>
  outcome.repeated === true || (outcome.kind === 'done' ? outcome.reconciled : outcome.unresolved !== undefined);

function deletes({ route }: Endpoint, sent: Json, create: PriorCreate): boolean {
  const isSameContact = create.sent.contactId === sent.contactId;
  if (route === 'DELETE /contacts/{contactId}') return isSameContact || create.recordId === sent.contactId;
  if (create.endpoint.effect === 'enrol') return isSameContact && /\/(campaigns|workflow)\//.test(route);
  return create.recordId !== undefined && create.recordId === (sent.taskId ?? sent.noteId);
}
