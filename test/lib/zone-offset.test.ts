import { expect, test } from 'vitest';
import { DAY_MS, offsetAt } from '../../src/lib/zone-offset.ts';

/** Zones that change at midnight, a minute after it, by half an hour or by a whole day, and some that never do. */
const ZONES = [
  'America/St_Johns',
  'America/Chicago',
  'America/Havana',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Europe/Dublin',
  'UTC',
];
const HOUR_MS = 3_600_000;

/** The offset as `Intl` gives it for that moment, without anything remembered. */
function offsetByIntl(format: Intl.DateTimeFormat, ms: number): number {
  const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format(ms)) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
}

test.each(ZONES)('the offsets of %s are those of each hour, and of the minutes around every change', (zone) => {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const differing: string[] = [];
  const compare = (ms: number) => {
    if (offsetAt(ms, zone) !== offsetByIntl(format, ms)) differing.push(new Date(ms).toISOString());
  };
  for (const year of [1987, 2011, 2026]) {
    for (let day = Date.UTC(year); day < Date.UTC(year + 1); day += DAY_MS) {
      compare(day + 7 * HOUR_MS);
      if (offsetByIntl(format, day) === offsetByIntl(format, day + DAY_MS)) continue;
      for (let ms = day - HOUR_MS; ms <= day + DAY_MS + HOUR_MS; ms += 60_000) compare(ms);
    }
  }
  expect(differing).toEqual([]);
});
