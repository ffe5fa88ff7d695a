import { CLOCK_SLACK_MS } from '../../lib/time.ts';
import type { ReconcileContext, ReconcileResult } from '../endpoint.ts';
import { outcomeOf, type StartedWrite, type Uncertain, type WriteOutcome } from './outcome.ts';
import { READ_SHARE, type WriteServices } from './services.ts';

/** Finds the outcome of an uncertain write by reading. Similar creates wait for each other, so that no two claim one record. */
export function reconcile(services: WriteServices, write: StartedWrite, uncertain: Uncertain): Promise<WriteOutcome> {
  const { attribution } = services;
  return attribution.serialize(write, async () => {
    const outcome = outcomeOf(write, uncertain, await check(services, write, uncertain.existing));
    if (outcome.kind === 'done') attribution.add(outcome.data);
    return outcome;
  });
}

async function check(
  services: WriteServices,
  write: StartedWrite,
  existing: string | undefined,
): Promise<ReconcileResult> {
  const { name, reconcile: strategy } = write.endpoint;
  if (!strategy) return { happened: undefined, hint: '' };
  const context = contextOf(services, write);
  try {
    return existing !== undefined && strategy.isOwn
      ? await strategy.isOwn(context, existing)
      : await strategy.check(context);
  } catch (error) {
    services.log('warn', 'reconcile', { tool: name, error: (error as Error).message });
    return { happened: undefined, hint: 'Reading it back failed as well: check again in a minute.' };
  }
}

function contextOf({ executor, reader, attribution }: WriteServices, write: StartedWrite): ReconcileContext {
  const { timers, timeoutMs, serverClock } = executor;
  const { sent, snapshot, startedAt, locationId } = write;
  // The rest of the write's own budget, or a share of it: hosts wait no longer.
  const budgetEnd = Math.max(startedAt + timeoutMs, timers.now() + timeoutMs * READ_SHARE);
  const deadline = Math.min(budgetEnd, write.deadline ?? Number.POSITIVE_INFINITY);
  return {
    sent,
    snapshot,
    get since() {
      return startedAt + serverClock.skew - CLOCK_SLACK_MS;
    },
    get until() {
      return timers.now() + serverClock.skew + CLOCK_SLACK_MS;
    },
    isKnown: (id) => attribution.isKnown(id),
    read: (endpoint, args) => reader.readBack(endpoint, args, { locationId, deadline }),
  };
}
