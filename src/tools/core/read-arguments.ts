import * as z from 'zod';
import { UserError } from '../../lib/errors.ts';
import { isRecord, type Json } from '../../lib/json.ts';

/**
 * Arguments that hosts add to every call, each with its source. They are dropped where a tool does not declare them;
 * any other unknown argument is an error.
 */
export const ADDED_BY_HOSTS: Readonly<Record<string, string>> = {
  wait_for_previous: 'Gemini CLI 0.61 adds it to every tool and passes it on (MemPalace/mempalace#322)',
  toolCallId: 'n8n passes on the id of the call (n8n-io/n8n#21716, #37308)',
};

/** Far above what the largest tool takes: a hundred rows with tasks and custom fields, or 5,000 ids. */
const MAX_DEPTH = 16;
const MAX_VALUES = 50_000;
const MAX_CHARACTERS = 2_000_000;

/**
 * Limits for the arguments of every tool, checked before anything else reads them. Linear and not recursive, as the
 * arguments may be nested as deep as JSON allows.
 * @throws UserError
 */
function refuseOversized(args: unknown): void {
  let values = 0;
  let characters = 0;
  const open: [value: unknown, depth: number][] = [[args, 0]];
  for (let entry = open.pop(); entry; entry = open.pop()) {
    const [value, depth] = entry;
    if (typeof value === 'string') characters += value.length;
    if (typeof value === 'object' && value !== null) {
      if (depth === MAX_DEPTH)
        throw oversized(`are nested more than ${MAX_DEPTH} levels deep`, 'Give them as the schema of the tool says.');
      const entries = Object.entries(value);
      values += entries.length;
      if (values > MAX_VALUES) throw oversized(`hold more than ${MAX_VALUES} values`, 'Split the call.');
      for (const [key, inner] of entries) {
        if (!Array.isArray(value)) characters += key.length;
        open.push([inner, depth + 1]);
      }
    }
    if (characters > MAX_CHARACTERS) throw oversized(`hold more than ${MAX_CHARACTERS} characters`, 'Split the call.');
  }
}

const oversized = (what: string, advice: string) => new UserError(`Nothing was sent. The arguments ${what}. ${advice}`);

/** All arguments: null, empty text and an empty list (PHP's empty object) mean none; other text is parsed as JSON. */
function parseRoot(given: unknown): unknown {
  const value = typeof given === 'string' ? parseJson(given.trim() || 'null') : given;
  const isNone = value === null || given === undefined || (Array.isArray(value) && value.length === 0);
  return isNone ? {} : (value ?? given);
}

/**
 * Accepts the notations that hosts and models use for one value: null for an argument that is not given, JSON text for a
 * list or object, a number for a phone number. Values of a wrong type are unchanged, so that validation names them.
 * Returns also the paths of the arguments that were null, such as `tasks[].body`.
 * @throws UserError for more than any tool takes
 */
export function readArguments(input: z.ZodObject, given: unknown): { args: unknown; nulls: readonly string[] } {
  const nulls = new Set<string>();
  const root = parseRoot(given);
  refuseOversized(root);
  const isAdded = (key: string) => Object.hasOwn(ADDED_BY_HOSTS, key) && !Object.hasOwn(input.shape, key);
  const own = isRecord(root) ? without(root, isAdded) : root;
  return { args: read(input, own, '', nulls), nulls: [...nulls] };
}

type Schema = z.core.$ZodType;

function read(given: Schema, value: unknown, path: string, nulls: Set<string>): unknown {
  const schema = unwrap(given);
  const own = convert(schema, value);
  if (schema instanceof z.ZodObject && isRecord(own)) return readObject(schema, own, path, nulls);
  if (schema instanceof z.ZodArray && Array.isArray(own)) {
    refuseTooMany(schema, own, path);
    return own.map((item) => read(schema.element, item, `${path}[]`, nulls));
  }
  if (schema instanceof z.ZodUnion) {
    const branch = schema.options.map(unwrap).find((option) => isOfType(option, own));
    return branch ? read(branch, own, path, nulls) : own;
  }
  return own;
}

function readObject({ shape }: z.ZodObject, value: Json, path: string, nulls: Set<string>): Json {
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (!schema) return [[key, inner]];
    const isOptional = schema instanceof z.ZodOptional;
    const name = path ? `${path}.${key}` : key;
    if (inner === null) {
      // Validation reports a required argument as missing.
      if (path !== '' || isOptional) nulls.add(name);
      return [];
    }
    const own = read(schema, inner, name, nulls);
    // An object that held only nulls counts as not given.
    return isOptional && isEmptied(inner, own) ? [] : [[key, own]];
  });
  return Object.fromEntries(entries);
}

const isEmptied = (before: unknown, after: unknown): boolean =>
  isRecord(before) && isRecord(after) && Object.keys(before).length > 0 && Object.keys(after).length === 0;

/** A value in the type of the schema, if it is the same value in another notation. */
function convert(schema: Schema, value: unknown): unknown {
  if (typeof value === 'number' && acceptsNumber(schema) && Number.isSafeInteger(value)) return String(value);
  // Text for a schema that takes text is never parsed.
  if (typeof value !== 'string' || schema instanceof z.ZodString || schema instanceof z.ZodEnum) return value;
  const parsed = parseJson(value);
  if (!isOfType(schema, parsed)) return value;
  refuseOversized(parsed);
  return parsed;
}

function isOfType(schema: Schema, value: unknown): boolean {
  if (schema instanceof z.ZodArray) return Array.isArray(value);
  if (schema instanceof z.ZodObject) return isRecord(value);
  if (schema instanceof z.ZodNumber) return typeof value === 'number';
  return schema instanceof z.ZodBoolean && typeof value === 'boolean';
}

/** Text that is often written as a number: phone numbers, postal codes, choices of custom fields. */
const acceptsNumber = (schema: Schema): boolean =>
  schema instanceof z.ZodString && z.globalRegistry.get(schema)?.acceptsNumber === true;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Before the items are read one by one. */
function refuseTooMany(schema: z.ZodArray, items: readonly unknown[], path: string): void {
  const limits = (schema.def.checks ?? []).map(({ _zod }) => _zod.def as { check: string; maximum?: number });
  const maximum = limits.find(({ check }) => check === 'max_length')?.maximum;
  if (maximum !== undefined && items.length > maximum)
    throw new UserError(`Nothing was sent. ${path} must have a number of items of at most ${maximum}.`);
}

const unwrap = (schema: Schema): Schema =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? unwrap(schema.unwrap()) : schema;

const without = (object: Json, isDropped: (key: string) => boolean): Json =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !isDropped(key)));

/** The members of an object that are not null. */
export const dropNulls = (object: Json): Json =>
  Object.values(object).includes(null) ? without(object, (key) => object[key] === null) : object;
