import { BoundedMap } from './bounded-map.ts';
import { quoteForMessage } from './text.ts';

// Secrets are removed from everything that is shown, logged or journalled: by value if this process knows them, else by
// shape. All of it takes time linear in the text.

/** Characters of a token in a header, a form or JSON. */
const TOKEN_CHARS = /^[\w.~+/=%-]+/;
const REDACTED = '[redacted]';

/** Minimum characters of a secret: a shorter value would hide words that people wrote. */
const MIN_LENGTH = 8;
/** Characters by which a long value is found, so that a truncated one is found as well. */
const PREFIX = 16;
/** Secrets that are remembered; a day has two or four. */
const MAX_KNOWN = 64;

/** Texts to search for, by secret. */
const known = new BoundedMap<string, readonly Needle[]>(MAX_KNOWN);
interface Needle {
  readonly text: string;
  /** True if it is the start of a secret, whose rest is removed as well. */
  readonly prefix: boolean;
}

/** The value is redacted from now on wherever it appears. */
export function rememberSecret(value: string | undefined): void {
  if (value === undefined || !isSecret(value)) return;
  known.set(value, needlesOf(value));
}

/** A short value of letters only may be a word that people write. */
const isSecret = (value: string): boolean => value.length >= MIN_LENGTH && (/\d/.test(value) || value.length >= PREFIX);

function needlesOf(value: string): Needle[] {
  const plain = TOKEN_CHARS.exec(value)?.[0] === value;
  if (plain && value.length >= PREFIX + MIN_LENGTH) return [{ text: value.slice(0, PREFIX), prefix: true }];
  const spellings = new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
  return [...spellings].map((text) => ({ text, prefix: false }));
}

/** Removes known secrets and texts with the shape of a token; other text is unchanged. */
export const redact = (text: string): string => withoutShapes(withoutKnown(text));

/** For what people wrote, which must not change: removes known secrets and complete tokens of HighLevel only. */
export const redactTokens = (text: string): string => withoutTokens(withoutKnown(text));

/** For values of settings: also removes what may be a secret. */
export const redactStrictly = (text: string): string =>
  redact(text)
    .replace(UUID, REDACTED)
    .replace(PREFIXED, (word) => (/\d/.test(word) ? REDACTED : word))
    .replace(/[A-Za-z0-9_-]+/g, (word) => (isOpaque(word) ? REDACTED : word));

/** Whether a value is a known secret, or looks like one. */
export const looksSecret = (value: string): boolean => redactStrictly(value) !== value;

/** The value of a setting for a message: quoted, short, on one line, without secrets. */
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

/** A private integration token, complete or truncated. */
const PRIVATE = /\bpit-[0-9a-f]{8}[0-9a-f-]*/gi;
/** A client secret, also with a missing character. */
const UUID = /(?<![0-9a-f])[0-9a-f]{7,9}(?:-[0-9a-f]{3,5}){2,3}[0-9a-f-]*/gi;
/** Prefixes that many services give their tokens. */
const PREFIXED = /\b(?:pit|tok|sk|pk)[-_][\w-]{8,}/gi;
/** A word after "Bearer"; `isToken` excludes words of a sentence. */
const BEARER = /\bBearer\s{1,4}([\w.~+/=-]+)/gi;
/** A value after the name of a secret. */
const NAMED = /(\b(?:access_token|refresh_token|client_secret)["']?\s{0,4}[:=]\s{0,4}["']?)[\w.~+/=%-]+/gi;

const isToken = (word: string): boolean => word.length >= PREFIX && /\d/.test(word) && /[a-z]/i.test(word);

function withoutShapes(text: string): string {
  let rest = text;
  if (/pit-/i.test(rest)) rest = rest.replace(PRIVATE, REDACTED);
  if (rest.includes('eyJ')) rest = rest.replace(/[\w.-]+/g, withoutJwt);
  if (/bearer/i.test(rest)) rest = rest.replace(BEARER, (all, word: string) => (isToken(word) ? REDACTED : all));
  return rest.replace(NAMED, `$1${REDACTED}`);
}

/** Minimum characters of the header of a JSON Web Token. */
const JWT_HEADER = 16;

/** A run of token characters, up to the start of a JSON Web Token. */
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

/** A complete private integration token. */
const WHOLE_PRIVATE = /\bpit-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
/** Minimum characters of the content and of the signature of a JSON Web Token. */
const JWT_PART = 8;

function withoutTokens(text: string): string {
  const rest = text.replace(WHOLE_PRIVATE, REDACTED);
  return rest.includes('eyJ') ? rest.replace(/[\w.-]+/g, withoutWholeJwt) : rest;
}

/** A run of token characters without a JSON Web Token that has all its three parts. */
function withoutWholeJwt(run: string): string {
  const parts = run.split('.');
  const lengthOf = (at: number) => parts[at]?.length ?? 0;
  for (const [at, part] of parts.entries()) {
    const start = part.search(/(?<![A-Za-z0-9])eyJ/);
    if (start < 0 || part.length - start < JWT_HEADER || lengthOf(at + 1) < JWT_PART || lengthOf(at + 2) < JWT_PART)
      continue;
    return [...parts.slice(0, at), part.slice(0, start) + REDACTED, ...parts.slice(at + 3)].join('.');
  }
  return run;
}

/** Too long and too mixed for a word, a name or an id of HighLevel (20 characters, or 24 hexadecimal ones). */
const isOpaque = (word: string): boolean => {
  const longest = word.split(/[-_]/).reduce((max, part) => (part.length > max.length ? part : max), '');
  const mixed = /\d/.test(longest) && /[a-z]/i.test(longest);
  return mixed && (longest.length >= 32 || (longest.length >= 24 && /[a-z]/.test(longest) && /[A-Z]/.test(longest)));
};
