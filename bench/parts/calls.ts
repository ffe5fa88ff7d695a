import type { BenchContext } from '../context.ts';
import { type Figure, median } from '../figure.ts';
import type { ServerProcess } from '../server-process.ts';

const ROUNDS = 7;
/** Calls of one round: one at a time, and 32 in flight. */
const SINGLE = 250;
const WIDE = 1_000;
const WIDTH = 32;

/** Figures of one server in one round. */
interface Round {
  /** Ticks of processor time for all calls. */
  readonly processorTime: number;
  /** ms */
  readonly duration: number;
  /** Calls per second with 1 and with 32 in flight. */
  readonly rate: number;
  readonly wideRate: number;
}

async function roundOf(server: ServerProcess, single: readonly string[], wide: readonly string[]): Promise<Round> {
  const before = server.processorTicks();
  const durations = await server.callDurations(single);
  const wideRate = await server.callsPerSecond(wide, WIDTH);
  const total = durations.reduce((sum, duration) => sum + duration, 0);
  return {
    processorTime: server.processorTicks() - before,
    duration: median(durations),
    rate: (single.length / total) * 1_000,
    wideRate,
  };
}

/** The servers alternate and get the same contacts in a round, so that a slow moment of the machine affects all. */
async function roundsOf(servers: readonly ServerProcess[], { contacts }: BenchContext): Promise<Round[][]> {
  const rounds: Round[][] = [];
  for (let nth = 0; nth < ROUNDS; nth += 1) {
    const [single, wide] = [contacts.take(SINGLE), contacts.take(WIDE)];
    const round: Round[] = [];
    for (const server of servers) round.push(await roundOf(server, single, wide));
    rounds.push(round);
  }
  return rounds;
}

export async function callFigures(context: BenchContext): Promise<Figure[]> {
  const { onlyRequests, minimalServer, ours } = context.programs;
  const servers: ServerProcess[] = [];
  for (const program of [onlyRequests, minimalServer, ours]) servers.push(await context.warmServer(program));
  const [, minimalPeak = Number.NaN, ownPeak = Number.NaN] = servers.map((server) => server.memory().peak);
  const rounds = await roundsOf(servers, context);
  for (const server of servers) server.end();

  /** Ours relative to another program, the median of all rounds. */
  const ratio = (other: 0 | 1, of: (round: Round) => number) =>
    median(
      rounds.map((round) => (round[2] ? of(round[2]) : Number.NaN) / (round[other] ? of(round[other]) : Number.NaN)),
    );
  const toMinimal = (of: (round: Round) => number) => ratio(1, of);
  const toRequests = (of: (round: Round) => number) => ratio(0, of);
  const own = (of: (round: Round) => number) => median(rounds.flatMap(([, , round]) => (round ? [of(round)] : [])));
  const processorTime = (round: Round) => round.processorTime;
  const duration = (round: Round) => round.duration;
  const rate = (round: Round) => round.rate;
  const wideRate = (round: Round) => round.wideRate;
  const [theirs, raw] = ['relative to a minimal SDK server with one fetch', 'relative to undici alone'];
  return [
    {
      what: `processor time per call, ${theirs}`,
      value: toMinimal(processorTime),
      target: { most: 0.7 },
      bound: { most: 1.4 },
    },
    { what: `processor time per call, ${raw}`, value: toRequests(processorTime) },
    { what: `median call, ${theirs}`, value: toMinimal(duration), target: { most: 0.9 }, bound: { most: 1.8 } },
    { what: `median call, ${raw}`, value: toRequests(duration) },
    { what: 'median call in ms', value: own(duration) },
    { what: `calls per second, 1 in flight, ${theirs}`, value: toMinimal(rate) },
    { what: `calls per second, 1 in flight, ${raw}`, value: toRequests(rate) },
    {
      what: `calls per second, ${WIDTH} in flight, ${theirs}`,
      value: toMinimal(wideRate),
      target: { least: 1.2 },
      bound: { least: 0.45 },
    },
    { what: `calls per second, ${WIDTH} in flight, ${raw}`, value: toRequests(wideRate) },
    { what: `calls per second, ${WIDTH} in flight`, value: own(wideRate), digits: 0 },
    {
      what: `peak memory after 1,000 calls, ${theirs}`,
      value: ownPeak / minimalPeak,
      target: { most: 0.9 },
      bound: { most: 1.3 },
    },
    { what: 'peak memory after 1,000 calls in MB', value: ownPeak, digits: 1 },
  ];
}
