import type { BenchContext } from '../context.ts';
import type { Part } from '../figure.ts';
import { answerFigures, listFigures } from '../tokens.ts';
import { callFigures } from './calls.ts';
import { limiterFigures, nameFigures } from './costs.ts';
import { journalFigures } from './journal.ts';
import { linearFigures } from './linear-figures.ts';
import { memoryFigures } from './memory.ts';
import { startFigures } from './start.ts';

/** The parts of the bench, in the order of the results. `tokens` and `linear` measure in this process. */
export const PARTS: readonly Part<BenchContext>[] = [
  {
    name: 'start',
    title: 'Start, until the answer to `tools/list` (medians of 15)',
    measure: startFigures,
  },
  {
    name: 'calls',
    title: 'Calls: `get_contact`, each for another contact, with names, times, validation and limiter',
    measure: callFigures,
  },
  { name: 'names', title: 'Cost of names: calls with them, relative to without', measure: nameFigures },
  {
    name: 'limiter',
    title: 'Cost of the rate limiter: calls with it, relative to a build without',
    measure: limiterFigures,
  },
  {
    name: 'journal',
    title: 'Cost of the journal: median write with it, relative to without',
    measure: journalFigures,
  },
  {
    name: 'memory',
    title: 'Resident memory in a loop, relative to calls 5,000 to 10,000',
    measure: memoryFigures,
  },
  {
    name: 'tokens',
    title: 'Tokens that a model reads (o200k)',
    measure: async () =>
      [...listFigures(), ...(await answerFigures())].map((figure) => ({
        ...figure,
        digits: 0,
        bound: { most: figure.bound },
      })),
  },
  {
    name: 'linear',
    title: 'Processor time for ten times the input, as a ratio (linear: 10)',
    measure: linearFigures,
  },
];
