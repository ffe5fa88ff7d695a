import { type BenchContext, NAME_SCOPES } from '../context.ts';
import { type Figure, median } from '../figure.ts';
import type { ServerProcess } from '../server-process.ts';

const CALLS = 4_000;

/** What `more` adds to a read, relative to `less`; calls alternate, so that a slow moment of the machine affects both. */
async function compare(more: ServerProcess, less: ServerProcess, { contacts }: BenchContext) {
  const durations: Record<'more' | 'less', number[]> = { more: [], less: [] };
  const before = [more.processorTicks(), less.processorTicks()] as const;
  for (const id of contacts.take(CALLS)) {
    durations.more.push(await more.callDuration(id));
    durations.less.push(await less.callDuration(id));
  }
  const processorTime = (more.processorTicks() - before[0]) / (less.processorTicks() - before[1]);
  for (const server of [more, less]) server.end();
  return { duration: median(durations.more) / median(durations.less), processorTime };
}

const figuresOf = (what: string, { duration, processorTime }: Awaited<ReturnType<typeof compare>>): Figure[] => [
  { what: `${what}: median call`, value: duration },
  { what: `${what}: processor time`, value: processorTime },
];

export async function nameFigures(context: BenchContext): Promise<Figure[]> {
  const { ours } = context.programs;
  const withNames = await context.warmServer(ours, { GHL_SCOPES: NAME_SCOPES });
  const without = await context.warmServer(ours, { GHL_SCOPES: 'contacts.readonly' });
  return figuresOf('names of users and fields, local times', await compare(withNames, without, context));
}

export async function limiterFigures(context: BenchContext): Promise<Figure[]> {
  const { ours, withoutLimiter } = context.programs;
  const limited = await context.warmServer(ours);
  const unlimited = await context.warmServer(withoutLimiter);
  return figuresOf('rate limiter below its limit', await compare(limited, unlimited, context));
}
