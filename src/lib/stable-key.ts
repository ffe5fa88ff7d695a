import { isRecord } from './json.ts';

/** The same text for values that are equal as JSON, in whatever order the keys of their objects are. */
export const stableKey = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
