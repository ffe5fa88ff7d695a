import { unprocessable } from './http-error.ts';

/**
 * Request checking in the manner, and with the wording, of class-validator under Nest's strict pipe: unknown
 * properties are refused by name, and every violation is reported at once.
 */
export interface Rule<T> {
  check(value: unknown, name: string): string[];
  /** Only carries the type. */
  readonly type?: T;
}
export type Shape = Readonly<Record<string, Rule<unknown>>>;
type TypeOf<R> = R extends Rule<infer T> ? T : never;
export type Parsed<S extends Shape> = {
  [K in keyof S as undefined extends TypeOf<S[K]> ? never : K]: TypeOf<S[K]>;
} & {
  [K in keyof S as undefined extends TypeOf<S[K]> ? K : never]?: TypeOf<S[K]>;
};

const rule = <T>(check: (value: unknown, name: string) => string[]): Rule<T> => ({ check });
const mustBe = <T>(holds: (value: unknown) => boolean, what: string): Rule<T> =>
  rule((value, name) => (holds(value) ? [] : [`${name} must be ${what}`]));

const isEmail = (value: unknown) => typeof value === 'string' && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value);
const isIso = (value: unknown) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)/.test(value) && !Number.isNaN(Date.parse(value));
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const anyValue: Rule<unknown> = rule(() => []);
export const string: Rule<string> = mustBe((value) => typeof value === 'string', 'a string');
export const boolean: Rule<boolean> = mustBe((value) => typeof value === 'boolean', 'a boolean value');
export const email: Rule<string> = mustBe(isEmail, 'an email');
export const isoDate: Rule<string> = mustBe(isIso, 'a valid ISO 8601 date string');
export const phone: Rule<string> = mustBe(
  (value) => typeof value === 'string' && value.trim() !== '',
  'a valid phone number',
);
export const array: Rule<unknown[]> = mustBe(Array.isArray, 'an array');

/** Recorded: one that is missing is told once, as no string. */
export const nonEmpty: Rule<string> = rule((value, name) =>
  value === '' ? [`${name} should not be empty`] : string.check(value, name),
);

/** A moment in a query: epoch ms or ISO, and a string in the eyes of its check. */
export const time: Rule<string> = rule((value, name) => {
  if (typeof value !== 'string' || value === '') return [`${name} must be a string`];
  return Number.isNaN(toMs(value)) ? [`${name} must be a valid time`] : [];
});
export const toMs = (text: string): number => (/^-?\d+$/.test(text) ? Number(text) : Date.parse(text));

export const maxLength = (length: number): Rule<string> =>
  rule((value, name) =>
    typeof value === 'string' && value.length > length
      ? [`${name} must be shorter than or equal to ${length} characters`]
      : string.check(value, name),
  );

export const number = (min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): Rule<number> =>
  rule((value, name) => {
    if (typeof value !== 'number' || Number.isNaN(value)) return [`${name} must be a number`];
    if (value > max) return [`${name} must not be greater than ${max}`];
    return value < min ? [`${name} must not be less than ${min}`] : [];
  });

/** The same of a query, where everything is text. */
export const numericText = (min?: number, max?: number): Rule<string> =>
  rule((value, name) => number(min, max).check(value === '' ? undefined : Number(value), name));

export const oneOf = <const T extends string>(...values: readonly T[]): Rule<T> =>
  mustBe((value) => values.some((each) => each === value), `one of the following values: ${values.join(', ')}`);

export const optional = <T>(inner: Rule<T>): Rule<T | undefined> =>
  rule((value, name) => (value === undefined ? [] : inner.check(value, name)));
export const nullable = <T>(inner: Rule<T>): Rule<T | null | undefined> =>
  rule((value, name) => (value === undefined || value === null ? [] : inner.check(value, name)));

export function stringArray(limits: { min?: number; max?: number } = {}): Rule<string[]> {
  return rule((value, name) => {
    if (!Array.isArray(value)) return [`${name} must be an array`];
    if (value.length < (limits.min ?? 0)) return [`${name} should not be empty`];
    if (value.length > (limits.max ?? Number.POSITIVE_INFINITY))
      return [`${name} must contain no more than ${limits.max} elements`];
    return value.every((each) => typeof each === 'string') ? [] : [`each value in ${name} must be a string`];
  });
}

export const arrayOf = <T>(inner: Rule<T>): Rule<T[]> =>
  rule((value, name) =>
    Array.isArray(value)
      ? value.flatMap((each, at) => inner.check(each, `${name}.${at}`))
      : [`${name} must be an array`],
  );

export const object = <S extends Shape>(shape: S): Rule<Parsed<S>> =>
  rule((value, name) =>
    isRecord(value) ? violations(shape, value).map((text) => `${name}.${text}`) : [`${name} must be an object`],
  );

/** An object that may hold more than the shape says. */
export const openObject = <S extends Shape>(shape: S): Rule<Parsed<S> & Record<string, unknown>> =>
  rule((value, name) =>
    isRecord(value) ? valueViolations(shape, value).map((text) => `${name}.${text}`) : [`${name} must be an object`],
  );

export function violations(shape: Shape, value: Record<string, unknown>): string[] {
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(shape, key));
  return [...unknown.map((key) => `property ${key} should not exist`), ...valueViolations(shape, value)];
}

const valueViolations = (shape: Shape, value: Record<string, unknown>): string[] =>
  Object.entries(shape).flatMap(([key, each]) => each.check(value[key], key));

export function parse<S extends Shape>(shape: S, value: unknown): Parsed<S> {
  const wrong = isRecord(value) ? violations(shape, value) : ['body must be an object'];
  if (wrong.length > 0) throw unprocessable(wrong);
  return value as Parsed<S>;
}

/** Without the keys that hold nothing, so that a spread leaves alone what was not given. */
export const withoutUndefined = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T> as never;
