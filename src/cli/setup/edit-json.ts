import { applyEdits, type Edit, modify, type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
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
  const edits = modify(body, [...path], value, {});
  const change = (edit: Edit) => (value === undefined ? withComma(body, edit) : onOwnLines(body, edit, path));
  return start + applyEdits(body, edits.map(change));
}

/** The parser leaves the comma after the only property of an object. */
function withComma(body: string, edit: Edit): Edit {
  const isFirst = /\{\s*$/.test(body.slice(0, edit.offset));
  const [comma = ''] = /^\s*,/.exec(body.slice(edit.offset + edit.length)) ?? [];
  return isFirst ? { ...edit, length: edit.length + comma.length } : edit;
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
