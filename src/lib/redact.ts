import { BoundedMap } from './bounded-map.ts';
import { quoteForMessage } from './text.ts';

/**
 * Secrets are taken out of whatever is shown, logged or journalled: by value where this process has met them, and by
 * shape where it has not. All of it takes time linear in the text.
 */

/** What a token may consist of where it stands in a header, a form or JSON. */
const TOKEN_CHARS = /^[\w.~+/=%-]+/;
const REDACTED = '[redacted]';

/** Characters below which a value is no secret worth hiding: it would hide words of people instead. */
const MIN_LENGTH = 8;
/** Characters that are looked for of a long value, so that a cut one is found as well. */
const PREFIX = 16;
/** Values that are remembered: a day brings two or four. */
const MAX_KNOWN = 64;

/** What is looked for, by the value it belongs to. */
const known = new BoundedMap<string, readonly Needle[]>(MAX_KNOWN);
interface Needle {
  readonly text: string;
  /** True where it is the beginning of a value, whose rest goes as well. */
  readonly prefix: boolean;
}

/** From here on the value is redacted wherever it is met. */
export function rememberSecret(value: string | undefined): void {
  if (value === undefined || !worthHiding(value)) return;
  known.set(value, needlesOf(value));
}

/** No token is a short word: of letters alone it would be one that people write. */
const worthHiding = (value: string): boolean =>
  value.length >= MIN_LENGTH && (/\d/.test(value) || value.length >= PREFIX);

function needlesOf(value: string): Needle[] {
  const plain = TOKEN_CHARS.exec(value)?.[0] === value;
  if (plain && value.length >= PREFIX + MIN_LENGTH) return [{ text: value.slice(0, PREFIX), prefix: true }];
  const spellings = new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
  return [...spellings].map((text) => ({ text, prefix: false }));
}

/** Takes out known secrets and what has the shape of a token; the words of people stay as they are. */
export const redact = (text: string): string => withoutShapes(withoutKnown(text));

/** For values of settings, which may be anything but a secret: takes out what might be one as well. */
export const redactStrictly = (text: string): string =>
  redact(text)
    .replace(UUID, REDACTED)
    .replace(PREFIXED, (word) => (/\d/.test(word) ? REDACTED : word))
    .replace(/[A-Za-z0-9_-]+/g, (word) => (isOpaque(word) ? REDACTED : word));

/** Whether a value is a secret that this process knows, or looks like one. */
export const looksSecret = (value: string): boolean => redactStrictly(value) !== value;

/** The value of a setting inside a sentence: quoted, short, on one line, and never a secret. */
export const quotedSetting = (value: string): string => quoteForMessage(redactStrictly(value));

function withoutKnown(text: string): string {
  let rest = text;
  for (const needles of known.values())
    for (const { text: needle, prefix } of needles) {
      if (!rest.includes(needle)) continue;
      const [first = '', ...others] = rest.split(needle);
      rest = [first, ...others.map((part) => (prefix ? part.replace(TOKEN_CHARS, '') : part))].join(REDACTED);
    }
  return rest;
}

/** A private integration token, whole or cut. */
const PRIVATE = /\bpit-[0-9a-f]{8}[0-9a-f-]*/gi;
/** A client secret, also one that a letter is missing from. */
const UUID = /(?<![0-9a-f])[0-9a-f]{7,9}(?:-[0-9a-f]{3,5}){2,3}[0-9a-f-]*/gi;
/** What many services begin their tokens with. */
const PREFIXED = /\b(?:pit|tok|sk|pk)[-_][\w-]{8,}/gi;
/** A word after "Bearer"; `isToken` tells it from one of a sentence. */
const BEARER = /\bBearer\s{1,4}([\w.~+/=-]+)/gi;
/** A value under a name that says what it is. */
const NAMED = /(\b(?:access_token|refresh_token|client_secret)["']?\s{0,4}[:=]\s{0,4}["']?)[\w.~+/=%-]+/gi;

const isToken = (word: string): boolean => word.length >= PREFIX && /\d/.test(word) && /[a-z]/i.test(word);

function withoutShapes(text: string): string {
  let rest = text;
  if (/pit-/i.test(rest)) rest = rest.replace(PRIVATE, REDACTED);
  if (rest.includes('eyJ')) rest = rest.replace(/[\w.-]+/g, withoutJwt);
  if (/bearer/i.test(rest)) rest = rest.replace(BEARER, (all, word: string) => (isToken(word) ? REDACTED : all));
  return rest.replace(NAMED, `$1${REDACTED}`);
}

/** Header characters of the shortest JSON Web Token. */
const JWT_HEADER = 16;

/** A run of token characters, cut where a JSON Web Token begins in it. */
function withoutJwt(run: string): string {
  let at = 0;
  const parts = run.split('.');
  for (const part of parts.slice(0, -1)) {
    const start = part.search(/(?<![A-Za-z0-9])eyJ/);
    if (start >= 0 && part.length - start >= JWT_HEADER) return run.slice(0, at + start) + REDACTED;
    at += part.length + 1;
  }
  return run;
}

/** Too long and too mixed for a word, a name or an id of HighLevel, which has 20 characters or 24 hexadecimal ones. */
const isOpaque = (word: string): boolean => {
  const longest = word.split(/[-_]/).reduce((max, part) => (part.length > max.length ? part : max), '');
  const mixed = /\d/.test(longest) && /[a-z]/i.test(longest);
  return mixed && (longest.length >= 32 || (longest.length >= 24 && /[a-z]/.test(longest) && /[A-Z]/.test(longest)));
};
