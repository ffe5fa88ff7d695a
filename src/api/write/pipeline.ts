import type { Json } from '../../lib/json.ts';
import { linkSignals } from '../../lib/link-signals.ts';
import type { Endpoint } from '../endpoint.ts';
import type { CallOptions } from '../types.ts';
import { CreateAttribution } from './attribution.ts';
import { classify } from './classify.ts';
import { type PriorCreate, PriorCreates } from './idempotency.ts';
import { entryOfWrite } from './journal/build-entry.ts';
import type { WriteOutcome } from './outcome.ts';
import { reconcile } from './reconcile.ts';
import { send, start } from './send.ts';
import type { WriteServices } from './services.ts';

/** Every write is sent, reconciled if its outcome is uncertain, journalled, then returned. */
export class WritePipeline {
  readonly #services: WriteServices;
  readonly #priorCreates: PriorCreates;
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #shutdown = new AbortController();

  constructor(services: Omit<WriteServices, 'attribution'>) {
    this.#services = { ...services, attribution: new CreateAttribution() };
    this.#priorCreates = new PriorCreates(services.executor.timers.now);
  }

  /** @throws UserError unless the write was done */
  async execute(endpoint: Endpoint, sent: Json, options: CallOptions): Promise<Json> {
    const locationId = this.#services.executor.credential.locationId?.();
    const caller = { locationId, signal: options.signal };
    const running = this.#priorCreates.run(endpoint, sent, caller, (prior) =>
      prior ? this.#repeat(endpoint, sent, prior, options) : this.#write(endpoint, sent, options),
    );
    this.#inFlight.add(running);
    try {
      const outcome = await running;
      if (outcome.kind !== 'done') throw outcome.error;
      if (outcome.notice) options.notify?.(outcome.notice);
      options.onWrite?.(sent, { data: outcome.data });
      return outcome.data;
    } catch (error) {
      options.onWrite?.(sent, { error });
      throw error;
    } finally {
      this.#inFlight.delete(running);
    }
  }

  /** Writes that still wait are not sent any more; resolves when those that were sent have ended. */
  async finished(): Promise<void> {
    this.#shutdown.abort();
    await Promise.allSettled(this.#inFlight);
  }

  /** The outcome of the earlier, identical create; written only if that one was certainly not done. */
  async #repeat(endpoint: Endpoint, sent: Json, prior: PriorCreate, options: CallOptions): Promise<WriteOutcome> {
    const outcome = await prior.outcome.catch(() => undefined);
    const seconds = Math.max(1, Math.round((this.#services.executor.timers.now() - prior.startedAt) / 1_000));
    if (outcome?.kind === 'done') {
      const notice = `The same call was made ${seconds} s ago; this is its outcome, and nothing was written a second time.`;
      return { ...outcome, notice, repeated: true };
    }
    if (outcome?.unresolved) {
      const reason = `The same call was made ${seconds} s ago and its answer was lost.`;
      const write = { ...outcome.unresolved, deadline: options.deadline };
      const again = await reconcile(this.#services, write, { kind: 'uncertain', reason, mayStillHappen: false });
      if (again.kind !== 'notDone') return { ...again, repeated: true };
    }
    return this.#write(endpoint, sent, options);
  }

  async #write(endpoint: Endpoint, sent: Json, options: CallOptions): Promise<WriteOutcome> {
    const { attribution, cache, executor, journal, log } = this.#services;
    const cancel = linkSignals(this.#shutdown.signal, options.signal);
    try {
      await journal?.assertWritable();
      const write = await start(this.#services, endpoint, sent, options, cancel.signal);
      cache.drop();
      const request = send(this.#services, write, options, cancel.signal);
      attribution.track(write, request);
      const result = await request;
      const classified = classify(write, result);
      const outcome = classified.kind === 'uncertain' ? await reconcile(this.#services, write, classified) : classified;
      executor.metrics.count('writes');
      if (outcome.kind === 'unknown') executor.metrics.count('unknown');
      if (outcome.kind === 'done' || outcome.kind === 'unknown') this.#priorCreates.forgetDeleted(endpoint, sent);
      const entry = entryOfWrite(write, result, outcome, options, executor.timers);
      const { id, tool, reconciled, attempts } = entry;
      const isJournalled = (await journal?.append(entry)) ?? true;
      log('info', 'write', { tool, id, outcome: outcome.kind, reconciled, attempts });
      return isJournalled ? outcome : withNotice(outcome, NOT_JOURNALLED);
    } finally {
      cancel.unlink();
      cache.drop();
    }
  }
}

const NOT_JOURNALLED = 'The journal could not be written: further writes are refused until it can.';

const withNotice = (outcome: WriteOutcome, notice: string): WriteOutcome =>
  outcome.kind === 'done' ? { ...outcome, notice: [outcome.notice, notice].filter(Boolean).join(' ') } : outcome;
