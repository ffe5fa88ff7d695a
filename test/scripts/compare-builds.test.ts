import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { compareBuilds } from '../../scripts/build-difference.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** A build whose server answers each method with the given result. */
async function build(results: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'build-'));
  folders.push(folder);
  const source = `
    const results = ${JSON.stringify(results)};
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method } = JSON.parse(line);
      console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }));
    });`;
  await writeFile(join(folder, 'index.js'), source);
  return folder;
}

const prompts = { prompts: [{ name: 'sync_changes', arguments: [{ name: 'since' }] }] };
const tool = (description: string) => ({ tools: [{ name: 'get_contact', description }] });

test('two equal builds are identical, and the command exits with 0', async () => {
  const results = { 'tools/list': tool('Read one contact'), 'prompts/list': prompts };
  const args = ['--import', 'tsx', 'scripts/compare-builds.ts', await build(results), await build(results)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toMatch(/^identical: \d+ bytes in 18 responses\n$/);
});

test('a changed tool description is shown with the lines around it', async () => {
  const { same, report } = await compareBuilds(
    await build({ 'tools/list': tool('Read one contact') }),
    await build({ 'tools/list': tool('Get one contact') }),
  );
  expect(same).toBe(false);
  expect(report).toContain('all scopes: tools/list');
  expect(report).toContain(`"name": "get_contact",
-         "description": "Read one contact"
+         "description": "Get one contact"`);
});

test('a different order of keys and a missing prompt are differences', async () => {
  const before = await build({ 'tools/list': { tools: [], note: '' }, 'prompts/list': prompts });
  const reordered = await build({ 'tools/list': { note: '', tools: [] }, 'prompts/list': prompts });
  expect((await compareBuilds(before, reordered)).same).toBe(false);
  const withoutPrompt = await build({ 'tools/list': { tools: [], note: '' } });
  expect((await compareBuilds(before, withoutPrompt)).report).toContain('all scopes: prompts/list {}');
});
