import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import type { Jobs } from '../../core/job-store.ts';
import { type BulkJob, type Changes, needsPreview, newJob } from './job.ts';
import { plan } from './plan.ts';
import { previewOf } from './preview.ts';
import { runBatch } from './run-batch.ts';
import { accountOf } from './summary.ts';

const KIND = 'update';

export async function run({ handle, confirm, ...args }: Json, context: ToolContext): Promise<Json> {
  const { jobs } = context.state;
  const confirmed = confirm === true;
  const known = typeof handle === 'string' ? handle : unfinished(jobs, args, confirmed);
  if (known !== undefined) {
    const job = jobs.find<BulkJob>(KIND, known);
    return jobs.runExclusively(known, () => goOn(job, known, confirmed, context));
  }
  const job = newJob();
  // Known by its arguments from here on, so that the same call at the same time does not do the same.
  const begun = jobs.create(KIND, job, args);
  return jobs.runExclusively(begun, async () => {
    try {
      await plan(job, changesOf(args), whichOf(args), context);
    } catch (error) {
      jobs.remove(begun);
      throw error;
    }
    return goOn(job, begun, confirmed, context);
  });
}

/** The job of the same arguments, if there is something to go on with or to tell; a preview is made anew. */
function unfinished(jobs: Jobs, args: Json, confirmed: boolean): string | undefined {
  const handle = jobs.findByArguments(KIND, args);
  if (handle === undefined) return undefined;
  const job = jobs.find<BulkJob>(KIND, handle);
  const fresh = job.previewed && job.fates.size === 0 && !confirmed;
  return job.heard || fresh ? undefined : handle;
}

const whichOf = ({ contacts, query, filters }: Json): Json => ({
  ...(contacts ? { contacts } : {}),
  ...(query ? { query } : {}),
  ...(filters ? { filters } : {}),
});

function changesOf({ set, addTags, removeTags, businessId, unlinkBusiness }: Json): Changes {
  return {
    ...(businessId === undefined ? {} : { businessId: businessId as string }),
    ...(unlinkBusiness === true ? { unlinkBusiness } : {}),
    ...(addTags ? { addTags: addTags as string[] } : {}),
    ...(removeTags ? { removeTags: removeTags as string[] } : {}),
    ...(set ? { set: set as Json } : {}),
  };
}

/** The preview, or the next contacts, or the last account: whatever comes next for this job. */
async function goOn(job: BulkJob, handle: string, confirmed: boolean, context: ToolContext): Promise<Json> {
  const { notify, signal } = context;
  const next = { handle, confirm: true };
  if (job.ids.length === 0) notify('No contact matches; nothing was written.');
  if (job.ended) return end(job, job.ended, signal);
  const begun = job.fates.size > 0;
  if (needsPreview(job) && !begun && !(confirmed && job.previewed)) {
    const preview = await previewOf(job, context);
    job.previewed = !signal?.aborted;
    notify('Nothing is written yet. Show this to the user; only then call with next.');
    if (job.changes.addTags || job.changes.removeTags) notify(AUTOMATIONS);
    return { ...preview, next };
  }
  const stopped = needsPreview(job) && !confirmed ? undefined : await runBatch(job, context);
  if (stopped) notify(stopped);
  const account = accountOf(job);
  if (account.left === 0) return end(job, account, signal);
  notify('next goes on with what is left.');
  return { ...account, next };
}

/** The last account, kept for whoever asks again; what led to it is let go. */
function end(job: BulkJob, account: Json, signal: AbortSignal | undefined): Json {
  job.ended = account;
  job.fates.clear();
  job.heard = !signal?.aborted;
  return account;
}

const AUTOMATIONS = 'Tags may start automations for each contact.';
