import { readFile } from 'node:fs/promises';
import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { configuration, formatJson, shellCommand } from '../../scripts/install/snippets.ts';
import { SETTINGS } from '../../src/cli/settings.ts';
import { HOSTS } from '../../src/cli/setup/hosts.ts';

/** The code blocks of a file, by language. */
async function blocks(file: string, language: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, body]) => body as string,
  );
}

const settingsIn = (text: string) => [...text.matchAll(/"(GHL_[A-Z_]+)"/g)].map(([, name]) => name as string);

test.each(['README.md', 'docs/install.md'])('every configuration in %s can be pasted as it is', async (file) => {
  const json = await blocks(file, 'json');
  expect(json.length).toBeGreaterThan(0);
  for (const text of json) expect(() => JSON.parse(text)).not.toThrow();
  for (const text of await blocks(file, 'toml')) expect(parse(text)).toHaveProperty('mcp_servers.ghl.command');
  const unknown = settingsIn(json.join()).filter((name) => !(name in SETTINGS));
  expect(unknown).toEqual([]);
});

test('docs/install.md has the configuration of every host', async () => {
  const json = (await blocks('docs/install.md', 'json')).map((text) => JSON.parse(text));
  const guide = await readFile('docs/install.md', 'utf8');
  for (const { name, key, format } of HOSTS) {
    expect(guide).toContain(`### ${name}\n`);
    if (format === 'json') expect(json.some((each) => each[key]?.ghl)).toBe(true);
  }
});

const server = { command: 'C:\\node.exe', args: ['a b', '"quoted"'], env: { GHL_LABEL: "Ana's" } };

test.each(HOSTS)('the text for $name is read as the entry', (host) => {
  const text = configuration(host, server).replace(/^```\w+\n|```$/g, '');
  const whole = host.format === 'toml' ? parse(text) : JSON.parse(text);
  expect(JSON.parse(JSON.stringify(whole))).toEqual({ [host.key]: { ghl: host.entry(server) } });
});

test('lists of plain values are on one line', () => {
  expect(formatJson({ args: ['-y', 'x'], list: [{ a: [1] }] })).toBe(
    '{\n  "args": ["-y", "x"],\n  "list": [\n    {\n      "a": [1]\n    }\n  ]\n}',
  );
});

test('words of a command are quoted for the shell', () => {
  expect(shellCommand(['add', 'A=b c', "it's", '--', '/path'])).toBe("add 'A=b c' 'it'\\''s' -- /path");
});
