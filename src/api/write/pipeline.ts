import type { Json } from '../../lib/json.ts';
import type { Log } from '../../lib/log.ts';
import { timeOf } from '../../lib/scheduler.ts';
import { CLOCK_SLACK_MS } from '../../lib/time.ts';
import { credentialFor } from '../credentials.ts';
import type { Endpoint } from '../endpoint.ts';
import { type ApiError, isMissing } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import type { ReadCache } from '../read-cache.ts';
import { exhaustedError, rejectedError } from '../request-errors.ts';
import { type ExecutorOptions, executeRequest, type RequestOptions, type RequestResult } from '../request-executor.ts';
import type { AttemptFailure } from '../retry-policy.ts';
import type { CallOptions } from '../types.ts';
import { CreateAttribution, KnownIds, madeIn } from './attribution.ts';
import { type PriorCreate, PriorCreates } from './idempotency.ts';
import type { Entry, Journal } from './journal.ts';
import { outcomeOf, type Uncertainty, unwrapOutcome, type WriteOutcome } from './outcome.ts';
import type { ReconcileContext, ReconcileResult } from './settlement.ts';

/** Where a look goes, and how long it may take. */
type Looking = Pick<RequestOptions, 'locationId' | 'deadline' | 'cancel'>;

interface PipelineOptions {
  readonly executor: ExecutorOptions;
  readonly cache: ReadCache;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly journal: Journal;
  readonly timeoutMs: number;
  readonly endpoints: readonly Endpoint[];
  /** A read that goes past cache and breaker, to settle a write in doubt. @throws ApiError */
  readonly readBack: (endpoint: Endpoint, args: Json, options: Looking) => Promise<Json>;
  /** Ids that a read gave moments ago. */
  readonly recentIds: (tool: string, args: Json) => readonly unknown[] | undefined;
}

/** Every write takes this way and no other: sent, settled where in doubt, journalled, then told. */
export function createWritePipeline(parts: PipelineOptions) {
  const { executor, cache, metrics, timeoutMs, log } = parts;
  const { timers } = executor;
  const inFlight = new Set<Promise<unknown>>();
  /** Ends the waiting of each write that is not sent yet. */
  const stops = new Set<() => void>();
  const known = new KnownIds();
  const claims = new CreateAttribution();
  const repeats = new PriorCreates<WriteOutcome>(timers.now);

  async function perform(endpoint: Endpoint, args: Json, options: CallOptions): Promise<Json> {
    const key = repeats.keyOf(endpoint, args, executor.credential.locationId?.());
    const earlier = key === undefined ? undefined : repeats.find(key);
    const outcome = earlier ? repeat(endpoint, args, earlier, options) : write(endpoint, args, options);
    inFlight.add(outcome);
    const first = key === undefined ? undefined : repeats.begin(key, endpoint, args, outcome, earlier);
    const giveUp = () => {
      if (first) first.resultNotDelivered = true;
    };
    if (options.signal?.aborted) giveUp();
    options.signal?.addEventListener('abort', giveUp, { once: true });
    try {
      const result = await outcome;
      if (first) remember(first, result, options.signal?.aborted === true);
      return unwrapOutcome(result, options.notify);
    } finally {
      inFlight.delete(outcome);
      options.signal?.removeEventListener('abort', giveUp);
      if (first && key !== undefined) repeats.forget(key, first);
    }
  }

  function remember(first: PriorCreate<WriteOutcome>, outcome: WriteOutcome, cancelled: boolean): void {
    const { kind, reconciled: settled, repeated = false } = outcome;
    const open = outcome.kind !== 'done' && outcome.uncertainty !== undefined;
    first.resultNotDelivered = cancelled || repeated || (settled && kind === 'done') || open;
    first.recordId = kind === 'done' ? madeIn(outcome.data) : undefined;
  }

  /** The first outcome of the same create; written only where nothing was. */
  async function repeat(
    endpoint: Endpoint,
    args: Json,
    first: PriorCreate<WriteOutcome>,
    options: CallOptions,
  ): Promise<WriteOutcome> {
    const outcome = await first.outcome.catch(() => undefined);
    const ago = `${Math.max(1, Math.round((timers.now() - first.at) / 1_000))} s ago`;
    if (outcome?.kind === 'done') {
      const notice = `The same call was made ${ago}; this is its outcome, and nothing was written a second time.`;
      return { ...outcome, notice, repeated: true };
    }
    if (outcome?.uncertainty) {
      const uncertainty = { ...outcome.uncertainty, deadline: options.deadline };
      const what = `The same call was made ${ago} and its answer was lost.`;
      const again = await settled(endpoint, args, uncertainty, (result) =>
        outcomeOf(endpoint, result, what, uncertainty, false),
      );
      if (again.kind !== 'not done') return { ...again, repeated: true };
    }
    return write(endpoint, args, options);
  }

  async function write(endpoint: Endpoint, args: Json, options: CallOptions): Promise<WriteOutcome> {
    const cancel = untilStopped(options.signal);
    try {
      return await send(endpoint, args, options, cancel.signal);
    } finally {
      cancel.forget();
    }
  }

  async function send(
    endpoint: Endpoint,
    args: Json,
    options: CallOptions,
    cancel: AbortSignal,
  ): Promise<WriteOutcome> {
    const began = timers.now();
    // What is left to a tool of several calls: some of it is for looking.
    const last = options.deadline && options.deadline - (timeoutMs * LOOK_SHARE) / 2;
    const sent = sentArgs(endpoint, args);
    const { locationId } = await credentialFor(executor.credential, options.locationId);
    const before = await endpoint.reconcile
      ?.snapshotBefore?.({
        sent,
        read: reader({ locationId, deadline: began + timeoutMs * LOOK_SHARE, cancel }),
        recentIds: parts.recentIds,
      })
      .catch(() => undefined);
    cache.drop();
    const requestOptions = {
      locationId,
      priority: options.priority,
      cancel,
      deadline: Math.min(timers.now() + timeoutMs, last ?? Number.POSITIVE_INFINITY),
    };
    const travelled = claims.trackRequest(endpoint, sent);
    const ended = await executeRequest(executor, endpoint, args, requestOptions)
      .then((each) => checked(endpoint, each))
      .finally(() => {
        travelled();
        cache.drop();
      });
    metrics.count('writes');
    const outcome = await conclude(endpoint, args, ended, {
      startedAt: began,
      snapshot: before,
      locationId,
      deadline: options.deadline,
    });
    if (outcome.kind === 'unknown') metrics.count('unknown');
    if (outcome.kind === 'done' || outcome.kind === 'unknown') repeats.forgetDeleted(endpoint, args);
    const kept = await parts.journal(entryOf(endpoint, sent, ended, outcome, timeOf(timers, began), options));
    log('info', 'write', {
      tool: endpoint.name,
      id: ended.id,
      outcome: outcome.kind,
      settled: outcome.reconciled,
      tries: ended.attempts,
    });
    cache.drop();
    if (kept || outcome.kind !== 'done') return outcome;
    return { ...outcome, notice: [outcome.notice, 'The journal could not be written.'].filter(Boolean).join(' ') };
  }

  /** What a write made is known from here on; a create that is answered with something made before is not answered. */
  function checked(endpoint: Endpoint, ended: RequestResult): RequestResult {
    const { response, ...rest } = ended;
    if (!response || response.status > 299) return ended;
    const body = response.body as Json;
    const isOld = endpoint.reconcile?.createsRecord === true && known.has(madeIn(body));
    known.see(body);
    const what = 'something that was there before the call';
    return isOld
      ? { ...rest, failure: { kind: 'unreadable', status: response.status, what }, mayHaveSucceeded: true }
      : ended;
  }

  /** Aborted with the caller's signal, and when the server ends. */
  function untilStopped(signal: AbortSignal | undefined) {
    const stopped = new AbortController();
    const stop = () => stopped.abort();
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    stops.add(stop);
    const forget = () => {
      signal?.removeEventListener('abort', stop);
      stops.delete(stop);
    };
    return { signal: stopped.signal, forget };
  }

  /** An answer that proves what happened is the outcome; anything else is looked into. */
  async function conclude(
    endpoint: Endpoint,
    args: Json,
    ended: RequestResult,
    uncertainty: Uncertainty,
  ): Promise<WriteOutcome> {
    const { response, failure, mayHaveSucceeded } = ended;
    if (response && response.status < 300) return { kind: 'done', data: response.body as Json, reconciled: false };
    const refusal = response && {
      kind: 'refused' as const,
      error: rejectedError(endpoint, args, ended),
      reconciled: false,
    };
    const isCertain = refusal?.error.certain === true && !mayHaveSucceeded;
    const mayBeOwn = isCertain && ended.attempts > 1 ? refusal.error.existing : undefined;
    if (isCertain && (mayBeOwn === undefined || !endpoint.reconcile?.isOwn)) return refusal;
    if (failure && !mayHaveSucceeded)
      return {
        kind: 'not done',
        error: exhaustedError(ended, 'Nothing was written.', 'Try again in a minute.'),
        reconciled: false,
      };
    const judge = (result: ReconcileResult): WriteOutcome => {
      if (refusal && !mayHaveSucceeded && isRefused(result, refusal.error)) return refusal;
      const what = refusal ? refusal.error.message : exhaustedError({ ...ended, retryAt: undefined }, '', '').message;
      return outcomeOf(endpoint, result, what, uncertainty, mayStillHappen(failure));
    };
    return settled(endpoint, args, uncertainty, judge, mayBeOwn);
  }

  /** Looks when writes like it have travelled, one look after the other: what one has found is not found again. */
  function settled(
    endpoint: Endpoint,
    args: Json,
    uncertainty: Uncertainty,
    judge: (result: ReconcileResult) => WriteOutcome,
    existing?: string,
  ): Promise<WriteOutcome> {
    return claims.serialize(endpoint, sentArgs(endpoint, args), async () => {
      const outcome = judge(await look(endpoint, args, uncertainty, existing));
      if (outcome.kind === 'done') known.see(outcome.data);
      return outcome;
    });
  }

  /** `existing`: the record that is in the way, which may be the one the write made. */
  async function look(
    endpoint: Endpoint,
    args: Json,
    { startedAt: began, snapshot: before, locationId, deadline: end }: Uncertainty,
    existing: string | undefined,
  ): Promise<ReconcileResult> {
    const { reconcile } = endpoint;
    const view: ReconcileContext = {
      sent: sentArgs(endpoint, args),
      get since() {
        return began + executor.serverClock.skew - CLOCK_SLACK_MS;
      },
      get until() {
        return timers.now() + executor.serverClock.skew + CLOCK_SLACK_MS;
      },
      snapshot: before,
      isKnown: (id) => known.has(id),
      // What is left of the write's own budget, or a share of it: hosts wait no longer.
      read: reader({
        locationId,
        deadline: Math.min(
          Math.max(began + timeoutMs, timers.now() + timeoutMs * LOOK_SHARE),
          end ?? Number.POSITIVE_INFINITY,
        ),
      }),
    };
    try {
      if (!reconcile) return { happened: undefined, hint: '' };
      return existing !== undefined && reconcile.isOwn
        ? await reconcile.isOwn(view, existing)
        : await reconcile.check(view);
    } catch (error) {
      log('warn', 'settle', { tool: endpoint.name, error: (error as Error).message });
      return { happened: undefined, hint: 'Looking it up failed as well: look again in a minute.' };
    }
  }

  const reader =
    (options: Looking): ReconcileContext['read'] =>
    async (tool, args) => {
      const found = parts.endpoints.find(({ name }) => name === tool);
      if (!found) throw new Error(`no endpoint ${tool}`);
      return parts.readBack(found, args, options).catch((error: unknown) => {
        // Only what names a contact can say by its refusal that there is none.
        if (isMissing(error) && args.contactId !== undefined) return undefined;
        throw error;
      });
    };

  return {
    perform,
    /** What waits is not sent any more; what is sent comes to its end. */
    async finished(): Promise<void> {
      for (const stop of stops) stop();
      await Promise.allSettled(inFlight);
    },
  };
}

/**
 * Whether a refusal stands after looking: nothing was written, or nothing can show it and HighLevel refused the values
 * of a write that makes nothing new (a create is known to be refused and done all the same).
 */
const isRefused = (result: ReconcileResult, { kind }: ApiError): boolean =>
  result.happened === false ||
  (result.happened === undefined && result.notObservable === true && kind === 'validation');

/** After a time-out, here or at a gateway, the write may be done yet. */
const mayStillHappen = (failure: AttemptFailure | undefined): boolean =>
  failure !== undefined &&
  ((failure.kind === 'unreachable' && failure.code === 'TIMEOUT') ||
    (failure.kind === 'serverError' && failure.status === 504));

/** Share of a call's budget that looking may take beyond it. */
const LOOK_SHARE = 1 / 3;

/** Arguments as the record sends them, so that what is stored can be held against them. */
const sentArgs = (endpoint: Endpoint, args: Json): Json => (endpoint.request ? endpoint.request(args) : args);

function entryOf(
  endpoint: Endpoint,
  sent: Json,
  ended: RequestResult,
  outcome: WriteOutcome,
  at: string,
  { signal, host }: CallOptions,
): Entry {
  const body = ended.response?.body as Json | undefined;
  const made =
    outcome.kind === 'done' ? ((outcome.data.contact as Json | undefined)?.id as string | undefined) : undefined;
  return {
    id: ended.id,
    at,
    tool: endpoint.name,
    locationId: ended.credential.locationId,
    contactId: (sent.contactId as string | undefined) ?? made,
    sent,
    outcome: outcome.kind,
    settled: outcome.reconciled,
    tries: ended.attempts,
    cancelled: signal?.aborted ?? false,
    traceId: typeof body?.traceId === 'string' ? body.traceId : undefined,
    host,
  };
}
