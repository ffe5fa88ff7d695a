/** `access_token`, as before v3, to `accessToken`, as under v3. */
const toCamelCase = (key: string): string => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const toSnakeCase = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const renamed = <T>(record: Readonly<Record<string, T>>, rename: (key: string) => string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [rename(key), value]));

export const withCamelCase = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  renamed(record, toCamelCase);
export const withSnakeCase = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  renamed(record, toSnakeCase);
