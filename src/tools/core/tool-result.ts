import type { Endpoint, ListShape } from '../../api/endpoint.ts';
import { isRecord, type Json, listIn } from '../../lib/json.ts';
import { truncate, wellFormed } from '../../lib/text.ts';
import { cleanValue, pickFields, rowOf, type SizeEstimate } from './row-shape.ts';

/** Bytes: a page nobody sized, and the most either half of an answer may hold (hosts cut or drop longer ones). */
export const DEFAULT_PAGE_BYTES = 8_000;
export const MAX_BYTES = 40_000;
/** Characters one value may hold, tried in turn until it fits: in a row of a list, and in a single thing. */
const ROW_VALUES = [1_000, 200, 50];
const TRUNCATION_STEPS = [20_000, 8_000, 2_000, 500, 100];

const SINGLE_ROWS: Readonly<Record<string, (raw: Json) => Json>> = rowOf;
/** Bytes a value takes in an answer, with the comma and line break after it. */
export const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 2;

/**
 * A tool's answer in both halves, which are the same to the byte: a host that shows both compares them to show one. The
 * structured half is read back from the text, so that neither holds what JSON cannot.
 */
export function toolAnswer(data: Json): { content: { type: 'text'; text: string }[]; structuredContent: Json } {
  const text = JSON.stringify(wellFormed(data));
  return { content: [{ type: 'text', text }], structuredContent: JSON.parse(text) as Json };
}

/** The same JSON for people who read a resource or a prompt: one row a line. */
export function toText(given: Json): string {
  const data = wellFormed(given);
  const part = (value: unknown): string =>
    Array.isArray(value) && value.some(isRecord)
      ? `[\n${value.map((row) => JSON.stringify(row)).join(',\n')}\n]`
      : JSON.stringify(value);
  return `{${Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${JSON.stringify(key)}:${part(value)}`)
    .join(',\n')}}`;
}

/** What the model reads of an answer: small, complete or with the arguments that go on, the same in both halves. */
export function toToolResult(endpoint: Endpoint, data: Json, args: Json): Json {
  return endpoint.list
    ? listResult(endpoint, endpoint.list, data, args)
    : singleResult(endpoint.present ? endpoint.present(data, args) : data, args.fields as string[] | undefined);
}

/** Shapes the known envelope keys of a single thing, its longest values cut until it fits. */
function singleResult(data: Json, fields?: readonly string[]): Json {
  let result: Json = {};
  for (const max of TRUNCATION_STEPS) {
    const size = { characters: ENVELOPE_BYTES };
    result = envelope(data, fields, max, size);
    // No character takes more than three bytes, so that what is small needs no measuring.
    if (size.characters * 3 <= MAX_BYTES || bytes(result) + ENVELOPE_BYTES <= MAX_BYTES) return result;
  }
  const notice = `This answer is over ${MAX_BYTES} bytes even when cut. Name the fields you need.`;
  return truncateLists(result, MAX_BYTES - ENVELOPE_BYTES) ?? { notice };
}

/** Data for a person or model to read, its texts and then its lists cut until it takes as much as an answer may. */
export function truncateToLimit(data: Json): Json {
  const room = MAX_BYTES - ENVELOPE_BYTES;
  if (bytes(data) <= room) return data;
  for (const max of TRUNCATION_STEPS) {
    const short = JSON.parse(JSON.stringify(data, (_, v) => (typeof v === 'string' ? truncate(v, max) : v))) as Json;
    const fitting = bytes(short) <= room ? short : max === TRUNCATION_STEPS.at(-1) && truncateLists(short, room);
    if (fitting) return fitting;
  }
  return { notice: `This is over ${MAX_BYTES} bytes even when cut.` };
}

/** Items a list may hold, tried in turn until it fits. */
const ITEMS = [100, 30, 10];

/** The same with its longest lists cut, how many items each had under `listsCut`; undefined where that is not enough. */
export function truncateLists(data: Json, room: number): Json | undefined {
  if (bytes(data) <= room) return data;
  for (const most of ITEMS) {
    const listsCut: Json = {};
    const short = (value: unknown, path: string): unknown => {
      if (Array.isArray(value)) {
        if (value.length > most) listsCut[path] = value.length;
        return value.slice(0, most).map((item) => short(item, path));
      }
      if (!isRecord(value)) return value;
      const under = path && `${path}.`;
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, short(inner, under + key)]));
    };
    const result = { ...(short(data, '') as Json), listsCut };
    if (bytes(result) <= room) return result;
  }
  return undefined;
}

function envelope(data: Json, fields: readonly string[] | undefined, max: number, size: SizeEstimate): Json {
  const result: Json = {};
  for (const [key, value] of Object.entries(data)) {
    if (key === 'traceId') continue;
    const name = key === 'succeded' ? 'succeeded' : key;
    result[name] = isRecord(value)
      ? pickFields((SINGLE_ROWS[key] ?? rowOf.any)(value), fields, max, size)
      : cleanValue(value, max, size);
  }
  return result;
}

/** Room kept for the envelope and the arguments of the next call. */
export const ENVELOPE_BYTES = 1_500;

function listResult(endpoint: Endpoint, list: ListShape, data: Json, args: Json): Json {
  const all = listIn(data, list.key);
  const records = all.flatMap((row, place) => (isRecord(row) ? [{ row, place }] : []));
  const rows = list.whole ? records.map(({ row }, place) => ({ row, place })) : records;
  const skip = Number(args.skip ?? 0);
  const window = list.whole ? rows.slice(skip, args.limit === undefined ? undefined : skip + Number(args.limit)) : rows;
  const sized = args.limit !== undefined || args.pageLimit !== undefined;
  const room = (sized ? MAX_BYTES : DEFAULT_PAGE_BYTES) - ENVELOPE_BYTES;
  const kept = rowsThatFit(
    window.map(({ row }) => row),
    list,
    args,
    room,
  );
  const last = window[kept.length - 1]?.row;
  // Where HighLevel pages, what is no record counts for where the next page begins.
  const shownTo = window[kept.length]?.place ?? all.length;
  const reached = skip + (list.whole ? kept.length : shownTo);
  const complete = list.whole ? reached >= rows.length : kept.length === rows.length;
  const next = last ? list.next({ args, data: { ...data, [list.key]: all }, last, reached, complete }) : undefined;
  const total = list.whole ? rows.length : totalOf(data);
  const extra = endpoint.present ? endpoint.present(data, args) : {};
  return { [list.key]: kept, ...extra, ...(total === undefined ? {} : { total }), ...(next ? { next } : {}) };
}

/** As many rows as fit, and at least one. */
function rowsThatFit(rows: readonly Json[], list: ListShape, args: Json, room: number): Json[] {
  const kept: Json[] = [];
  let used = 0;
  for (const raw of rows) {
    const row = cutRow(list.row(raw), (args.fields as string[] | undefined) ?? list.fields, room);
    used += bytes(row);
    if (used > room && kept.length > 0) break;
    kept.push(row);
  }
  return kept;
}

/** As many rows as the room in bytes allows, and at least one where there is any. */
export function countThatFit(rows: readonly unknown[], room: number): number {
  let used = 0;
  const over = rows.findIndex((row) => {
    used += bytes(row);
    return used > room;
  });
  return over === -1 ? rows.length : Math.max(1, over);
}

function cutRow(raw: Json, fields: readonly string[] | undefined, room: number): Json {
  for (const max of ROW_VALUES) {
    const row = pickFields(raw, fields, max, { characters: 0 });
    if (bytes(row) <= room) return row;
  }
  return tooLargeRow(raw);
}

export const tooLargeRow = ({ id }: Json): Json => ({
  id,
  notice: 'This row is too large to show. Name the fields you need.',
});

function totalOf(data: Json): number | undefined {
  const meta = isRecord(data.meta) ? data.meta.total : undefined;
  const total = [data.total, data.count, meta].find((value) => typeof value === 'number');
  return total as number | undefined;
}
