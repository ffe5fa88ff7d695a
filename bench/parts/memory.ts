import type { BenchContext } from '../context.ts';
import { type Figure, median } from '../figure.ts';

const STEPS = 10;
const CALLS_PER_STEP = 5_000;
const SAMPLES_PER_STEP = 10;

/** Resident memory in a loop of calls: the median of each step relative to the second step. */
export async function memoryFigures(context: BenchContext): Promise<Figure[]> {
  const server = await context.warmServer(context.programs.ours);
  const medians: number[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const samples: number[] = [];
    for (let sample = 0; sample < SAMPLES_PER_STEP; sample += 1) {
      await server.callsPerSecond(context.contacts.take(CALLS_PER_STEP / SAMPLES_PER_STEP), 32);
      samples.push(server.memory().now);
    }
    medians.push(median(samples));
  }
  server.end();
  const [, second = Number.NaN, ...later] = medians;
  return later.map((mb, i) => ({
    what: `calls to ${((i + 3) * CALLS_PER_STEP).toLocaleString('en-US')}`,
    value: mb / second,
    target: { least: 0.9, most: 1.1 },
    bound: { least: 0.7, most: 1.3 },
  }));
}
