import { expect, test } from 'vitest';
import { limitText, lowestOf, median, meets, valueText } from '../../bench/figure.ts';
import { replaceSection, tableOf } from '../../bench/results.ts';

test('the columns of a table are as wide as their longest value; figures are aligned to the right', () => {
  const table = tableOf(
    ['', 'ratio'],
    [
      ['a call', '0.75'],
      ['a longer name', '12.5'],
    ],
  );
  expect(table.split('\n')).toEqual([
    '|               | ratio |',
    '| ------------- | ----: |',
    '| a call        |  0.75 |',
    '| a longer name |  12.5 |',
  ]);
});

test('a run replaces its own section of the results and keeps the other', () => {
  const section = (name: string, content: string) =>
    `<!-- ${name}: written by npm run ${name} -- --write -->\n${content}\n<!-- /${name} -->`;
  const text = `# Results\n${section('bench', 'old')}\n## Soak\n${section('soak', 'kept')}\n`;
  const replaced = `# Results\n${section('bench', 'new $& $1')}\n## Soak\n${section('soak', 'kept')}\n`;
  expect(replaceSection(text, 'bench', 'new $& $1')).toBe(replaced);
  expect(() => replaceSection('# Results', 'bench', 'new')).toThrow('no section bench');
});

test('a figure meets its limits up to the limit itself; one that could not be measured meets none', () => {
  expect([0.9, 1.1, 1.11, 0.89, Number.NaN].map((value) => meets(value, { least: 0.9, most: 1.1 }))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(meets(Number.NaN, { most: 1 })).toBe(false);
  expect([limitText({ least: 0.9, most: 1.1 }), limitText({ most: 55 }), limitText()]).toEqual([
    '≥ 0.9, ≤ 1.1',
    '≤ 55',
    '',
  ]);
  expect(valueText({ what: '', value: 1234.5, digits: 0 })).toBe('1,235');
  expect(valueText({ what: '', value: 0.5 })).toBe('0.50');
});

test('the median of no values is no number', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([])).toBeNaN();
});

test('a figure above its limit is measured again, a limited number of times, and the lowest counts', async () => {
  const values = [1.4, 1.2, 1.3, 1.1, 0.9];
  let measured = 0;
  const measure = async () => values[measured++] ?? Number.NaN;
  expect(await lowestOf(measure, 1.15, 2)).toBe(1.2);
  expect(measured).toBe(3);
  expect(await lowestOf(measure, 1.15, 2)).toBe(1.1);
  expect(measured).toBe(4);
});
