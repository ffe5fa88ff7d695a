/** The largest and the smallest value that is good. */
export interface Limit {
  readonly most?: number;
  readonly least?: number;
}

export interface Figure {
  readonly what: string;
  readonly value: number;
  /** Digits after the decimal point; 2, as ratios have, unless given. */
  readonly digits?: number;
  /** What the project aims at; the run does not fail if it is not met. */
  readonly target?: Limit;
  /** Beyond it the run fails: it holds today, with a margin for a busy machine. */
  readonly bound?: Limit;
}

/** A group of figures that can be measured alone: `npm run bench -- --only NAME`. */
export interface Part<Context> {
  readonly name: string;
  readonly title: string;
  readonly measure: (context: Context) => Promise<readonly Figure[]>;
}

/** False for a figure that could not be measured. */
export const meets = (value: number, { most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY }: Limit) =>
  value <= most && value >= least;

export const limitText = ({ most, least }: Limit = {}): string =>
  [least === undefined ? '' : `≥ ${least}`, most === undefined ? '' : `≤ ${most}`].filter(Boolean).join(', ');

export const valueText = ({ value, digits = 2 }: Figure): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** The value in the middle, or NaN. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/**
 * Measures again, at most `more` times, while the value is above what is allowed, and takes the lowest: a slow moment of
 * the machine passes, slow code does not.
 */
export async function lowestOf(measure: () => Promise<number>, most: number, more: number): Promise<number> {
  let value = await measure();
  for (let again = 0; value > most && again < more; again += 1) value = Math.min(value, await measure());
  return value;
}
