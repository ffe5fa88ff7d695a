import { UserError } from '../../lib/errors.ts';
import { foldText } from '../../lib/fold.ts';
import { nearest } from '../../lib/nearest.ts';
import { quoteForMessage } from '../../lib/text.ts';
import type { NamedRow } from '../core/lookup-cache.ts';
import { partsOf } from './custom-field-values.ts';

/**
 * A value in the form that a field of this type stores: HighLevel drops what does not fit without a word.
 * @throws UserError that says what the field takes; nothing was sent
 */
export function readFieldValue(field: NamedRow, value: unknown, argument: string): unknown {
  const refuse = (what: string): never => {
    throw new UserError(`Nothing was sent. ${argument}.value: ${quoteForMessage(field.name)} takes ${what}.`);
  };
  // Empties the field, whatever its type.
  if (value === '' || (Array.isArray(value) && value.length === 0)) return value;
  switch (field.dataType) {
    case 'NUMERICAL':
    case 'MONETORY':
      return readNumber(value) ?? refuse('a number');
    case 'DATE':
      return readDay(value) ?? refuse('a date such as 2026-11-24');
    case 'SINGLE_OPTIONS':
    case 'RADIO':
      return readOption(field, readText(value) ?? refuse(`one of its options, ${options(field)}`), refuse);
    case 'CHECKBOX':
    case 'MULTIPLE_OPTIONS':
      return readOptions(field, value, refuse);
    case 'TEXTBOX_LIST':
      return refuse(
        `its parts one by one, each as a field: ${partsOf(field)
          .slice(0, MAX_OPTIONS)
          .map(({ label }) => quoteForMessage(`${field.name} / ${label}`))
          .join(', ')}`,
      );
    case 'FILE_UPLOAD':
      return refuse('files, which only HighLevel itself can upload');
    default:
      return readText(value) ?? refuse('a text');
  }
}

const readText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

/** A comma only parts thousands: `12,5` may be twelve and a half. */
const NUMBER = /^-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/;

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const text = typeof value === 'string' ? value.trim() : '';
  return NUMBER.test(text) ? Number(text.replaceAll(',', '')) : undefined;
}

/** A day of the calendar; of a time its day, as HighLevel stores no more. */
function readDay(value: unknown): string | undefined {
  const [, day] =
    typeof value === 'string' ? (/^(\d{4}-\d{2}-\d{2})(T[\d:.]{5,18}(Z|[+-]\d{2}:?\d{2})?)?$/.exec(value) ?? []) : [];
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(String(day)) ? day : undefined;
}

const optionsOf = ({ picklistOptions }: NamedRow): string[] =>
  (Array.isArray(picklistOptions) ? picklistOptions : []).filter(
    (option): option is string => typeof option === 'string',
  );

/** Options named in a message. */
const MAX_OPTIONS = 12;

function options(field: NamedRow): string {
  const all = optionsOf(field);
  const shown = all.slice(0, MAX_OPTIONS).map(quoteForMessage).join(', ');
  return all.length > MAX_OPTIONS ? `${shown} and ${all.length - MAX_OPTIONS} more` : shown;
}

/** The option in its exact spelling; one that is not known is refused, unless the field names none. */
function readOption(field: NamedRow, value: string, refuse: (what: string) => never): string {
  const all = optionsOf(field);
  if (all.length === 0 || all.includes(value)) return value;
  const alike = all.filter((option) => foldText(option) === foldText(value));
  if (alike.length === 1 && alike[0] !== undefined) return alike[0];
  const near = nearest(value, all, Math.max(2, Math.floor(value.length / 3)));
  return refuse(
    `one of its options, ${options(field)}; not ${quoteForMessage(value)}${near ? `. Did you mean ${quoteForMessage(near)}?` : ''}`,
  );
}

/** A yes or no is stored as a text among the choices. */
function readOptions(field: NamedRow, value: unknown, refuse: (what: string) => never): unknown {
  if (typeof value === 'boolean') return [String(value)];
  return [value].flat().map((item) => {
    const text = readText(item) ?? refuse(`a list of its options, ${options(field)}`);
    return readOption(field, text, refuse);
  });
}
