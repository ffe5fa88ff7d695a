import { isRecord, type Json } from '../../../src/lib/json.ts';

/** Everything that reads as a time of day on a date. */
const ANY_TIME = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:?\d{2})?/g;

/** The one format of answers, in the zone of Chicago and while the zone is not known. */
export const CHICAGO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:(?!00)\d{2})?-0[56]:00$/;
export const UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:(?!00)\d{2})?Z$/;

/** What was given, which messages quote, and examples of what may be given. */
const GIVEN = /"(?:[^"\\]|\\.)*"|such as [\dT:-]+/g;

/** The times in a text of this server. */
export const timesIn = (text: string): string[] => text.replace(GIVEN, '').match(ANY_TIME) ?? [];

/** Epoch ms of the years 1973 to 2100, of which no other number of an answer is. */
const isEpochMs = (value: unknown): boolean => typeof value === 'number' && value > 1e11 && value < 4.2e12;

/**
 * The times in an answer: of its texts all, and numbers that are epoch ms. Left out are the arguments of the next call,
 * values of custom fields, and times without an offset in rows that say that their zone is not known.
 */
export function timesInAnswer(value: unknown): string[] {
  if (typeof value === 'string') return timesIn(value);
  if (isEpochMs(value)) return [String(value)];
  if (Array.isArray(value)) return value.flatMap(timesInAnswer);
  if (!isRecord(value)) return [];
  const shown = Object.entries(value).filter(([key]) => key !== 'next' && key !== 'customFields');
  return shown.flatMap(([, inner]) => timesInAnswer(inner)).filter((time) => !(isLocal(time) && lacksZone(value)));
}

const isLocal = (time: string): boolean => /\d$/.test(time) && !/[+-]\d{2}:?\d{2}$/.test(time);
const lacksZone = ({ zone }: Json): boolean => zone === 'unknown';
