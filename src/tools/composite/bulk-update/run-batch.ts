import { ApiError, affectsOtherCalls } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import type { ToolContext } from '../../core/context.ts';
import { type BulkJob, fateOf, isLeft, isOpen, type StepName } from './job.ts';
import { STEP } from './steps.ts';

/** Contacts of one call. */
const BATCH = 500;
/** Calls in a row that HighLevel as a whole failed, after which the rest is not tried. */
const IN_A_ROW = 5;
/** Contacts between two words of progress. */
const PROGRESS = 25;

interface Failed {
  readonly step: StepName;
  readonly ids: readonly string[];
}

/** One call's share of a job. */
interface Run {
  readonly job: BulkJob;
  readonly context: ToolContext;
  /** Steps of contacts that this run is to try, and those tried. */
  readonly total: number;
  tried: number;
  told: number;
  /** Why nothing further is begun. */
  stopped?: string;
  /** Failures that say nothing about their contacts and surely wrote nothing: tried again if it ends early. */
  readonly innocent: Failed[];
  /** Calls in a row that failed so. */
  inARow: number;
}

/**
 * Tries what is left of a job, for 500 contacts at most. What is under way when time runs out or the host goes is waited
 * for and remembered. Gives the reason where it ended early.
 */
export async function runBatch(job: BulkJob, context: ToolContext): Promise<string | undefined> {
  const batch = job.ids.filter((id) => isLeft(job, id)).slice(0, BATCH);
  const total = job.steps.reduce((sum, step) => sum + batch.filter((id) => isOpen(job, id, step)).length, 0);
  const run: Run = { job, context, total, tried: 0, told: 0, innocent: [], inARow: 0 };
  for (const step of job.steps) await runStep(step, batch, run);
  if (run.stopped !== undefined) for (const { step, ids } of run.innocent) for (const id of ids) forget(job, id, step);
  if (run.stopped === undefined && !context.hasTime() && batch.some((id) => isLeft(job, id)))
    return 'Stopped for time.';
  return run.stopped;
}

async function runStep(step: StepName, batch: readonly string[], run: Run): Promise<void> {
  const { size, atOnce } = STEP[step];
  const open = batch.filter((id) => isOpen(run.job, id, step));
  let next = 0;
  const work = async (until = open.length) => {
    while (next < until && run.stopped === undefined && run.context.hasTime()) {
      const chunk = open.slice(next, next + size);
      next += size;
      await tryChunk(step, chunk, run);
    }
  };
  // The first call alone: after an outage one is let through to find out, and others beside it would be refused.
  if (run.tried === 0) await work(Math.min(1, open.length));
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, () => work()));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function tryChunk(step: StepName, ids: readonly string[], run: Run): Promise<void> {
  const { job, context } = run;
  try {
    const outcomeOf = await STEP[step].send(ids, job.changes, context.call);
    run.inARow = 0;
    for (const id of ids) {
      const outcome = outcomeOf(id);
      if (typeof outcome === 'object') fail(run, { step, ids: [id] }, outcome.failed, outcome.gone);
      else fateOf(job, id).done.push(step);
      if (outcome === 'changed') fateOf(job, id).changed = true;
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    failed(run, { step, ids }, error);
  }
  tell(step, ids.length, run);
}

/** A call that came to nothing: the contacts' own failure, or HighLevel's, which would meet all the others as well. */
function failed(run: Run, what: Failed, error: UserError): void {
  if (!(error instanceof ApiError)) {
    // Nothing was sent: quota, breaker, cancelled. The contacts stay as they were.
    run.stopped ??= error.message;
    return;
  }
  const general = affectsOtherCalls(error);
  fail(run, what, error.message);
  if (general && error.kind !== 'unknownOutcome') run.innocent.push(what);
  // A refused sign-in or rate is the same for every contact of the chunk; a lost answer is one accident.
  const weight = error.status === 0 ? 1 : what.ids.length;
  run.inARow = general ? run.inARow + weight : 0;
  if (run.inARow >= IN_A_ROW) run.stopped ??= `Stopped because HighLevel kept failing: ${error.message}`;
}

function fail({ job }: Run, { step, ids }: Failed, sentence: string, gone = false): void {
  for (const id of ids) {
    const fate = fateOf(job, id);
    // Beside its id and so that equal reasons are equal.
    fate.failures.push({ step, reason: sentence.replaceAll(` ${id}`, '').replace(/ \(traceId [\w-]+\)$/, '') });
    if (gone) fate.gone = true;
  }
}

function forget(job: BulkJob, id: string, step: StepName): void {
  const { failures } = fateOf(job, id);
  const at = failures.findIndex((failure) => failure.step === step);
  if (at >= 0) failures.splice(at, 1);
}

function tell(step: StepName, contacts: number, run: Run): void {
  run.tried += contacts;
  if (run.tried - run.told < PROGRESS && run.tried < run.total) return;
  run.told = run.tried;
  run.context.progress(run.tried, run.total, `${step}: ${run.tried} of ${run.total}`);
}
