/** Scripts in which joiners select the form of a letter. */
const JOINING_SCRIPTS = [
  'Arabic', 'Syriac', 'Mandaic', 'Nko', 'Mongolian', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil',
  'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Khmer', 'Myanmar', 'Balinese', 'Javanese',
].map((script) => String.raw`\p{Script_Extensions=${script}}`); // biome-ignore format: a list

/** Contexts in which an invisible character is needed; each has a bounded length, so that matching is linear. */
const NEEDED = [
  String.raw`[\t\n]`,
  // Number signs before Arabic and Syriac digits: format characters, but visible.
  String.raw`[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]`,
  // One joiner after a letter or sign of these scripts.
  String.raw`(?<=(?!\p{Default_Ignorable_Code_Point})[${JOINING_SCRIPTS.join('')}])[\u200C\u200D]`,
  // A joiner between two emoji.
  String.raw`(?<=\p{Extended_Pictographic}\uFE0F?|\p{Emoji_Modifier})\u200D(?=\p{Extended_Pictographic})`,
  // One variation selector after an emoji or the base of a keycap. After plain letters it is a covert channel.
  String.raw`(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier})[\uFE0E\uFE0F]`,
  String.raw`(?<=[0-9#*])\uFE0F(?=\u20E3)`,
  // One variation selector after a Mongolian letter.
  String.raw`(?<=[\u1820-\u18AA])[\u180B-\u180F]`,
];

/** Invisible characters, and those that change the reading order: they hide text from a person that a model reads. */
const newHidden = () =>
  new RegExp(String.raw`(?!${NEEDED.join('|')})[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`, 'gu');
/** Compiled for the first text that is not plain: it takes milliseconds, which would slow every start. */
let hidden: RegExp | undefined;

/** Most text is plain and needs no replacement. */
const PLAIN = /^[\t\n\x20-\x7e]*$/;

/** Text from the CRM without hidden characters and lone surrogates. */
export function stripHiddenCharacters(text: string): string {
  if (PLAIN.test(text)) return text;
  hidden ??= newHidden();
  return text.toWellFormed().replace(hidden, '');
}

/** The first `max` UTF-16 units, or one fewer if the last is half of a character. */
export const firstCharacters = (text: string, max: number): string =>
  text.length <= max ? text : text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');

/** The first `max` characters, with a mark if there are more. */
export const truncate = (text: string, max: number): string =>
  text.length <= max ? text : `${firstCharacters(text, max)}… [cut: ${text.length} characters]`;

/** Stands where characters of a text are left out. */
export const missingMark = (characters: number): string => `… [${characters} characters missing] …`;

/** Beginning and end of a text, `max` characters of it, with a mark for what is missing between them. */
export function truncateMiddle(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = text.slice(text.length - Math.floor(max / 2)).replace(/^[\uDC00-\uDFFF]/, '');
  const start = firstCharacters(text, max - end.length);
  return `${start}${missingMark(text.length - start.length - end.length)}${end}`;
}

/** As much of the text as fits `max` bytes, with a mark if there is more. */
export function withinBytes(text: string, max: number): string {
  // No character takes more than three bytes for each UTF-16 unit.
  if (text.length * 3 <= max || Buffer.byteLength(text) <= max) return text;
  const mark = `… [cut: ${text.length} characters]`;
  let room = max - Buffer.byteLength(mark);
  const bytes = Buffer.from(text);
  // Not inside a character: its further bytes start with the bits 10.
  while (room > 0 && ((bytes[room] ?? 0) & 0xc0) === 0x80) room -= 1;
  return bytes.toString('utf8', 0, room) + mark;
}

/** A value from the CRM for a message: short, on one line, in quotes. */
export const quoteForMessage = (value: unknown): string =>
  JSON.stringify(truncate(stripHiddenCharacters(String(value)).replace(/\s+/g, ' '), 80));

/**
 * The value without lone surrogates in keys and texts: the JSON parsers of several hosts refuse a message with one, or end
 * the connection. Returns the same object if there are none.
 */
export function wellFormed<T>(value: T): T {
  // Nearly every message is well-formed, and checking is much faster than copying.
  return (isWellFormed(value) ? value : toWellFormed(value)) as T;
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isWellFormed);
  for (const key in value)
    if (!key.isWellFormed() || !isWellFormed((value as Record<string, unknown>)[key])) return false;
  return true;
}

function toWellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toWellFormed);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), toWellFormed(inner)]));
}
