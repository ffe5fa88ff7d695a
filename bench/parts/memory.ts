import type { BenchContext } from '../context.ts';
import { type Figure, median } from '../figure.ts';

const DECADES = 10;

/** Resident memory in a loop of 100,000 calls: the median of each ten thousand relative to the second ten thousand. */
export async function memoryFigures(context: BenchContext): Promise<Figure[]> {
  const server = await context.warmServer(context.programs.ours);
  const medians: number[] = [];
  for (let decade = 0; decade < DECADES; decade += 1) {
    const samples: number[] = [];
    for (let thousand = 0; thousand < 10; thousand += 1) {
      await server.callsPerSecond(context.contacts.take(1_000), 32);
      samples.push(server.memory().now);
    }
    medians.push(median(samples));
  }
  server.end();
  const [, second = Number.NaN, ...later] = medians;
  return later.map((mb, i) => ({
    what: `calls to ${((i + 3) * 10_000).toLocaleString('en-US')}`,
    value: mb / second,
    target: { least: 0.9, most: 1.1 },
    bound: { least: 0.7, most: 1.3 },
  }));
}
