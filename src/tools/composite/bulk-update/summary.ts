import type { Json } from '../../../lib/json.ts';
import { isFailure, type Progress } from '../bulk-job/bulk-job.ts';
import type { ContactsJob, StepName } from './job.ts';

/** Failures listed one by one; the others are grouped. */
const MAX_LISTED = 20;

interface Failure extends Json {
  readonly contactId: string;
  readonly step: string;
  readonly reason: string;
}

/** The counts of a job so far: done + skipped + failed + left = asked. */
export function summaryOf(job: ContactsJob) {
  const { ids, repeated } = job.plan;
  const left = ids.filter((id) => job.isLeft(id));
  const leftHalfDone = left.filter((id) => Object.values(job.progress.get(id) ?? {}).some((each) => !isFailure(each)));
  const isOpen = new Set(left);
  const finished = ids.filter((id) => !isOpen.has(id)).map((id) => [id, job.progress.get(id) ?? {}] as const);
  const failures = finished.flatMap(([id, progress]) => failureOf(id, progress) ?? []);
  const unchanged = finished.filter(([, progress]) => Object.values(progress).every((each) => each === 'unchanged'));
  return {
    asked: ids.length,
    done: finished.length - failures.length - unchanged.length,
    skipped: unchanged.length,
    failed: failures.length,
    left: left.length,
    ...(leftHalfDone.length > 0 ? { leftHalfDone: leftHalfDone.length } : {}),
    ...(repeated > 0 ? { repeatedIds: repeated } : {}),
    ...(failures.length > 0 ? { failures: failures.slice(0, MAX_LISTED) } : {}),
    ...(failures.length > MAX_LISTED ? { furtherFailures: grouped(failures.slice(MAX_LISTED)) } : {}),
  };
}

function failureOf(contactId: string, progress: Progress<StepName>): Failure | undefined {
  const steps = Object.entries(progress);
  const failed = steps.flatMap(([step, result]) => (isFailure(result) ? [{ step, reason: result.reason }] : []));
  if (failed.length === 0) return undefined;
  const succeeded = steps.filter(([, result]) => !isFailure(result)).map(([step]) => step);
  return {
    contactId,
    step: failed.map(({ step }) => step).join(', '),
    reason: [...new Set(failed.map(({ reason }) => reason))].join(' '),
    ...(succeeded.length > 0 ? { succeeded: succeeded.join(', ') } : {}),
  };
}

/** The most frequent first. */
function grouped(failures: readonly Failure[]): Json[] {
  const groups = new Map<string, { step: string; reason: string; contacts: number }>();
  for (const { step, reason } of failures) {
    const key = `${step} ${reason}`;
    const group = groups.get(key) ?? { step, reason, contacts: 0 };
    group.contacts += 1;
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.contacts - a.contacts).slice(0, MAX_LISTED);
}
