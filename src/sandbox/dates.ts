export const DAY = 86_400_000;
export const HOUR = 3_600_000;
export const MINUTE = 60_000;

export const iso = (ms: number): string => new Date(ms).toISOString();

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Local time as `YYYY-MM-DD HH:mm:ss` without a zone: the format of a contact's appointments. */
export function localTime(ms: number, timezone: string): string {
  const formatter = formatters.get(timezone) ?? createFormatter(timezone);
  formatters.set(timezone, formatter);
  return formatter.format(ms).replace(',', '');
}

/** ISO with the offset of the zone: the format of calendar events. */
export function zonedIso(ms: number, timezone: string): string {
  const local = localTime(ms, timezone).replace(' ', 'T');
  const offset = Math.round((Date.parse(`${local}Z`) - ms) / MINUTE);
  const pad = (count: number) => String(Math.trunc(Math.abs(count))).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${pad(offset / 60)}:${pad(offset % 60)}`;
}

const createFormatter = (timezone: string) =>
  new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });

/** Parses the eight documented formats of a date of birth, none of them day first, to YYYY-MM-DD. */
export function birthDate(text: string): string | undefined {
  const yearFirst = /^(\d{4})([-/._])(\d\d)\2(\d\d)$/.exec(text);
  const monthFirst = /^(\d\d)([-/._])(\d\d)\2(\d{4})$/.exec(text);
  const date = yearFirst
    ? `${yearFirst[1]}-${yearFirst[3]}-${yearFirst[4]}`
    : monthFirst && `${monthFirst[4]}-${monthFirst[1]}-${monthFirst[3]}`;
  if (!date) return undefined;
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && iso(parsed.getTime()).startsWith(date) ? date : undefined;
}
