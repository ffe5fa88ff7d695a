import { expect, test } from 'vitest';
import { type RowResult, shownRows } from '../../../../src/tools/composite/onboard/row-result.ts';

const MAX_BYTES = 40_000;
const fieldNames = Array.from({ length: 30 }, (_, i) => `customFields.Field ${i}`);

/** 100 rows that changed `fields` fields from and to values of `size` characters. */
const rows = (fields: number, size: number): RowResult[] =>
  Array.from({ length: 100 }, (_, row) => ({
    row,
    outcome: 'updated',
    contactId: `contact${String(row).padStart(13, '0')}`,
    contact: { firstName: 'n'.repeat(size), tags: ['vip'] },
    changed: fieldNames.slice(0, fields).map((field) => ({ field, old: 'o'.repeat(size), new: 'n'.repeat(size) })),
    tasks: [{ id: 'task', title: 't'.repeat(size) }],
    reason: 'r'.repeat(size),
  }));

test.each([
  [1, 20, ['contact', 'changed', 'tasks', 'reason']],
  [1, 5_000, ['changed', 'tasks', 'reason']],
  [2, 5_000, ['changed', 'reason']],
  [30, 5_000, ['reason']],
])('%i fields of %i characters in each of 100 rows: %j are shown', (fields, size, shown) => {
  const answer = shownRows(rows(fields, size));
  expect(answer).toHaveLength(100);
  expect(Object.keys(answer[99] ?? {})).toEqual(['row', 'outcome', 'contactId', ...shown]);
  expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(MAX_BYTES);
});
