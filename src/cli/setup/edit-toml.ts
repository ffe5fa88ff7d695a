import { parse, stringify, TomlError } from 'smol-toml';
import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';

/** The content of a TOML file. @throws UserError where it is not valid */
export function parseTomlFile(text: string): Json {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new UserError(`Its configuration is not valid TOML (line ${error.line}).`);
  }
}

/** The keys of a table's header, if the line is one: `[a."b c"]` has `a` and `b c`. */
function headerKeys(line: string): readonly string[] | undefined {
  const header = /^\s*\[(?!\[)(.+)\]\s*(#.*)?$/.exec(line)?.[1];
  return header?.split('.').map((key) => key.trim().replace(/^(["'])(.*)\1$/, '$2'));
}

const isHeader = (line: string) => /^\s*\[/.test(line);
const isSpacing = (line: string) => /^\s*(#.*)?$/.test(line);

/** The lines without a table and its subtables, and where the table was. Comments before the next table stay. */
function withoutTable(lines: readonly string[], path: readonly string[]) {
  const kept: string[] = [];
  let at: number | undefined;
  for (let i = 0; i < lines.length; i++) {
    const keys = headerKeys(lines[i] ?? '');
    if (!keys || !path.every((key, depth) => keys[depth] === key)) {
      kept.push(lines[i] ?? '');
      continue;
    }
    at ??= kept.length;
    let end = i + 1;
    while (end < lines.length && !isHeader(lines[end] ?? '')) end++;
    while (end > i + 1 && isSpacing(lines[end - 1] ?? '')) end--;
    i = end - 1;
  }
  return { kept, at };
}

/**
 * Sets the table at a path, or removes it where the value is undefined. All other lines are kept as they are. The caller
 * checks the result: a table that is written inline is not found, and the result then defines it twice.
 */
export function editToml(text: string, path: readonly string[], value: Json | undefined): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const { kept, at } = withoutTable(text.split(/\r?\n/), path);
  if (value === undefined) {
    const wasLast = at !== undefined && kept.slice(at).every((line) => line.trim() === '');
    return wasLast ? `${kept.join(eol).trimEnd()}${eol}` : kept.join(eol);
  }
  const nested = path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value);
  const table = stringify(nested).trimEnd().split('\n');
  if (at !== undefined) return kept.toSpliced(at, 0, ...table).join(eol);
  const before = kept.join(eol).trimEnd();
  return [...(before === '' ? [] : [before, '']), ...table, ''].join(eol);
}
