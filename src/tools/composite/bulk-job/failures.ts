import type { Json } from '../../../lib/json.ts';

/** Failures listed one by one; the others are grouped. */
export const MAX_LISTED = 20;

interface Failure extends Json {
  readonly reason: string;
  readonly step?: string;
}

/** The first failures, and the others grouped by step and reason; `counted` is the key of the number of each group. */
export const listFailures = (failures: readonly Failure[], counted: 'contacts' | 'tasks'): Json => ({
  ...(failures.length > 0 ? { failures: failures.slice(0, MAX_LISTED) } : {}),
  ...(failures.length > MAX_LISTED ? { furtherFailures: grouped(failures.slice(MAX_LISTED), counted) } : {}),
});

/** The most frequent first. */
function grouped(failures: readonly Failure[], counted: string): Json[] {
  const groups = new Map<string, { readonly failure: Json; count: number }>();
  for (const { step, reason } of failures) {
    const key = `${step} ${reason}`;
    const group = groups.get(key) ?? { failure: { ...(step === undefined ? {} : { step }), reason }, count: 0 };
    group.count += 1;
    groups.set(key, group);
  }
  return [...groups.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_LISTED)
    .map(({ failure, count }) => ({ ...failure, [counted]: count }));
}
