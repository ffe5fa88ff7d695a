import { randomInt } from 'node:crypto';

/** No letters or digits that look alike. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';

/** A short random word that people and models can repeat without mistakes. */
export const randomWord = (length: number): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
