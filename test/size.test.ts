import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseAst } from 'vitest/node';
import { isRecord } from '../src/lib/json.ts';

/** Lines, the first and the last included. Biome's rules for this do not count every line. */
const MAX_FILE = 250;
const MAX_FUNCTION = 60;

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

const lineCount = (text: string) => text.trimEnd().split('\n').length;

/** First lines of the functions that are too long. */
function longFunctions(text: string): string[] {
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (isRecord(node) && FUNCTIONS.has(String(node.type))) {
      const body = text.slice(Number(node.start), Number(node.end));
      if (lineCount(body) > MAX_FUNCTION) found.push(`${body.split('\n')[0]} (${lineCount(body)} lines)`);
    }
    Object.values(node).forEach(visit);
  };
  visit(parseAst(text, { lang: 'ts' }));
  return found;
}

const names = (await readdir('src', { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
const sources = await Promise.all(names.map(async (name) => ({ name, text: await readFile(`src/${name}`, 'utf8') })));

test(`no source file has more than ${MAX_FILE} lines`, () => {
  expect(sources.length).toBeGreaterThan(100);
  const long = sources.filter(({ text }) => lineCount(text) > MAX_FILE);
  expect(long.map(({ name, text }) => `${name}: ${lineCount(text)} lines`)).toEqual([]);
});

test(`no function has more than ${MAX_FUNCTION} lines`, () => {
  const found = sources.flatMap(({ name, text }) => longFunctions(text).map((each) => `${name}: ${each}`));
  expect(found).toEqual([]);
});

test.each([
  ['a function', (lines: string) => `export async function long() {\n${lines}}\n`],
  ['an arrow function', (lines: string) => `export const long = (text: string): void => {\n${lines}};\n`],
  ['a method', (lines: string) => `export class A {\n  @x long() {\n${lines}  }\n}\n`],
  ['a method of an object', (lines: string) => `export const a = {\n  long() {\n${lines}  },\n};\n`],
  [
    'a function in a function',
    (lines: string) => `export const a = () => {\n  const long = () => {\n${lines}  };\n};\n`,
  ],
])('%s is found when it is too long', (what, write) => {
  const found = (count: number) => longFunctions(write('    // A comment counts.\n'.repeat(count)));
  expect(found(what.endsWith('in a function') ? MAX_FUNCTION - 4 : MAX_FUNCTION - 2)).toEqual([]);
  expect(found(MAX_FUNCTION - 1).length).toBeGreaterThan(0);
});

/** Casts and conversions that an inferred type makes unnecessary. The sandbox works on untyped bodies. */
test.each([
  ['as Json', /\bas Json\b/g, 15],
  ['String(', /\bString\(/g, 50],
])('outside the sandbox "%s" is rare', (_, pattern, bound) => {
  const own = sources.filter(({ name }) => !name.startsWith('sandbox/')).map(({ text }) => text);
  expect(own.join('\n').match(pattern)?.length ?? 0).toBeLessThanOrEqual(bound);
});
