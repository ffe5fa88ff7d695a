import { unprocessable } from './http-error.ts';

/**
 * Validates requests with the rules and messages of class-validator under Nest's strict pipe: unknown properties are
 * rejected by name, and all violations are reported together.
 */
export interface Rule<T> {
  check(value: unknown, name: string): string[];
  /** Never set; carries the type. */
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
export const mustBe = <T>(isValid: (value: unknown) => boolean, description: string): Rule<T> =>
  rule((value, name) => (isValid(value) ? [] : [`${name} must be ${description}`]));

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

/** Recorded: a missing value gives one message, that it must be a string. */
export const nonEmpty: Rule<string> = rule((value, name) =>
  value === '' ? [`${name} should not be empty`] : string.check(value, name),
);

/** A time in a query: epoch ms or ISO. A missing one is reported as no string. */
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

/** A number in a query, where every value is text. */
export const numericText = (min?: number, max?: number): Rule<string> =>
  rule((value, name) => number(min, max).check(value === '' ? undefined : Number(value), name));

export const oneOf = <const T extends string>(...values: readonly T[]): Rule<T> =>
  mustBe((value) => values.some((allowed) => allowed === value), `one of the following values: ${values.join(', ')}`);

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
    return value.every((item) => typeof item === 'string') ? [] : [`each value in ${name} must be a string`];
  });
}

export const arrayOf = <T>(inner: Rule<T>): Rule<T[]> =>
  rule((value, name) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => inner.check(item, `${name}.${index}`))
      : [`${name} must be an array`],
  );

export const object = <S extends Shape>(shape: S): Rule<Parsed<S>> =>
  rule((value, name) =>
    isRecord(value)
      ? violations(shape, value).map((violation) => `${name}.${violation}`)
      : [`${name} must be an object`],
  );

/** An object that may have more properties than the shape. */
export const openObject = <S extends Shape>(shape: S): Rule<Parsed<S> & Record<string, unknown>> =>
  rule((value, name) =>
    isRecord(value)
      ? valueViolations(shape, value).map((violation) => `${name}.${violation}`)
      : [`${name} must be an object`],
  );

export function violations(shape: Shape, value: Record<string, unknown>): string[] {
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(shape, key));
  return [...unknown.map((key) => `property ${key} should not exist`), ...valueViolations(shape, value)];
}

const valueViolations = (shape: Shape, value: Record<string, unknown>): string[] =>
  Object.entries(shape).flatMap(([key, { check }]) => check(value[key], key));

export function parse<S extends Shape>(shape: S, value: unknown): Parsed<S> {
  const wrong = isRecord(value) ? violations(shape, value) : ['body must be an object'];
  if (wrong.length > 0) throw unprocessable(wrong);
  return value as Parsed<S>;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
/** Without undefined values, so that spreading the result overwrites nothing with undefined. */
export const withoutUndefined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
