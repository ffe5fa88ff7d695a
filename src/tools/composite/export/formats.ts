import { isRecord, textIn } from '../../../lib/json.ts';
import type { Column } from './columns.ts';

/** The values of one contact, those that are not empty. */
export type Values = readonly (readonly [Column, unknown])[];

/** How contacts are written to a file. */
export interface Format {
  /** The text before the first contact. */
  readonly head: (columns: readonly Column[]) => string;
  /** One contact. */
  readonly row: (values: Values, columns: readonly Column[]) => string;
}

/** Spreadsheets take a file without it for one in a local encoding. */
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * What spreadsheets run as a formula (OWASP: CSV injection; some take the wide characters of Asian keyboards), also behind
 * apostrophes: each such cell gets one apostrophe more, so that removing one gives the value.
 */
const FORMULA = /^'*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r\n]/;

/** A cell by RFC 4180. */
function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const line = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`;

/** A value as one text: a list with commas; an email, phone or file as its main text; other objects as JSON. */
function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(', ');
  if (!isRecord(value)) return `${value}`;
  return textIn(value, 'email') ?? textIn(value, 'phone') ?? textIn(value, 'url') ?? JSON.stringify(value);
}

const csv: Format = {
  head: (columns) => BYTE_ORDER_MARK + line(columns.map(({ header }) => header)),
  row(values, columns) {
    const byColumn = new Map(values);
    return line(columns.map((column) => asText(byColumn.get(column) ?? '')));
  },
};

/** One object a line; custom fields are in an object of their own, as in answers. */
const jsonl: Format = {
  head: () => '',
  row(values) {
    const plain = values.flatMap(([column, value]) => ('key' in column ? [[column.header, value]] : []));
    const fields = values.flatMap(([column, value]) => ('key' in column ? [] : [[column.label, value]]));
    const customFields = fields.length > 0 ? { customFields: Object.fromEntries(fields) } : {};
    return `${JSON.stringify({ ...Object.fromEntries(plain), ...customFields })}\n`;
  },
};

export const FORMATS = { csv, jsonl } as const;
