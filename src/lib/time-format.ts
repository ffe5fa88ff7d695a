import { offsetAt } from './zone-offset.ts';

const WITH_OFFSET = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;
/** Whether a text has the form of ISO 8601 with an offset. */
export const isTime = (text: string): boolean => WITH_OFFSET.test(text);

/** Epoch ms of ISO 8601 with an offset; NaN for any other text, and for a day that does not exist. */
export function parseTime(text: string): number {
  // Most text is no time, which this shows faster than the expression.
  if (text[10] !== 'T') return Number.NaN;
  const [, date] = WITH_OFFSET.exec(text) ?? [];
  if (date === undefined) return Number.NaN;
  // Every month has these days.
  if (Number(date.slice(-2)) <= 28) return Date.parse(text);
  // `Date` reads 31 November as 1 December, which the date alone shows.
  const day = new Date(`${date}T00:00:00Z`);
  const exists = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date);
  return exists ? Date.parse(text) : Number.NaN;
}

/** Epoch ms of the years from 0 to 9999, which ISO 8601 gives in four digits. */
export const isEpochMs = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= -62_167_219_200_000 && Number(value) < 253_402_300_800_000;

/** Characters of `YYYY-MM-DDTHH:MM`, with the seconds, and of all that `Date` writes for a year of four digits. */
const TO_MINUTES = 16;
const TO_SECONDS = 19;
const TO_MS = 24;

/**
 * The one format of times in answers: local to a zone with its offset, to the minute, or to the second where that is not
 * zero (`2026-11-20T17:00-06:00`); in UTC with `Z` without a zone.
 */
export function formatTime(ms: number, zone: string | undefined): string {
  const offset = zone === undefined ? 0 : offsetAt(ms, zone);
  const full = new Date(ms + offset).toISOString();
  // In the zone it may be a year that ISO 8601 gives in six digits.
  if (full.length !== TO_MS) return new Date(ms).toISOString();
  const local = full.slice(0, full.startsWith(':00', TO_MINUTES) ? TO_MINUTES : TO_SECONDS);
  if (zone === undefined) return `${local}Z`;
  const size = new Date(Math.abs(offset)).toISOString().slice(11, 16);
  return `${local}${offset < 0 ? '-' : '+'}${size}`;
}

/** Text in quotes may come from the CRM. */
const QUOTED_OR_UTC = /"(?:[^"\\]|\\.)*"|\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z/g;

/** Whether a sentence of ours has UTC times. */
export const hasUtcTimes = (sentence: string): boolean =>
  [...sentence.matchAll(QUOTED_OR_UTC)].some(([found]) => !found.startsWith('"'));

/** A sentence of ours with its UTC times in a zone. */
export const withLocalTimes = (sentence: string, zone: string | undefined): string =>
  sentence.replace(QUOTED_OR_UTC, (found) => {
    const instant = parseTime(found);
    return Number.isNaN(instant) ? found : formatTime(instant, zone);
  });
