const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };
const decodeEntities = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => ENTITIES[name] ?? '');
const squeezeSpaces = (text: string): string => text.replace(/\s{2,}|[^\S ]/g, ' ').trim();

/** Tags that do not end a word, as in `<b>Latex</b>:`. */
const INLINE = 'a|abbr|b|code|em|font|i|ins|kbd|mark|q|s|small|span|strike|strong|sub|sup|tt|u';
const BLOCK = 'blockquote|body|br|center|div|h[1-6]|head|hr|html|img|li|ol|p|pre|table|tbody|td|tfoot|th|thead|tr|ul';
// Texts may be long and built to be slow to read: each expression reads a character a fixed number of times, because
// none looks past the next bracket.
const CLOSING_TAG = new RegExp(`</(?:${INLINE}|${BLOCK})\\s*>|<[bh]r\\s*/?>`, 'i');
const TAG = new RegExp(`</?(?:(${INLINE})|${BLOCK})(?:\\s[^<>]*)?/?>`, 'gi');
const BRACKETS = /<[^<>]*>/g;

const withoutTags = (html: string): string => html.replace(TAG, (_, inline) => (inline === undefined ? ' ' : ''));

/** HTML has a closing tag or a break. A name or an address in angle brackets does not make a text HTML. */
export const isHtml = (text: string): boolean => CLOSING_TAG.test(text);

/** One line, as a reader sees it: HTML without its markup, any other text as written. */
export const readableText = (value: unknown): string => {
  const text = String(value ?? '');
  return isHtml(text) ? normalizeText(text) : squeezeSpaces(text);
};

/** Equal for every form in which HighLevel may store a text: HTML tags are removed and entities decoded. */
export const normalizeText = (value: unknown): string => {
  const text = String(value ?? '');
  return squeezeSpaces(decodeEntities(isHtml(text) ? withoutTags(text) : text));
};

/** Characters up to which texts are compared in forms other than as written. */
const COMPARED_CHARACTERS = 100_000;

/** Whether two texts are equal as written, or one is the HTML form of the other. */
export function sameText(a: unknown, b: unknown): boolean {
  const [one, other] = [squeezeSpaces(String(a ?? '')), squeezeSpaces(String(b ?? ''))];
  if (one === other) return true;
  return Math.max(one.length, other.length) <= COMPARED_CHARACTERS && normalizeText(one) === normalizeText(other);
}

/** The text that is left if everything in angle brackets is taken for HTML. */
export const withoutBrackets = (text: string): string => squeezeSpaces(decodeEntities(text.replace(BRACKETS, ' ')));
