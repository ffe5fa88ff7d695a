import type { Endpoint, ListShape } from '../../api/endpoint.ts';
import { passageAround } from '../../lib/fold.ts';
import { isRecord, type Json, listIn } from '../../lib/json.ts';
import { wellFormed } from '../../lib/text.ts';
import { shownKeys } from './named-ids.ts';
import { cleanValue, pickFields, rowOf, type Shorten, shortenLongTexts, shortenText } from './row-shape.ts';

/** Bytes: a page without `limit`, and the most that either half of an answer may have (hosts truncate or drop longer ones). */
const DEFAULT_PAGE_BYTES = 8_000;
export const MAX_BYTES = 40_000;
/** Rows that a composite tool shows without `limit`. */
export const DEFAULT_ROWS = 20;
/** Bytes reserved for the envelope and the arguments of the next call, and what is left for the data. */
const ENVELOPE_BYTES = 1_500;
export const MAX_DATA_BYTES = MAX_BYTES - ENVELOPE_BYTES;
export const pageDataBytes = (limit: number | undefined): number =>
  limit === undefined ? DEFAULT_PAGE_BYTES - ENVELOPE_BYTES : MAX_DATA_BYTES;
/** Characters of one value, tried in turn until the answer fits: in a row of a list, and in a single record. */
const ROW_TRUNCATION_STEPS = [1_000, 200, 50];
const TRUNCATION_STEPS = [20_000, 8_000, 2_000, 500, 100];

const SINGLE_ROWS: Readonly<Record<string, ListShape['row']>> = rowOf;
/** Bytes of a value in an answer, with the comma and line break after it. */
export const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 2;

/**
 * A tool's answer as text and as structured content, equal to the byte: some hosts compare the two and show both where
 * they differ.
 */
export class ToolAnswer {
  readonly content: { type: 'text'; text: string }[];
  /** Well-formed JSON of the answer: a large part of a call would be to serialise it once more. */
  readonly #json: string;

  constructor(data: Json) {
    const text = JSON.stringify(wellFormed(data));
    this.content = [{ type: 'text', text }];
    this.#json = `{"content":[{"type":"text","text":${JSON.stringify(text)}}],"structuredContent":${text}}`;
  }

  /** Parsed from the text, so that it holds only what JSON can hold. */
  get structuredContent(): Json {
    return JSON.parse(this.content[0]?.text ?? '{}');
  }

  /** For `JSON.stringify`, which sees no getter of a class. */
  toJSON(): Json {
    return JSON.parse(this.#json);
  }

  /** The well-formed JSON of an answer; undefined for a result that is not one. */
  static jsonOf(result: object): string | undefined {
    return result instanceof ToolAnswer ? result.#json : undefined;
  }
}

/** JSON with one row per line, for people who read a resource or a prompt. */
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

/** Arguments by which lists are paged and rows are picked. */
interface PageArguments {
  readonly limit?: number;
  readonly pageLimit?: number;
  readonly skip?: number;
  readonly query?: string;
  readonly fields?: readonly string[];
}

/** What the model reads of an answer: small, and either complete or with the arguments of the next call. */
export function toToolResult({ list }: Pick<Endpoint, 'list'>, data: Json, args: Json, now: number): Json {
  if (list) return listResult(list, data, args, now);
  const { fields }: PageArguments = args;
  return singleResult(data, now, shownKeys(fields));
}

/** The record of an answer, its longest values truncated until it fits. */
function singleResult(data: Json, now: number, fields?: readonly string[]): Json {
  let result: Json = {};
  for (const max of TRUNCATION_STEPS) {
    result = cleanEnvelope(data, max, now, fields);
    if (bytes(result) <= MAX_DATA_BYTES) return result;
  }
  const notice = `This answer is over ${MAX_BYTES} bytes even when cut. Name the fields you need.`;
  return truncateLists(result) ?? { notice };
}

function cleanEnvelope(data: Json, max: number, now: number, fields?: readonly string[]): Json {
  const result: Json = {};
  for (const [key, value] of Object.entries(data)) {
    if (key === 'traceId') continue;
    const name = key === 'succeded' ? 'succeeded' : key;
    result[name] = isRecord(value)
      ? pickFields((SINGLE_ROWS[key] ?? rowOf.any)(value, now), max, fields)
      : cleanValue(value, max);
  }
  return result;
}

/** Data for a person or model, its texts and then its lists truncated until it fits in one answer. */
export function truncateToLimit(data: Json): Json {
  if (bytes(data) <= MAX_DATA_BYTES) return data;
  let short = data;
  for (const max of TRUNCATION_STEPS) {
    short = JSON.parse(JSON.stringify(data, (key, v) => (typeof v === 'string' ? shortenText(v, max, key) : v)));
    if (bytes(short) <= MAX_DATA_BYTES) return short;
  }
  return truncateLists(short) ?? { notice: `This is over ${MAX_BYTES} bytes even when cut.` };
}

/** Items of one list, tried in turn until the data fits. */
const LIST_TRUNCATION_STEPS = [100, 30, 10];

/** Data with its longest lists truncated and their full lengths under `listsCut`; undefined if it is still too large. */
export function truncateLists(data: Json, room = MAX_DATA_BYTES): Json | undefined {
  if (bytes(data) <= room) return data;
  for (const most of LIST_TRUNCATION_STEPS) {
    const listsCut: Json = {};
    const short = (value: unknown, path: string): unknown => {
      if (isRecord(value)) return shortEntries(value, path && `${path}.`);
      if (!Array.isArray(value)) return value;
      if (value.length > most) listsCut[path] = value.length;
      return value.slice(0, most).map((item) => short(item, path));
    };
    const shortEntries = (value: Json, prefix: string): Json =>
      Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, short(inner, prefix + key)]));
    const result = { ...shortEntries(data, ''), listsCut };
    if (bytes(result) <= room) return result;
  }
  return undefined;
}

function listResult(list: ListShape, data: Json, args: Json, now: number): Json {
  const { limit, pageLimit, skip = 0, fields = list.fields }: PageArguments = args;
  const { query }: PageArguments = list.matches ? args : {};
  const all = listIn(data, list.key);
  const records = all.flatMap((row, index) => {
    const isFound = isRecord(row) && (query === undefined || list.matches?.(row, query));
    return isFound ? [{ row, index }] : [];
  });
  const page = list.whole ? records.slice(skip, limit === undefined ? undefined : skip + limit) : records;
  const room = pageDataBytes(limit ?? pageLimit);
  const shorten = query === undefined ? shortenText : shortenLongTexts((text, max) => passageAround(text, query, max));
  const omitted = new Set(fields ? [] : list.omitted);
  const toRow = (raw: Json) => truncateRow(withoutKeys(list.row(raw, now), omitted), shownKeys(fields), room, shorten);
  const rows = rowsThatFit(page, ({ row }) => toRow(row), room);
  const last = page[rows.length - 1]?.row;
  // Where HighLevel pages, items that are no objects count for the start of the next page.
  const reached = skip + (list.whole ? rows.length : (page[rows.length]?.index ?? all.length));
  const complete = list.whole ? reached >= records.length : rows.length === records.length;
  const next = last && list.next({ args, data: { ...data, [list.key]: all }, last, reached, complete });
  const total = list.whole ? records.length : totalOf(data);
  return {
    [list.key]: rows,
    ...(total === undefined ? {} : { total }),
    ...(next ? { next } : {}),
  };
}

const withoutKeys = (row: Json, keys: ReadonlySet<string>): Json =>
  Object.fromEntries(Object.entries(row).filter(([key]) => !keys.has(key)));

/** The rows of the first items that fit into the room in bytes, and at least one if there is one. */
export function rowsThatFit<T, R>(items: readonly T[], toRow: (item: T) => R, room: number): R[] {
  const rows: R[] = [];
  let used = 0;
  for (const item of items) {
    const row = toRow(item);
    used += bytes(row);
    if (used > room && rows.length > 0) break;
    rows.push(row);
  }
  return rows;
}

function truncateRow(raw: Json, fields: readonly string[] | undefined, room: number, shorten: Shorten): Json {
  for (const max of ROW_TRUNCATION_STEPS) {
    const row = pickFields(raw, max, fields, shorten);
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
  return [data.total, data.count, meta].find((value) => typeof value === 'number');
}
