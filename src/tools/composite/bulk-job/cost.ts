import type { ToolContext } from '../../core/context.ts';
import type { BulkPlan, Step } from './bulk-job.ts';

/** Share of the daily quota from which the cost of a job is given. */
const NOTABLE_SHARE = 0.05;

/** What requests take of the daily quota, as the headers of the last answers give it; undefined for a small share. */
export function shareOfDay(requests: number, { api }: Pick<ToolContext, 'api'>): string | undefined {
  const { dailyLimit, dailyRemaining = 0 } = api.status().quota;
  if (!dailyLimit || requests < dailyLimit * NOTABLE_SHARE) return undefined;
  const share = Math.round((100 * requests) / dailyLimit);
  const stops = requests > dailyRemaining ? '; it stops when they are used up and can continue the next day' : '';
  return `It takes about ${requests} requests, ${share} % of the ${dailyLimit} this location has a day, of which ${dailyRemaining} are left${stops}.`;
}

/** What a large job takes of the daily quota; undefined for a small job. */
export const costOf = <StepName extends string, Plan extends BulkPlan<StepName>>(
  { steps, ids }: Plan,
  work: Readonly<Record<StepName, Step<Plan>>>,
  context: Pick<ToolContext, 'api'>,
): string | undefined =>
  shareOfDay(
    steps.reduce((sum, step) => sum + Math.ceil(ids.length / work[step].idsPerCall), 0),
    context,
  );
