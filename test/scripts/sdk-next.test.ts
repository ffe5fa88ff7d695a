import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { apply } from '../../scripts/sdk-next/patch.ts';
import { callTool } from '../../scripts/sdk-next/patches/call-tool.ts';

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sdk-next-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'test'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

test('a patch counts its edits, and reports those that find nothing', async () => {
  const folder = await folderWith({ 'test/a.ts': 'one two two', 'test/b.ts': 'two', 'test/c.txt': 'two' });
  const applied = await apply(folder, {
    reason: 'why',
    edits: [
      { in: 'test', find: /two/g, replace: 'three' },
      { in: 'test/a.ts', find: 'four', replace: 'five' },
      { in: 'test/a.ts', find: 'one', replace: '$1' },
    ],
  });
  expect(applied).toEqual({ reason: 'why', count: 4, stale: ['test/a.ts: four'] });
  const texts = await Promise.all(
    ['a.ts', 'b.ts', 'c.txt'].map((name) => readFile(join(folder, 'test', name), 'utf8')),
  );
  expect(texts).toEqual(['$1 three three', 'three', 'two']);
});

test('a text that occurs twice is left and reported', async () => {
  const folder = await folderWith({ 'test/a.ts': 'two two' });
  const applied = await apply(folder, { reason: 'why', edits: [{ in: 'test/a.ts', find: 'two', replace: 'three' }] });
  expect(applied).toMatchObject({ count: 0, stale: ['test/a.ts: two'] });
  expect(await readFile(join(folder, 'test/a.ts'), 'utf8')).toBe('two two');
});

test('a file that no longer exists is reported', async () => {
  const folder = await folderWith({});
  const applied = await apply(folder, { reason: 'why', edits: [{ in: 'test/a.ts', find: 'two', replace: 'three' }] });
  expect(applied).toMatchObject({ count: 0, stale: ['test/a.ts: two'] });
});

test.each([
  ['callTool(REQUEST, undefined, { signal })', 'callTool(REQUEST, { signal })'],
  ['callTool({ name, arguments: {} }, undefined, options)', 'callTool({ name, arguments: {} }, options)'],
  [
    'callTool(\n  { name, arguments: { a: { b: 1 } } },\n  undefined,\n  options)',
    'callTool(\n  { name, arguments: { a: { b: 1 } } },\n  options)',
  ],
  ['callTool({ name })', 'callTool({ name })'],
])('%s becomes a call with options as the second argument', async (before, after) => {
  const folder = await folderWith({ 'test/a.ts': before });
  await apply(folder, callTool);
  expect(await readFile(join(folder, 'test/a.ts'), 'utf8')).toBe(after);
});
