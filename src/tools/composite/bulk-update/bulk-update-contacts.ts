import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import type { JobStore } from '../../core/job-store.ts';
import type { Implementation } from '../../core/tool.ts';
import type { bulkUpdateContacts } from './bulk-update-contacts.tool.ts';
import { BulkJob, type BulkUpdateInput } from './job.ts';
import { needsPreview, planJob } from './plan.ts';
import { previewOf } from './preview.ts';
import { runBatch } from './run-batch.ts';
import { summaryOf } from './summary.ts';

const KIND = 'update';

export const run: Implementation<typeof bulkUpdateContacts> = async ({ handle, confirm, ...args }, context) => {
  const { jobs } = context.state;
  const confirmed = confirm === true;
  const known = handle ?? findUnfinished(jobs, args, confirmed);
  if (known !== undefined) {
    const job = jobs.find<BulkJob>(KIND, known);
    return jobs.runExclusively(known, () => continueJob(job, known, confirmed, context));
  }
  const job = new BulkJob();
  // Stored before it is planned: the same call at the same time finds it and starts no second job.
  const created = jobs.create(KIND, job, args);
  return jobs.runExclusively(created, async () => {
    try {
      job.plan = await planJob(args, context);
    } catch (error) {
      jobs.remove(created);
      throw error;
    }
    return continueJob(job, created, confirmed, context);
  });
};

/** Handle of the job of the same arguments that has work left or an undelivered summary. A preview is made again. */
function findUnfinished(jobs: JobStore, args: BulkUpdateInput, confirmed: boolean): string | undefined {
  const handle = jobs.findByArguments(KIND, args);
  if (handle === undefined) return undefined;
  const { previewed, progress, delivered } = jobs.find<BulkJob>(KIND, handle);
  const isPreview = previewed && progress.size === 0 && !confirmed;
  return delivered || isPreview ? undefined : handle;
}

/** Returns the preview, the result of the next batch, or the final summary: whichever comes next for this job. */
async function continueJob(job: BulkJob, handle: string, confirmed: boolean, context: ToolContext): Promise<Json> {
  const { notify, signal } = context;
  const { ids, changes } = job.plan;
  const next = { handle, confirm: true };
  if (ids.length === 0) notify('No contact matches; nothing was written.');
  if (job.summary) return finish(job, job.summary, signal);
  if (needsPreview(job.plan) && job.progress.size === 0 && !(confirmed && job.previewed)) {
    const preview = await previewOf(job.plan, context);
    job.previewed = !signal?.aborted;
    notify('Nothing is written yet. Show this to the user; only then call with next.');
    if (changes.addTags || changes.removeTags) notify('Tags may start automations for each contact.');
    return { ...preview, next };
  }
  const stopReason = needsPreview(job.plan) && !confirmed ? undefined : await runBatch(job, context);
  if (stopReason) notify(stopReason);
  const summary = summaryOf(job);
  if (summary.left === 0) return finish(job, summary, signal);
  notify('Call next to continue with the contacts that are left.');
  return { ...summary, next };
}

/** Stores the summary for a repeated call, and drops the progress that led to it. */
function finish(job: BulkJob, summary: Json, signal: AbortSignal | undefined): Json {
  job.summary = summary;
  job.progress.clear();
  job.delivered = !signal?.aborted;
  return summary;
}
