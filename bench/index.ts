import { parseArgs } from 'node:util';
import { BenchContext } from './context.ts';
import { type Figure, limitText, meets, valueText } from './figure.ts';
import { PARTS } from './parts/index.ts';
import { measuredWhere, type Row, tableOf, writeSection } from './results.ts';

const NAMES = PARTS.map(({ name }) => name);

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true, default: NAMES }, write: { type: 'boolean', default: false } },
});
const unknown = values.only.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) throw new Error(`--only: ${unknown.join(', ')} is none of ${NAMES.join(', ')}`);
if (values.write && values.only !== NAMES) throw new Error('--write: writes the figures of all parts, not with --only');

const measured = measuredWhere(new Date());

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
if (values.write) await writeSection('bench', [measured, ...sections].join('\n\n'));
