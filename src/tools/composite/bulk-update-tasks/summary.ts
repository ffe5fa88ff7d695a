import { isFailure, type StepFailure } from '../bulk-job/bulk-job.ts';
import { listFailures } from '../bulk-job/failures.ts';
import { changedTask } from './changes.ts';
import type { TasksJob } from './plan.ts';

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
    ...listFailures(failures, 'tasks'),
  };
}

/** A task that HighLevel reports as missing was deleted after it was chosen. */
function outcomeOf({ progress }: TasksJob, id: string): Outcome {
  const result = progress.get(id)?.task;
  if (result === undefined) return 'left';
  return isFailure(result) && result.deleted ? 'skipped' : result;
}
