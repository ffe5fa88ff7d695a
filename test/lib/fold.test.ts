import { expect, test } from 'vitest';
import { foldText, passageAround } from '../../src/lib/fold.ts';

test('case, accents, hidden characters and space do not matter; marks of other scripts do', () => {
  expect(foldText(' CAFÉ\u200B  au\nlait ')).toBe('cafe au lait');
  expect(foldText('कि')).not.toBe(foldText('क'));
});

test('a passage shows the words and how many characters are missing before and after it', () => {
  const text = `${'a'.repeat(100)} Crème  Brûlée ${'z'.repeat(100)}`;
  const passage = passageAround(text, 'creme brulee', 40);
  expect(passage).toMatch(/^… \[(\d+) characters missing\] …a+ Crème {2}Brûlée z+… \[(\d+) characters missing\] …$/);
  const [before = 0, after = 0] = [...passage.matchAll(/\d+/g)].map(Number);
  expect(before + after + 40).toBe(text.length);
});

test('a passage at an end of the text has one mark, and a short text none', () => {
  const text = `start ${'x'.repeat(100)} end`;
  expect(passageAround(text, 'start', 20)).toMatch(/^start x+… \[90 characters missing\] …$/);
  expect(passageAround(text, 'END', 20)).toMatch(/^… \[90 characters missing\] …x+ end$/);
  expect(passageAround('short', 'end', 20)).toBe('short');
});

test('words that are longer than the passage, or not in the text, still give one of its length', () => {
  const text = `${'ab '.repeat(200)}`;
  for (const words of ['ab '.repeat(50), 'nowhere'])
    expect(passageAround(text, words, 20).replace(/… \[\d+ characters missing\] …/g, '')).toHaveLength(20);
});

test('no character is split', () => {
  const text = `${'😀'.repeat(50)}é${'😀'.repeat(50)}`;
  for (let max = 1; max < 60; max += 1) expect(passageAround(text, 'e', max).isWellFormed()).toBe(true);
});
