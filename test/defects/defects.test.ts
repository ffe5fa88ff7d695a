import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { adversary } from './adversary.ts';
import { fidelity } from './fidelity.ts';
import { interop } from './interop.ts';
import { review } from './review.ts';

const reports = { interop, fidelity, adversary, review };

test('every reported defect names tests that exist', () => {
  const lines: string[] = [];
  const problems: string[] = [];
  for (const [report, defects] of Object.entries(reports)) {
    for (const { item, what, tests } of defects) {
      const name = `${report} ${item}`;
      if (tests.length === 0) problems.push(`${name} names no test`);
      for (const [file, title] of tests) {
        if (!existsSync(file)) problems.push(`${name}: ${file} does not exist`);
        else if (!readFileSync(file, 'utf8').includes(title)) problems.push(`${name}: ${file} has no test "${title}"`);
      }
      lines.push(
        `${name.padEnd(13)} ${what.padEnd(82)} ${tests.map(([file, title]) => `${file} "${title}"`).join(', ')}`,
      );
    }
  }
  console.log(`${lines.length} defects\n${lines.join('\n')}`);
  expect(lines).toHaveLength(68);
  expect(problems).toEqual([]);
});
