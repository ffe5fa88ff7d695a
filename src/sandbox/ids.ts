const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const HEX = '0123456789abcdef';
const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Ids in the formats that HighLevel uses for its record types. */
export interface Ids {
  /** contact, location, user, task, note, tag, custom field, appointment, calendar, campaign */
  id(): string;
  /** business, refresh token id, app */
  hex(): string;
  /** workflow, trace, file, client secret */
  uuid(): string;
  token(): string;
  /** OAuth client */
  client(): string;
  /** OAuth code */
  code(): string;
  /** last part of an OAuth token */
  signature(): string;
  /** Draws the ids that this one would draw next, and leaves its sequence as it is. */
  copy(): Ids;
}

/** Numbers from 0 to 1 without 1. */
export interface Random {
  (): number;
  /** Draws the numbers that this one would draw next, and leaves its sequence as it is. */
  copy(): Random;
}

export const looksLikeId = (text: string): boolean => /^[A-Za-z0-9]{20}$/.test(text);

/** Each stream has its own sequence, so that a new trace id does not change the id of the next contact. */
export const createIds = (seed: number, stream: string): Ids => idsFrom(createRandom(seed, stream));

function idsFrom(random: Random): Ids {
  const draw = (alphabet: string, length: number) => {
    let text = '';
    for (let at = 0; at < length; at += 1) text += alphabet[Math.floor(random() * alphabet.length)];
    return text;
  };
  const uuid = () =>
    [draw(HEX, 8), draw(HEX, 4), `4${draw(HEX, 3)}`, `${draw('89ab', 1)}${draw(HEX, 3)}`, draw(HEX, 12)].join('-');
  return {
    id: () => draw(LETTERS, 20),
    hex: () => draw(HEX, 24),
    uuid,
    token: () => `pit-${uuid()}`,
    client: () => `${draw(HEX, 24)}-${draw(LOWER, 8)}`,
    code: () => draw(HEX, 40),
    signature: () => draw(LETTERS, 86),
    copy: () => idsFrom(random.copy()),
  };
}

/** The seed and the name of the stream give the initial state. */
export function createRandom(seed: number, stream: string): Random {
  let state = seed >>> 0;
  for (const char of stream) state = Math.imul(state ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return mulberry32(state);
}

function mulberry32(initial: number): Random {
  let state = initial;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return Object.assign(next, { copy: () => mulberry32(state) });
}
