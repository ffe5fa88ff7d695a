import { parseArgs } from 'node:util';
import { BenchContext } from './context.ts';
import { type Figure, limitText, meets, type Part, valueText } from './figure.ts';
import { callFigures } from './parts/calls.ts';
import { limiterFigures, nameFigures } from './parts/costs.ts';
import { journalFigures } from './parts/journal.ts';
import { linearFigures } from './parts/linear-cases.ts';
import { memoryFigures } from './parts/memory.ts';
import { startFigures } from './parts/start.ts';
import { measuredWhere, type Row, tableOf, writeSection } from './results.ts';
import { answerFigures, listFigures } from './tokens.ts';

/** Figures without a context are measured in this process. */
const PARTS: readonly Part<BenchContext>[] = [
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
  { name: 'names', title: 'Cost of names', measure: nameFigures },
  { name: 'limiter', title: 'Cost of the rate limiter', measure: limiterFigures },
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
const NAMES = PARTS.map(({ name }) => name);

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true, default: NAMES }, write: { type: 'boolean', default: false } },
});
const unknown = values.only.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) throw new Error(`--only: ${unknown.join(', ')} is none of ${NAMES.join(', ')}`);
if (values.write && values.only !== NAMES) throw new Error('--write: writes the figures of all parts, not with --only');

const resultOf = ({ value, target }: Figure) => (target ? (meets(value, target) ? 'met' : 'not met') : '');

const row = (figure: Figure): Row => [
  figure.what,
  valueText(figure),
  limitText(figure.target),
  resultOf(figure),
  limitText(figure.bound),
];

const sections: string[] = [];
const misses: string[] = [];
const failures: string[] = [];
const context = await BenchContext.create();
for (const { name, title, measure } of PARTS.filter((part) => values.only.includes(part.name))) {
  const started = performance.now();
  const figures = await measure(context);
  const section = `### ${title}\n\n${tableOf(['', name, 'target', '', 'bound'], figures.map(row))}`;
  console.log(`\n${section}\n\n${name}: ${Math.round((performance.now() - started) / 1_000)} s`);
  sections.push(section);
  for (const figure of figures) {
    const { what, value, target, bound } = figure;
    if (target && !meets(value, target))
      misses.push(`target ${limitText(target)} for "${what}": not met, ${valueText(figure)}`);
    if (bound && !meets(value, bound))
      failures.push(`bound ${limitText(bound)} for "${what}": exceeded, ${valueText(figure)}`);
  }
}
await context.end();

console.log(['', ...misses, ...failures].join('\n'));
if (failures.length > 0) process.exitCode = 1;
if (values.write) await writeSection('bench', [measuredWhere(new Date()), ...sections].join('\n\n'));
