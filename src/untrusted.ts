/**
 * What people typed into the CRM is data. Characters that cannot be seen, or that turn the reading order, are how text
 * hides from a person and speaks to a model: they go. Joiners stay where scripts and emoji need them.
 */
const HIDDEN =
  /(?!\t|\n|\u200C|\u200D|[\u0600-\u0605]|\u06DD|\u070F)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\u034F|\u115F|\u1160|\u17B4|\u17B5|\u3164|\uFFA0|[\u{E0100}-\u{E01EF}]/gu;
/** One variation selector styles a character; a row of them is a message. */
const SELECTORS = /(?<=[\uFE00-\uFE0F])[\uFE00-\uFE0F]+/gu;
const LONE_JOINER =
  /(?<!\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F)\u200D|\u200D(?!\p{Extended_Pictographic})|(?<!\p{Script=Arabic}|\p{Script=Devanagari}|\p{Script=Bengali}|\p{Script=Malayalam})\u200C/gu;

/** Most text is plain, and one look tells. */
const PLAIN = /^[\t\n\x20-\x7e]*$/;

export const plainText = (text: string): string =>
  PLAIN.test(text) ? text : text.replace(HIDDEN, '').replace(SELECTORS, '').replace(LONE_JOINER, '');

/** Cuts to `max` characters and says so. */
export const cut = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '')}… [cut: ${text.length} characters]`;

/** A value from the CRM inside a sentence of ours: short, on one line, in quotes. */
export const quoted = (value: unknown): string =>
  JSON.stringify(cut(plainText(String(value)).replace(/\s+/g, ' '), 80));
