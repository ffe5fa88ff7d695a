import { parse as parseToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { changeText, currentEntry, mergeEntry } from '../../../src/cli/setup/change.ts';
import { parseJsonFile } from '../../../src/cli/setup/edit-json.ts';
import { HOSTS } from '../../../src/cli/setup/hosts.ts';
import type { ServerEntry } from '../../../src/cli/setup/launch.ts';
import { SAMPLES } from './samples.ts';

const host = (id: string) => {
  const found = HOSTS.find((each) => each.id === id);
  if (!found) throw new Error(`There is no host ${id}`);
  return found;
};
const contentOf = (format: 'json' | 'toml', text: string) =>
  format === 'toml' ? JSON.parse(JSON.stringify(parseToml(text))) : text.trim() === '' ? {} : parseJsonFile(text);

const server: ServerEntry = {
  command: 'C:\\Program Files\\node.exe',
  args: ['/path with "quotes"/index.js'],
  env: { GHL_SCOPES: 'contacts.readonly', GHL_LABEL: 'Ana’s [shop]' },
};
const later: ServerEntry = { command: 'npx', args: ['-y', 'ghl-contacts-mcp'], env: {} };

test('there is a sample of every host', () => {
  expect(Object.keys(SAMPLES).sort()).toEqual(HOSTS.map(({ id }) => id).sort());
});

describe.each(HOSTS)('the configuration of $name', (each) => {
  const sample = SAMPLES[each.id] ?? '';
  const { format, key } = each;

  test('gets the entry, and keeps everything else', () => {
    const after = contentOf(format, changeText(each, sample, each.entry(server)));
    const before = contentOf(format, sample);
    expect(after).toEqual({ ...before, [key]: { ...before[key], ghl: each.entry(server) } });
  });

  test('keeps every line as it is, up to its closing braces and commas', () => {
    const after = changeText(each, sample, each.entry(server)).split('\n');
    const lines = sample.split('\n').map((line) => line.replace(/[\s}]*,?$/, ''));
    expect(lines.filter((line) => !after.some((kept) => kept.startsWith(line)))).toEqual([]);
  });

  test('has the new entry in place of an earlier one', () => {
    const first = changeText(each, sample, each.entry(server));
    const second = changeText(each, first, each.entry(later));
    expect(currentEntry(each, second)).toEqual(each.entry(later));
    expect(changeText(each, second, each.entry(later))).toBe(second);
  });

  test('is as before after the entry is removed', () => {
    const before = contentOf(format, sample);
    const after = contentOf(format, changeText(each, changeText(each, sample, each.entry(server)), undefined));
    expect({ ...after, [key]: after[key] ?? {} }).toEqual({ ...before, [key]: before[key] ?? {} });
  });

  test('without the entry is not touched by its removal', () => {
    expect(changeText(each, sample, undefined)).toBe(sample);
  });
});

describe('an entry that replaces an earlier one', () => {
  const decides = ['GHL_API_KEY', 'GHL_SCOPES'];

  test.each([
    [
      'keeps what a person added',
      { command: 'old', timeout: 60, env: { GHL_LABEL: 'Shop' } },
      { timeout: 60, env: { GHL_LABEL: 'Shop' } },
    ],
    ['drops an earlier account', { command: 'old', env: { GHL_API_KEY: 'pit-old', GHL_SCOPES: 'all' } }, {}],
    [
      'keeps settings under the name that the host has',
      { command: ['old'], environment: { GHL_USER: 'a' } },
      { environment: { GHL_USER: 'a' } },
    ],
    ['is as it is where there was none', undefined, {}],
    ['is as it is where there was something else', 'off', {}],
    ['keeps nothing of a server with an address', { type: 'http', url: 'https://x.example', headers: { a: 'b' } }, {}],
  ])('%s', (_, earlier, kept) => {
    const entry = { command: 'npx', args: [] };
    expect(mergeEntry(earlier, entry, decides)).toEqual({ ...kept, ...entry });
  });

  test('has the new values of settings', () => {
    const earlier = { command: 'old', env: { GHL_SCOPES: 'old', GHL_LABEL: 'Shop' } };
    expect(mergeEntry(earlier, { command: 'new', env: { GHL_SCOPES: 'new' } }, decides)).toEqual({
      command: 'new',
      env: { GHL_SCOPES: 'new', GHL_LABEL: 'Shop' },
    });
  });
});

describe('layout', () => {
  const code = host('vscode');

  test('tabs stay tabs', () => {
    const after = changeText(code, SAMPLES.vscode ?? '', code.entry(later));
    expect(after).toContain('\n\t\t"ghl": {\n\t\t\t"type": "stdio"');
  });

  test.each([
    ['{}', '{\n  "mcpServers": {\n    "ghl": {\n      "command": "x",\n      "args": []\n    }\n  }\n}'],
    [
      '{"mcpServers":{"a":{}}}',
      '{"mcpServers":{"a":{},\n    "ghl": {\n      "command": "x",\n      "args": []\n    }\n  }}',
    ],
    [
      '{\n "mcpServers": {\n  "a": {} // first\n }\n}',
      '{\n "mcpServers": {\n  "a": {},\n  "ghl": {\n   "command": "x",\n   "args": []\n  } // first\n }\n}',
    ],
  ])('an entry is on lines of its own in %j', (text, after) => {
    const desktop = host('claude-desktop');
    expect(changeText(desktop, text, desktop.entry({ command: 'x', args: [], env: {} }))).toBe(after);
  });

  test.each([
    ['with the comma after it', '{\n    "ghl": {},\n  }', '{\n  }'],
    [
      'the first',
      '{\n    // ours\n    "ghl": {},\n    // of a\n    "a": {}\n  }',
      '{\n    // ours\n    // of a\n    "a": {}\n  }',
    ],
    ['the last', '{\n    "a": {}, // of a\n    "ghl": {}\n    // end\n  }', '{\n    "a": {} // of a\n    // end\n  }'],
    ['with a comment in its line', '{\n    "ghl": {}, // ours\n    "a": {}\n  }', '{\n    // ours\n    "a": {}\n  }'],
    ['the last of a line', '{ "a": {}, "ghl": {} }', '{ "a": {} }'],
    ['the first of a line', '{ "ghl": {}, "a": {} }', '{ "a": {} }'],
  ])('only the entry is removed, and no comment: %s', (_, servers, after) => {
    const text = (object: string) => `{\n  // mine\n  "mcpServers": ${object},\n}\n`;
    expect(changeText(host('claude-desktop'), text(servers), undefined)).toBe(text(after));
  });

  test('Windows line ends and a byte order mark stay', () => {
    const text = `\uFEFF${(SAMPLES['claude-desktop'] ?? '').replaceAll('\n', '\r\n')}`;
    const after = changeText(host('claude-desktop'), text, host('claude-desktop').entry(later));
    expect(after.startsWith('\uFEFF{\r\n')).toBe(true);
    expect(after.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  test('the same holds for TOML', () => {
    const text = (SAMPLES.codex ?? '').replaceAll('\n', '\r\n');
    const after = changeText(host('codex'), text, host('codex').entry(server));
    expect(after.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  test('a table is replaced where it is, and comments of the next one stay', () => {
    const text =
      '[mcp_servers.ghl] # mine\ncommand = "old"\n\n[mcp_servers.ghl.env]\nA = "1"\n\n# The terminal\n[tui]\nx = 1\n';
    const after = changeText(host('codex'), text, host('codex').entry(later));
    expect(after).toBe(
      '[mcp_servers.ghl]\ncommand = "npx"\nargs = [ "-y", "ghl-contacts-mcp" ]\n\n\n# The terminal\n[tui]\nx = 1\n',
    );
  });
});

describe('is refused, with a reason,', () => {
  const desktop = host('claude-desktop');
  const codex = host('codex');

  test.each([
    ['JSON with an error', desktop, '{\n  "mcpServers": {\n    "a": }\n}', /not valid JSON \(\w+ in line 3\)/],
    ['a list', desktop, '[]', /not a JSON object/],
    ['servers that are no object', desktop, '{"mcpServers": []}', /mcpServers is not an object/],
    ['servers that are null', desktop, '{"mcpServers": null}', /mcpServers is not an object/],
    ['a key that is there twice', desktop, '{"mcpServers": {"a": {}}, "mcpServers": {}}', /only a person can edit/],
    ['TOML with an error', codex, 'a = 1\nb = \n', /not valid TOML \(line 2\)/],
    ['an inline table', codex, 'mcp_servers = { other = { command = "x" } }\n', /only a person can edit/],
    ['a header inside a text', codex, 'a = """\n[mcp_servers.ghl]\n"""\n', /only a person can edit/],
  ])('%s', (_, each, text, reason) => {
    expect(() => changeText(each, text, each.entry(server))).toThrow(reason);
  });
});
