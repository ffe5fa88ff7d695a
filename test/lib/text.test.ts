import { describe, expect, test } from 'vitest';
import { firstCharacters, stripHiddenCharacters, truncate, truncateMiddle, wellFormed } from '../../src/lib/text.ts';
import { cleanValue } from '../../src/tools/core/row-shape.ts';

describe('characters that hide or reverse text are removed', () => {
  test.each([
    ['bidi override', 'a\u202Eb\u2066c', 'abc'],
    ['zero width', 'a\u200Bb\u2060c\uFEFFd', 'abcd'],
    ['tag characters', 'hi\u{E0041}\u{E0042}', 'hi'],
    ['control characters, not tab and line feed', 'a\u0000\u001B[31mb\tc\nd\re', 'a[31mb\tc\nde'],
    ['joiner between letters', 'a\u200Db\u200Cc', 'abc'],
    ['several variation selectors', '\u2764\uFE0F\uFE01\uFE02x', '\u2764\uFE0Fx'],
    ['soft hyphen and line separators', 'a\u00ADb\u2028c', 'abc'],
    ['a variation selector after each letter', 'M\uFE00a\uFE0Fr\uFE01i\uFE0Ea1\uFE0F', 'Maria1'],
    ['selectors of the supplementary plane', '葛\u{E0100}a\u{E01EF}', '葛a'],
    ['unassigned invisible code points', 'a\u{E0002}\u{E0080}\u{E0200}\u2065\uFFF0\u{E0FFF}', 'a'],
    ['Mongolian selectors after other letters', 'a\u180B\u180Db\u180E', 'ab'],
    ['several joiners in sequence within a script', 'ن\u200C\u200D\u200Cن', 'ن\u200Cن'],
    ['a lone surrogate', 'a\uD83D b\uDE00', 'a\uFFFD b\uFFFD'],
  ])('%s', (_, text, expected) => {
    expect(stripHiddenCharacters(text)).toBe(expected);
  });
});

/** One of these is allowed where a script or an emoji needs it. */
const NEEDED = /\u200C|\u200D|[\uFE0E\uFE0F]|[\u180B-\u180F]/;

test('all invisible code points between letters are removed', () => {
  const ignorable = /\p{Default_Ignorable_Code_Point}/u;
  const remaining: string[] = [];
  let seen = 0;
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    if (!ignorable.test(character)) continue;
    seen += 1;
    if (stripHiddenCharacters(`a${character}b`) !== 'ab') remaining.push(code.toString(16));
    if (!NEEDED.test(character) && stripHiddenCharacters(`م${character}❤${character}ᠠ${character}x`) !== 'م❤ᠠx')
      remaining.push(`${code.toString(16)} after others`);
  }
  expect(seen).toBeGreaterThan(4_000);
  expect(remaining).toEqual([]);
});

test.each([
  ['joiners', '\u200D'],
  ['joined letters', 'ن\u200C'],
  ['emoji', '❤\uFE0F\u200D'],
  ['hidden characters', '\u{E0100}'],
  ['lone surrogates', '\uD83D'],
])('a million times %s is cleaned in linear time, and cleaning again changes nothing', (_, unit) => {
  const text = unit.repeat(1_000_000);
  // Linear work takes a fraction of a second; quadratic work would outlast the test by hours.
  stripHiddenCharacters(text);
  const once = stripHiddenCharacters(`x${unit.repeat(50)}y`);
  expect(stripHiddenCharacters(once)).toBe(once);
});

test('text of every script and emoji is preserved', () => {
  for (const text of [
    'Žofie Müller',
    '李小龍',
    '👩‍👩‍👧 ❤️ 👍🏽',
    'می‌خواهم',
    'नमस्ते',
    'O’Brien – 5 €',
    'שלום',
    'ශ්‍රී ලංකා',
    'ক্‍ষ র‍্য',
    '1️⃣ #️⃣ ☎︎ 🏳️‍🌈 👁️‍🗨️ 👩🏽‍💻',
    'ᠠ᠋',
    'tab\there\nline',
  ]) {
    expect(stripHiddenCharacters(text)).toBe(text);
  }
});

test('truncated text is marked, and no character is split', () => {
  expect(truncate('abcdef', 3)).toBe('abc… [cut: 6 characters]');
  expect(truncate('ab😀', 3)).toBe('ab… [cut: 4 characters]');
  expect(truncate('abc', 3)).toBe('abc');
});

test('a text truncated in the middle keeps both ends and says how many characters are missing', () => {
  expect(truncateMiddle('abcdefghij', 4)).toBe('ab… [6 characters missing] …ij');
  expect(truncateMiddle('abcd', 4)).toBe('abcd');
  for (let max = 0; max <= 8; max += 1) expect(truncateMiddle('a😀😀b😀😀c', max).isWellFormed()).toBe(true);
});

test('text is truncated between characters at every length', () => {
  for (let max = 0; max <= 8; max += 1) expect(firstCharacters('a😀b😀c', max).isWellFormed()).toBe(true);
  expect(firstCharacters('GHL 12345678🚲', 13)).toBe('GHL 12345678');
});

test('JSON is repaired in keys and values at every depth; a valid object is returned unchanged', () => {
  const right = { a: ['x', { b: 1, c: null }] };
  expect(wellFormed(right)).toBe(right);
  expect(wellFormed({ 'k\uD83D': ['x\uDE00', { n: 1 }] })).toEqual({ 'k\uFFFD': ['x\uFFFD', { n: 1 }] });
});

test('keys are cleaned like values, and empty values inside objects are dropped', () => {
  expect(cleanValue({ 'k\u200B': ['v\u202E', { n: 1, z: null, e: '' }] }, 100)).toEqual({ k: ['v', { n: 1 }] });
});
