/** A JSON object, as the API sends it and as a tool takes it. */
export type Json = Record<string, unknown>;

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What an answer lists under a key, as HighLevel sent it; nothing where it holds no list. */
export const listIn = (data: Json | undefined, key: string): readonly unknown[] =>
  Array.isArray(data?.[key]) ? data[key] : [];

/**
 * The rows an answer holds under a key: what is no record is left out. That a list has its key was checked when the
 * answer arrived.
 */
export const rowsIn = (data: Json | undefined, key: string): Json[] => listIn(data, key).filter(isRecord);
