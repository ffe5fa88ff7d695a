import { describe, expect, test } from 'vitest';
import { tidy } from '../src/rows.ts';
import { cut, plainText } from '../src/untrusted.ts';

describe('characters that hide or turn text are removed', () => {
  test.each([
    ['bidi override', 'a\u202Eb\u2066c', 'abc'],
    ['zero width', 'a\u200Bb\u2060c\uFEFFd', 'abcd'],
    ['tag characters', 'hi\u{E0041}\u{E0042}', 'hi'],
    ['control characters, not tab and line feed', 'a\u0000\u001B[31mb\tc\nd\re', 'a[31mb\tc\nde'],
    ['joiner between letters', 'a\u200Db\u200Cc', 'abc'],
    ['a row of variation selectors', '\u2764\uFE0F\uFE01\uFE02x', '\u2764\uFE0Fx'],
    ['soft hyphen and line separators', 'a\u00ADb\u2028c', 'abc'],
  ])('%s', (_, text, expected) => {
    expect(plainText(text)).toBe(expected);
  });
});

test('text of every script and emoji stays', () => {
  for (const text of [
    'Žofie Müller',
    '李小龍',
    '👩‍👩‍👧 ❤️ 👍🏽',
    'می‌خواهم',
    'नमस्ते',
    'O’Brien – 5 €',
    'שלום',
    'tab\there\nline',
  ]) {
    expect(plainText(text)).toBe(text);
  }
});

test('a cut says so and splits no character', () => {
  expect(cut('abcdef', 3)).toBe('abc… [cut: 6 characters]');
  expect(cut('ab😀', 3)).toBe('ab… [cut: 4 characters]');
  expect(cut('abc', 3)).toBe('abc');
});

test('keys are cleaned like values, and what is empty inside goes', () => {
  const size = { characters: 0 };
  expect(tidy({ 'k\u200B': ['v\u202E', { n: 1, z: null, e: '' }] }, 100, size)).toEqual({ k: ['v', { n: 1 }] });
});
