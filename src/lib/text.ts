/** Scripts in which joiners decide between the forms of a letter. */
const JOINED = [
  'Arabic', 'Syriac', 'Mandaic', 'Nko', 'Mongolian', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil',
  'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Khmer', 'Myanmar', 'Balinese', 'Javanese',
].map((script) => String.raw`\p{Script_Extensions=${script}}`); // biome-ignore format: a list

/** Where a character that cannot be seen has a use, each in a context of a bounded length: the work stays linear. */
const NEEDED = [
  String.raw`[\t\n]`,
  // Number signs before Arabic and Syriac digits: format characters, yet visible.
  String.raw`[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]`,
  // One joiner after a letter or sign of such a script.
  String.raw`(?<=(?!\p{Default_Ignorable_Code_Point})[${JOINED.join('')}])[\u200C\u200D]`,
  // A joiner between two emoji.
  String.raw`(?<=\p{Extended_Pictographic}\uFE0F?|\p{Emoji_Modifier})\u200D(?=\p{Extended_Pictographic})`,
  // One emoji or text style after an emoji or the base of a keycap. After plain letters a style is a covert channel.
  String.raw`(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier})[\uFE0E\uFE0F]`,
  String.raw`(?<=[0-9#*])\uFE0F(?=\u20E3)`,
  // One variant selector after a Mongolian letter.
  String.raw`(?<=[\u1820-\u18AA])[\u180B-\u180F]`,
];

/**
 * Characters that cannot be seen, or that change the reading order: text uses them to hide from a person and to speak to
 * a model.
 */
const newHidden = () =>
  new RegExp(String.raw`(?!${NEEDED.join('|')})[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`, 'gu');
/** Made with the first text that is not plain: so many classes of characters would cost each start milliseconds. */
let hidden: RegExp | undefined;

/** Most text is plain, and one look tells. */
const PLAIN = /^[\t\n\x20-\x7e]*$/;

/** Text from the CRM without hidden characters and without halves of characters. What people typed is data. */
export function stripHiddenCharacters(text: string): string {
  if (PLAIN.test(text)) return text;
  hidden ??= newHidden();
  return text.toWellFormed().replace(hidden, '');
}

/** The first `max` UTF-16 units, or one less where the cut would fall inside a character. */
export const firstCharacters = (text: string, max: number): string =>
  text.length <= max ? text : text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');

/** Cuts to `max` characters and says so. */
export const truncate = (text: string, max: number): string =>
  text.length <= max ? text : `${firstCharacters(text, max)}… [cut: ${text.length} characters]`;

/** The same text, or as much of it as takes `max` bytes, with a mark. */
export function withinBytes(text: string, max: number): string {
  // No character takes more than three bytes for each UTF-16 unit.
  if (text.length * 3 <= max || Buffer.byteLength(text) <= max) return text;
  const mark = `… [cut: ${text.length} characters]`;
  let room = max - Buffer.byteLength(mark);
  const bytes = Buffer.from(text);
  // Not inside a character: its further bytes begin with the bits 10.
  while (room > 0 && ((bytes[room] ?? 0) & 0xc0) === 0x80) room -= 1;
  return bytes.toString('utf8', 0, room) + mark;
}

/** A value from the CRM inside a sentence of ours: short, on one line, in quotes. */
export const quoteForMessage = (value: unknown): string =>
  JSON.stringify(truncate(stripHiddenCharacters(String(value)).replace(/\s+/g, ' '), 80));

/**
 * The same JSON without lone surrogates, in keys and values: half of a character in one message makes JSON parsers of
 * several hosts refuse the message or end the connection. The very same value where there are none.
 */
export function wellFormed<T>(value: T): T {
  // Nearly every message is, and to look takes a fraction of making it anew.
  return (isWellFormed(value) ? value : repaired(value)) as T;
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isWellFormed);
  for (const key in value)
    if (!key.isWellFormed() || !isWellFormed((value as Record<string, unknown>)[key])) return false;
  return true;
}

function repaired(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(repaired);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), repaired(inner)]));
}
