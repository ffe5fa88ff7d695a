import { ApiError, affectsOtherCalls, type ErrorKind, isMissing } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import {
  type BulkJob,
  type BulkPlan,
  isChange,
  type Records,
  type Step,
  type StepChange,
  type StepResult,
} from './bulk-job.ts';

/** Records of one call of the tool. */
const BATCH_SIZE = 500;
/** Consecutive failures that affect other calls as well, after which the remaining records are not tried. */
const MAX_CONSECUTIVE = 5;
/** Records between two progress notifications. */
const PROGRESS_INTERVAL = 25;
/** Errors without a response, which say nothing about the single records. */
const NO_RESPONSE: ReadonlySet<ErrorKind> = new Set(['unreachable', 'notDone', 'unknownOutcome']);

/** What a batch does with its records. */
export interface BatchWork<StepName extends string, Plan> {
  readonly steps: Readonly<Record<StepName, Step<Plan>>>;
  /**
   * Reads the records before a batch changes them; those that cannot be read are absent.
   * @throws UserError to end the batch before anything is sent
   */
  readonly readBefore?: (ids: readonly string[], plan: Plan, context: ToolContext) => Promise<Records>;
}

/**
 * Runs the steps that are left for at most 500 records. Requests in flight when time runs out or the host cancels are
 * awaited and recorded. Returns the reason if it ended early.
 */
export async function runBatch<StepName extends string, Plan extends BulkPlan<StepName>>(
  job: BulkJob<StepName, Plan>,
  { steps, readBefore }: BatchWork<StepName, Plan>,
  context: ToolContext,
): Promise<string | undefined> {
  const ids = job.plan.ids.filter((id) => job.isLeft(id)).slice(0, BATCH_SIZE);
  let before: Records | undefined;
  try {
    before = await readBefore?.(ids, job.plan, context);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  job.keepBefore(before ?? new Map());
  const batch = new Batch(job, steps, { ids, before: before ?? new Map() }, context);
  for (const step of job.plan.steps) await batch.runStep(step);
  return batch.finish();
}

class Batch<StepName extends string, Plan extends BulkPlan<StepName>> {
  readonly #job: BulkJob<StepName, Plan>;
  readonly #steps: BatchWork<StepName, Plan>['steps'];
  readonly #ids: readonly string[];
  readonly #before: Map<string, Json>;
  readonly #context: ToolContext;
  /** Pairs of record and step: those to try, those tried, and those tried at the last progress notification. */
  readonly #total: number;
  #tried = 0;
  #lastReported = 0;
  #stopReason: string | undefined;
  #consecutiveFailures = 0;
  /** Calls whose failure affects other calls as well and that wrote nothing: left to do if the batch ends early. */
  readonly #retryable: { readonly step: StepName; readonly ids: readonly string[] }[] = [];

  constructor(
    job: BulkJob<StepName, Plan>,
    steps: BatchWork<StepName, Plan>['steps'],
    { ids, before }: { readonly ids: readonly string[]; readonly before: Records },
    context: ToolContext,
  ) {
    this.#job = job;
    this.#steps = steps;
    this.#ids = ids;
    this.#before = new Map(before);
    this.#context = context;
    this.#total = job.plan.steps.reduce((sum, step) => sum + this.#pending(step).length, 0);
  }

  async runStep(step: StepName): Promise<void> {
    const { idsPerCall, concurrency } = this.#steps[step];
    const pending = this.#pending(step);
    const worker = async () => {
      while (pending.length > 0 && this.#stopReason === undefined && this.#context.hasTime())
        await this.#send(step, pending.splice(0, idsPerCall));
    };
    // The first call alone: after an outage the circuit breaker admits one, and would refuse the others.
    if (this.#tried === 0 && pending.length > 0 && this.#context.hasTime())
      await this.#send(step, pending.splice(0, idsPerCall));
    const ends = await Promise.allSettled(Array.from({ length: concurrency }, worker));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  finish(): string | undefined {
    if (this.#stopReason !== undefined)
      for (const { step, ids } of this.#retryable) for (const id of ids) delete this.#job.progress.get(id)?.[step];
    const { signal, hasTime } = this.#context;
    if (hasTime() || !this.#ids.some((id) => this.#job.isLeft(id))) return this.#stopReason;
    return signal?.aborted
      ? 'The call was cancelled; the rest was not started.'
      : (this.#stopReason ?? 'Stopped for time.');
  }

  #pending(step: StepName): string[] {
    return this.#ids.filter((id) => this.#job.isPending(id, step));
  }

  async #send(step: StepName, ids: readonly string[]): Promise<void> {
    try {
      const resultOf = await this.#steps[step].send(ids, this.#job.plan, this.#context.call, this.#before);
      this.#consecutiveFailures = 0;
      for (const id of ids) this.#recordResult(id, step, resultOf(id));
    } catch (error) {
      if (error instanceof ApiError) this.#recordFailure(step, ids, error);
      // Nothing was sent: quota, circuit breaker, cancelled.
      else if (error instanceof UserError) this.#stopReason ??= error.message;
      else throw error;
    }
    this.#reportProgress(step, ids.length);
  }

  #recordResult(id: string, step: StepName, result: StepResult | StepChange): void {
    this.#job.setResult(id, step, result);
    if (!isChange(result)) return;
    const changed = Object.entries(result.changes).map(([name, change]) => [name, change.new]);
    this.#before.set(id, { ...this.#before.get(id), ...Object.fromEntries(changed) });
  }

  #recordFailure(step: StepName, ids: readonly string[], error: ApiError): void {
    const deleted = ids.length === 1 && isMissing(error);
    for (const id of ids) this.#job.setResult(id, step, { reason: error.summary, deleted });
    const isShared = affectsOtherCalls(error);
    if (isShared && error.kind !== 'unknownOutcome') this.#retryable.push({ step, ids });
    // A refused token or rate counts for every record of the call, a lost answer once.
    const weight = NO_RESPONSE.has(error.kind) ? 1 : ids.length;
    this.#consecutiveFailures = isShared ? this.#consecutiveFailures + weight : 0;
    if (this.#consecutiveFailures >= MAX_CONSECUTIVE)
      this.#stopReason ??= `Stopped because HighLevel failed again and again: ${error.message}`;
  }

  #reportProgress(step: StepName, records: number): void {
    this.#tried += records;
    if (this.#tried - this.#lastReported < PROGRESS_INTERVAL && this.#tried < this.#total) return;
    this.#lastReported = this.#tried;
    this.#context.progress(this.#tried, this.#total, `${step}: ${this.#tried} of ${this.#total}`);
  }
}
