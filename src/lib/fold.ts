import { readableText } from './markup.ts';
import { firstCharacters, missingMark, stripHiddenCharacters, truncateMiddle } from './text.ts';

const ACCENTS = /[\u0300-\u036f]+/g;

/**
 * A text without case, accents, hidden characters, and doubled or outer space, which people write as they like. Marks of
 * other scripts stay: they make another syllable, not an accent.
 */
export const foldText = (text: string): string =>
  stripHiddenCharacters(text).normalize('NFKD').replace(ACCENTS, '').toLowerCase().replace(/\s+/gu, ' ').trim();

function foldCharacter(character: string): string {
  if (/\s/u.test(character)) return ' ';
  return character.normalize('NFKD').replace(ACCENTS, '').toLowerCase();
}

/** Where a text first holds the words, whatever their case, accents and space. */
function findFolded(text: string, words: string): { readonly start: number; readonly end: number } | undefined {
  /** For each UTF-16 unit of the folded text, where its character starts. */
  const starts: number[] = [];
  const forms: string[] = [];
  let at = 0;
  for (const character of text) {
    const form = foldCharacter(character);
    if (form !== ' ' || forms.at(-1) !== ' ') {
      for (let unit = 0; unit < form.length; unit += 1) starts.push(at);
      forms.push(form);
    }
    at += character.length;
  }
  const wanted = foldText(words);
  const found = forms.join('').indexOf(wanted);
  const start = starts[found];
  return start === undefined ? undefined : { start, end: starts[found + wanted.length] ?? text.length };
}

/** Of the text as it is stored and as a person reads it, the first that holds the words: it may be HTML. */
export const formWith = (stored: string, words: string): string | undefined => {
  const wanted = foldText(words);
  return [stored, readableText(stored)].find((text) => foldText(text).includes(wanted));
};

/**
 * Of a text longer than `max` characters, the `max` around the words, with marks that say how many are missing. Words
 * that HTML interrupts are shown without it.
 */
export function passageAround(stored: string, words: string, max: number): string {
  if (stored.length <= max) return stored;
  const text = formWith(stored, words) ?? stored;
  if (text.length <= max) return text;
  const hit = findFolded(text, words);
  if (!hit) return truncateMiddle(text, max);
  const before = Math.max(0, Math.floor((max - (hit.end - hit.start)) / 2));
  const start = Math.max(0, Math.min(hit.start - before, text.length - max));
  const shown = firstCharacters(text.slice(start), max).replace(/^[\uDC00-\uDFFF]/, '');
  const end = start + max;
  return [start > 0 ? missingMark(start) : '', shown, end < text.length ? missingMark(text.length - end) : ''].join('');
}
