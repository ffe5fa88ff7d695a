import type { Json } from '../../../lib/json.ts';
import { type BulkJob, type Fate, isLeft } from './job.ts';

/** Failures shown one by one; the others are grouped. */
const SHOWN = 20;

interface Failure extends Json {
  readonly contactId: string;
  readonly step: string;
  readonly reason: string;
}

/** Everything that became of a job so far: done + skipped + failed + left = asked. */
export function accountOf(job: BulkJob): Json {
  const left = job.ids.filter((id) => isLeft(job, id));
  const over = job.ids.filter((id) => !isLeft(job, id));
  const fates = over.map((id) => [id, job.fates.get(id) as Fate] as const);
  const failures = fates.filter(([, fate]) => fate.failures.length > 0).map(([id, fate]) => failureOf(id, fate));
  const good = fates.filter(([, fate]) => fate.failures.length === 0);
  const done = good.filter(([, fate]) => fate.changed).length;
  const begun = left.filter((id) => job.fates.get(id)?.done.length);
  return {
    asked: job.ids.length,
    done,
    skipped: good.length - done,
    failed: failures.length,
    left: left.length,
    ...(begun.length > 0 ? { leftHalfDone: begun.length } : {}),
    ...(job.repeated > 0 ? { repeatedIds: job.repeated } : {}),
    ...(failures.length > 0 ? { failures: failures.slice(0, SHOWN) } : {}),
    ...(failures.length > SHOWN ? { furtherFailures: grouped(failures.slice(SHOWN)) } : {}),
  };
}

function failureOf(contactId: string, { failures, done }: Fate): Failure {
  const step = failures.map((failure) => failure.step).join(', ');
  const reason = [...new Set(failures.map((failure) => failure.reason))].join(' ');
  return { contactId, step, reason, ...(done.length > 0 ? { succeeded: done.join(', ') } : {}) };
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
  return [...groups.values()].sort((a, b) => b.contacts - a.contacts).slice(0, SHOWN);
}
