/** A JSON object, as the API sends it and as a tool takes it. */
export type Json = Record<string, unknown>;

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Sets a member, also one named `__proto__`, which an assignment would take for the prototype. `Object.fromEntries` takes
 * several times as long as assignments.
 */
export function setMember(record: Json, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
  else record[key] = value;
}

/** No value: undefined, null, empty text, or an empty list. Whitespace is a value: HighLevel stores it. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Empty, or nothing but whitespace: what a person does not count as a value. */
export const isBlank = (value: unknown): boolean => isEmpty(typeof value === 'string' ? value.trim() : value);

/** The object under a key; undefined where there is none. */
export const recordIn = (data: Json | undefined, key: string): Json | undefined => {
  const value = data?.[key];
  return isRecord(value) ? value : undefined;
};

/** The text under a key; undefined where there is none. */
export const textIn = (data: Json | undefined, key: string): string | undefined => {
  const value = data?.[key];
  return typeof value === 'string' ? value : undefined;
};

/** The objects of a list; none where the value is no list. */
export const recordsOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** The list under a key as HighLevel sent it; empty if there is none. */
export const listIn = (data: Json | undefined, key: string): readonly unknown[] =>
  Array.isArray(data?.[key]) ? data[key] : [];

/** The objects of the list under a key. That a response has its list is checked when it arrives. */
export const rowsIn = (data: Json | undefined, key: string): Json[] => recordsOf(data?.[key]);

/** The same text for values that are equal as JSON, in whatever order the keys of their objects are. */
export const stableKey = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
