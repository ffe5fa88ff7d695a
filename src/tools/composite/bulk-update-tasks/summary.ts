import type { Json } from '../../../lib/json.ts';
import { isFailure, type StepFailure } from '../bulk-job/bulk-job.ts';
import { changedTask } from './changes.ts';
import type { TasksJob } from './plan.ts';

/** Failures listed one by one; the others are grouped. */
const MAX_FAILURES = 20;

type Outcome = 'changed' | 'unchanged' | 'skipped' | 'left' | StepFailure;

/** The counts of a job so far: changed + unchanged + skipped + failed + left = asked. */
export function summaryOf(job: TasksJob) {
  const { ids, tasks } = job.plan;
  const outcomes = ids.map((id) => [id, outcomeOf(job, id)] as const);
  const count = (wanted: Outcome) => outcomes.filter(([, outcome]) => outcome === wanted).length;
  const failures = outcomes.flatMap(([id, outcome]) => {
    const { title, contact } = tasks.get(id) ?? {};
    return typeof outcome === 'object' ? [{ id, title, contact, reason: outcome.reason }] : [];
  });
  const changed = job.shownIds.flatMap((id) => {
    const changes = job.changes.get(id);
    return changes ? [changedTask(job.before.get(id) ?? { id }, changes)] : [];
  });
  return {
    asked: ids.length,
    changed: count('changed'),
    unchanged: count('unchanged'),
    skipped: count('skipped'),
    failed: failures.length,
    left: count('left'),
    ...(changed.length > 0 ? { tasks: changed } : {}),
    ...(failures.length > 0 ? { failures: failures.slice(0, MAX_FAILURES) } : {}),
    ...(failures.length > MAX_FAILURES ? { furtherFailures: grouped(failures.slice(MAX_FAILURES)) } : {}),
  };
}

/** A task that HighLevel reports as missing was deleted after it was chosen. */
function outcomeOf({ progress }: TasksJob, id: string): Outcome {
  const result = progress.get(id)?.task;
  if (result === undefined) return 'left';
  return isFailure(result) && result.deleted ? 'skipped' : result;
}

/** Number of tasks by reason. */
function grouped(failures: readonly { readonly reason: string }[]): Json[] {
  const counts = new Map<string, number>();
  for (const { reason } of failures) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, tasks]) => ({ reason, tasks })).slice(0, MAX_FAILURES);
}
