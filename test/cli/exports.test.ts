import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Json } from '../../src/lib/json.ts';
import { HELLO, rpc, start } from '../program.ts';

/** The built program with the sandbox. */
async function serve(env: Record<string, string>) {
  const program = start(['--sandbox'], { LOG_LEVEL: 'silent', GHL_TIMEZONE: 'UTC', ...env });
  onTestFinished(() => void program.child.kill());
  program.send(HELLO);
  const { instructions } = (await program.answer(1)).result as { instructions: string };
  let id = 1;
  const call = async (args: Json = {}) => {
    id += 1;
    program.send(rpc(id, 'tools/call', { name: 'export_contacts', arguments: args }));
    return (await program.answer(id)).result as { structuredContent: Json; content: { text: string }[] };
  };
  return { instructions, call };
}

test('two programs that export at once into one folder write a file for each call', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'exports-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [one, two] = await Promise.all([serve({ GHL_EXPORT_DIR: folder }), serve({ GHL_EXPORT_DIR: folder })]);
  expect(one.instructions).not.toContain('GHL_EXPORT_DIR');
  const args = { fileName: 'all' };
  const answers = await Promise.all([one, two, one, two, one].map(({ call }) => call(args)));
  expect((await readdir(folder)).sort()).toEqual(['all-2.csv', 'all-3.csv', 'all-4.csv', 'all-5.csv', 'all.csv']);
  const paths = answers.map(({ structuredContent }) => String(structuredContent.path));
  expect(new Set(paths).size).toBe(5);
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  expect(texts[0]).toContain('Maria,Lopez');
  expect(new Set(texts).size).toBe(1);
  for (const path of paths) expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('without GHL_EXPORT_DIR the program says that exports are off', async () => {
  const { instructions, call } = await serve({});
  expect(instructions).toContain('Off until the owner sets GHL_EXPORT_DIR: export_contacts.');
  expect((await call()).content[0]?.text).toMatch(/^export_contacts is off until the owner sets GHL_EXPORT_DIR/);
});
