import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { fetchTransport } from '../../../../src/api/transport/index.ts';
import type { Json } from '../../../../src/lib/json.ts';
import { createSandbox, type SandboxData } from '../../../../src/sandbox/index.ts';
import { type Connected, connect, NOW, type Options } from '../../../connect.ts';

export const EXPORT = 'export_contacts';
export const SEARCH = 'POST /contacts/search';

export type Person = SandboxData['contacts'][number];
const HOUR = 3_600_000;

export const idOf = (n: number) => `person${String(n).padStart(14, '0')}`;

/** The oldest first, as an export lists them. */
export const people = (count: number, more: (i: number) => Partial<Person> = () => ({})): Person[] =>
  Array.from({ length: count }, (_, i) => ({
    id: idOf(i),
    firstName: `Person ${i}`,
    email: `person${i}@example.com`,
    dateAdded: new Date(NOW - (count - i) * HOUR).toISOString(),
    ...more(i),
  }));

/** A new folder, removed after the test. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'exports-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export type World = Connected & { readonly folder: string };

/** A server that exports into a folder; `beforeSearch` runs before the nth search reaches the sandbox. */
export async function openExport(
  data: Partial<SandboxData>,
  options: Options & { readonly beforeSearch?: (nth: number) => Promise<void> | void } = {},
): Promise<World> {
  const { beforeSearch, ...rest } = options;
  const folder = options.exportFolder ?? (await newFolder());
  const sandboxed =
    options.sandboxed ?? createSandbox({ now: () => NOW, rate: 'off', data: { contacts: [], ...data } });
  let searches = 0;
  const transport = fetchTransport(async (request) => {
    if (new URL(request.url).pathname === '/contacts/search') await beforeSearch?.(++searches);
    return sandboxed.fetch(request);
  });
  const connected = await connect({
    timezone: 'UTC',
    ...rest,
    exportFolder: folder,
    sandboxed,
    api: { transport, ...options.api },
  });
  return { ...connected, folder };
}

/** Names of the files in a folder. */
export const filesIn = async (folder: string): Promise<string[]> => (await readdir(folder)).sort();

export const textAt = (answer: Json): Promise<string> => readFile(String(answer.path), 'utf8');

/** Permissions of a file or folder, as chmod takes them. */
export const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

/** The rows of a CSV file by RFC 4180: quoted cells may hold quotes, commas and line breaks; lines end with CRLF. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at += 1; ; at += 1) {
        if (text[at] === '"' && text[at + 1] !== '"') break;
        if (text[at] === '"') at += 1;
        if (at >= text.length) throw new Error('a quoted cell does not end');
        cell += text[at];
      }
      at += 1;
    } else {
      while (at < text.length && !',\r\n'.includes(text[at] as string)) {
        if (text[at] === '"') throw new Error(`a quote in a plain cell: ${cell}`);
        cell += text[at++];
      }
    }
    row.push(cell);
    if (text[at] === ',') {
      at += 1;
      continue;
    }
    if (text.slice(at, at + 2) !== '\r\n')
      throw new Error(`a row ends without CRLF: ${JSON.stringify(text.slice(at, at + 9))}`);
    at += 2;
    rows.push(row);
    row = [];
  }
  return rows;
}

/** The contacts of a CSV file: objects by the names in its first row, empty cells left out, the escapes removed. */
export function contactsIn(text: string): Record<string, string>[] {
  expect(text.startsWith('\uFEFF')).toBe(true);
  const [head = [], ...rows] = parseCsv(text.slice(1));
  expect(new Set(head).size).toBe(head.length);
  return rows.map((cells) => {
    expect(cells).toHaveLength(head.length);
    for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@＝＋－＠\t\r\n]/);
    const filled = cells.map((cell, i) => [head[i], cell.replace(/^'('*[=+\-@＝＋－＠\t\r\n])/, '$1')]);
    return Object.fromEntries(filled.filter(([, cell]) => cell !== ''));
  });
}
