import type { CancelSignal } from '../../../lib/cancellation.ts';
import type { Json } from '../../../lib/json.ts';
import { MAX_UNASKED, type Question } from '../../core/confirmation.ts';
import type { ToolContext } from '../../core/context.ts';
import type { JobStore } from '../../core/job-store.ts';
import { inGroup } from '../../core/write-group.ts';
import { agreeTo, confirmingCall } from './agree.ts';
import { BulkJob, type BulkPlan } from './bulk-job.ts';
import { costOf } from './cost.ts';
import { type BatchWork, runBatch } from './run-batch.ts';

const needsConsent = ({ ids }: BulkPlan): boolean => ids.length > MAX_UNASKED;

/** What a bulk tool changes, and how. */
export interface BulkWork<Args extends Json, StepName extends string, Plan extends BulkPlan<StepName>>
  extends BatchWork<StepName, Plan> {
  /** The first word of its handles. */
  readonly kind: string;
  /** Plans a job and writes nothing. @throws UserError if it could not be done */
  readonly plan: (args: Args, context: ToolContext) => Promise<Plan>;
  /** What the job would do. Writes nothing. */
  readonly preview: (plan: Plan, context: ToolContext) => Promise<Json>;
  /** The same as a question for the owner. */
  readonly question: (plan: Plan, context: ToolContext) => Promise<string>;
  /** Counts so far; `left` is 0 when the job is done. */
  readonly summary: (job: BulkJob<StepName, Plan>) => Json & { readonly left: number };
  /** Notice where nothing matches. */
  readonly noMatch: string;
}

/** Arguments of every bulk tool. */
interface JobArguments extends Json {
  readonly handle?: string | undefined;
  readonly confirm?: boolean | undefined;
}

/**
 * Runs the next part of a bulk job: its preview, a batch of changes, or the final summary. A job continues by its handle,
 * or by the same arguments while it has work left.
 */
export async function runJob<Args extends Json, StepName extends string, Plan extends BulkPlan<StepName>>(
  work: BulkWork<Args, StepName, Plan>,
  args: Args,
  { handle, confirm }: JobArguments,
  context: ToolContext,
): Promise<Json> {
  const { jobs } = context.state;
  const confirmed = confirm === true;
  const known = handle ?? findUnfinished(work.kind, jobs, args, confirmed);
  if (known !== undefined) {
    const job = jobs.find<BulkJob<StepName, Plan>>(work.kind, known);
    return jobs.runExclusively(known, () => continueJob(work, job, { handle: known, confirmed }, context));
  }
  const job = new BulkJob<StepName, Plan>();
  // Stored before it is planned: the same call at the same time finds it and starts no second job.
  const created = jobs.create(work.kind, job, args);
  return jobs.runExclusively(created, async () => {
    try {
      job.plan = await work.plan(args, context);
    } catch (error) {
      jobs.remove(created);
      throw error;
    }
    return continueJob(work, job, { handle: created, confirmed }, context);
  });
}

/** Handle of the job of the same arguments that has work left or an undelivered summary. A preview is made again. */
function findUnfinished(kind: string, jobs: JobStore, args: Json, confirmed: boolean): string | undefined {
  const handle = jobs.findByArguments(kind, args);
  if (handle === undefined) return undefined;
  const { previewed, progress, delivered } = jobs.find<BulkJob>(kind, handle);
  const isPreview = previewed && progress.size === 0 && !confirmed;
  return delivered || isPreview ? undefined : handle;
}

/** Returns the preview, the result of the next batch, or the final summary: whichever comes next for this job. */
async function continueJob<StepName extends string, Plan extends BulkPlan<StepName>>(
  work: Omit<BulkWork<never, StepName, Plan>, 'plan'>,
  job: BulkJob<StepName, Plan>,
  call: { readonly handle: string; readonly confirmed: boolean },
  context: ToolContext,
): Promise<Json> {
  const { notify, signal, confirming } = context;
  const { handle, confirmed } = call;
  if (job.plan.ids.length === 0) notify(work.noMatch);
  if (job.summary) return finish(job, job.summary, signal);
  const isNew = job.progress.size === 0;
  if (needsConsent(job.plan) && isNew) {
    const unconfirmed = await agreeTo(job, call, () => questionOf(work, job.plan, context), context);
    if (unconfirmed) return unconfirmed;
  }
  const mayWrite = isNew || confirmed || !confirming || !needsConsent(job.plan);
  const stopReason = mayWrite ? await runBatch(job, work, inGroup(context, handle)) : undefined;
  if (stopReason) notify(stopReason);
  const summary = work.summary(job);
  if (summary.left === 0) return finish(job, summary, signal);
  notify('Call next to continue with what is left.');
  return { ...summary, next: confirmingCall(handle) };
}

async function questionOf<StepName extends string, Plan extends BulkPlan<StepName>>(
  work: Omit<BulkWork<never, StepName, Plan>, 'plan'>,
  plan: Plan,
  context: ToolContext,
): Promise<Question> {
  const [preview, text] = [await work.preview(plan, context), await work.question(plan, context)];
  const cost = costOf(plan, work.steps, context);
  if (cost) context.notify(cost);
  return { text: cost ? `${text} ${cost}` : text, preview, content: {} };
}

/** Stores the summary for a repeated call, and drops the progress that led to it. */
function finish<StepName extends string, Plan extends BulkPlan<StepName>>(
  job: BulkJob<StepName, Plan>,
  summary: Json,
  signal: CancelSignal | undefined,
): Json {
  job.summary = summary;
  for (const part of [job.progress, job.before, job.changes]) part.clear();
  job.delivered = !signal?.aborted;
  return summary;
}
