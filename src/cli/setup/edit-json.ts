import {
  applyEdits, createScanner, type Edit, findNodeAtLocation, modify, type Node, type ParseError, parse, parseTree,
  printParseErrorCode,
} from 'jsonc-parser'; // biome-ignore format: one import
import { UserError } from '../../lib/errors.ts';
import { isRecord, type Json } from '../../lib/json.ts';

/** Byte order mark, which editors of Windows put first. */
const BOM = '\uFEFF';

const OPTIONS = { allowTrailingComma: true, disallowComments: false };

/** The content of a JSON file that may have comments. @throws UserError where it is not an object */
export function parseJsonFile(text: string): Json {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(BOM, ''), errors, OPTIONS);
  const [first] = errors;
  if (first) {
    const line = text.slice(0, first.offset).split('\n').length;
    throw new UserError(`Its configuration is not valid JSON (${printParseErrorCode(first.error)} in line ${line}).`);
  }
  if (!isRecord(value)) throw new UserError('Its configuration is not a JSON object.');
  return value;
}

/** Sets the value at a path of two keys, or removes it where it is undefined. Comments and layout of all else are kept. */
export function editJson(text: string, path: readonly string[], value: Json | undefined): string {
  const start = text.startsWith(BOM) ? BOM : '';
  const body = text.slice(start.length).trim() === '' ? '{\n}\n' : text.slice(start.length);
  const edits =
    value === undefined
      ? removals(body, path)
      : modify(body, [...path], value, {}).map((edit) => onOwnLines(body, edit, path));
  return start + applyEdits(body, edits);
}

/** The parser's own removal takes the comments between the property and its neighbours with it. */
function removals(body: string, path: readonly string[]): Edit[] {
  const root = parseTree(body, [], OPTIONS);
  const property = root && findNodeAtLocation(root, [...path])?.parent;
  if (!property) return [];
  const siblings = property.parent?.children ?? [];
  const previous = siblings[siblings.indexOf(property) - 1];
  const entry = { from: property.offset, to: endOf(property) };
  const comma = commaAfter(body, property) ?? (previous && commaAfter(body, previous));
  if (!comma) return [deletion(body, entry)];
  const [first, second] = comma.from < entry.from ? [comma, entry] : [entry, comma];
  const isAdjacent = body.slice(first.to, second.from).trim() === '';
  const ranges = isAdjacent ? [{ from: first.from, to: second.to }] : [first, second];
  return ranges.map((range) => deletion(body, range));
}

interface Range {
  readonly from: number;
  readonly to: number;
}

const endOf = ({ offset, length }: Node) => offset + length;

function commaAfter(body: string, property: Node): Range | undefined {
  const scanner = createScanner(body, true);
  scanner.setPosition(endOf(property));
  scanner.scan();
  const from = scanner.getTokenOffset();
  return body[from] === ',' ? { from, to: from + 1 } : undefined;
}

/** With the line, if nothing else is in it, or else with the spaces that would be left over. */
function deletion(body: string, { from, to }: Range): Edit {
  const [before = ''] = /[ \t]*$/.exec(body.slice(0, from)) ?? [];
  const [after = '', lineEnd] = /^[ \t]*(\r?\n)?/.exec(body.slice(to)) ?? [];
  const startsLine = body[from - before.length - 1] === '\n';
  const start = startsLine && lineEnd === undefined ? from : from - before.length;
  return { offset: start, length: (startsLine ? to + after.length : to) - start, content: '' };
}

/** The parser's own formatting would also change what is before and after the edit in its lines. */
function onOwnLines(body: string, edit: Edit, path: readonly string[]): Edit {
  const eol = body.includes('\r\n') ? '\r\n' : '\n';
  const indent = /\n([ \t]+)\S/.exec(body)?.[1] ?? '  ';
  const format = (value: unknown, depth: number) =>
    JSON.stringify(value, null, indent).replaceAll('\n', eol + indent.repeat(depth));
  if (edit.length > 0) return { ...edit, content: format(JSON.parse(edit.content), path.length) };
  const [, comma = '', property = ''] = /^(,?)(.*)$/s.exec(edit.content) ?? [];
  const depth = path.findIndex((key) => property.startsWith(`${JSON.stringify(key)}:`));
  // Without the line of the opening brace, and with that of the closing one only if the object's own follows at once.
  const lines = format(JSON.parse(`{${property}}`), depth).slice(1);
  const closing = eol + indent.repeat(depth);
  const [spaces] = /^[ \t]*(?=\})/.exec(body.slice(edit.offset)) ?? [];
  if (spaces === undefined) return { ...edit, content: comma + lines.slice(0, -1 - closing.length) };
  return { ...edit, length: spaces.length, content: comma + lines.slice(0, -1) };
}
