import * as z from 'zod';
import { UserError } from '../../lib/errors.ts';
import { isRecord, type Json } from '../../lib/json.ts';

/**
 * Arguments that hosts add to every call, each with its source. They are dropped where a tool does not declare them;
 * every other unknown argument is refused by name.
 */
export const ADDED_BY_HOSTS: Readonly<Record<string, string>> = {
  wait_for_previous: 'Gemini CLI 0.61 adds it to every tool and passes it on (MemPalace/mempalace#322)',
  toolCallId: 'n8n passes on the id of the call (n8n-io/n8n#21716, #37308)',
};

/** Far beyond what the largest tool takes: a hundred rows with tasks and custom fields, or 5,000 ids. */
const MAX_DEPTH = 16;
const MAX_VALUES = 50_000;
const MAX_CHARACTERS = 2_000_000;

/**
 * Limits that hold for the arguments of every tool, checked before anything reads them. Linear, and not recursive: the
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
        throw tooLarge(`are nested more than ${MAX_DEPTH} levels deep`, 'Give them as the schema of the tool says.');
      const keys = Array.isArray(value) ? undefined : Object.keys(value);
      values += keys?.length ?? (value as unknown[]).length;
      if (values > MAX_VALUES) throw tooLarge(`hold more than ${MAX_VALUES} values`, 'Split the call.');
      for (const key of keys ?? []) characters += key.length;
      for (const inner of Object.values(value)) open.push([inner, depth + 1]);
    }
    if (characters > MAX_CHARACTERS) throw tooLarge(`hold more than ${MAX_CHARACTERS} characters`, 'Split the call.');
  }
}

const tooLarge = (what: string, advice: string) => new UserError(`Nothing was sent. The arguments ${what}. ${advice}`);

/**
 * All arguments as an object: null, an empty text and an empty list (an empty object in PHP) stand for none, and JSON
 * text for what it holds.
 */
function rootArguments(given: unknown): unknown {
  const value = typeof given === 'string' ? parse(given.trim() || 'null') : given;
  const isNone = value === null || given === undefined || isEmptyList(value);
  return isNone ? {} : (value ?? given);
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Arguments in the form the schema asks for, as far as the difference is one of spelling. */
export interface ReadArguments {
  readonly args: unknown;
  /** Paths of the arguments that were null, such as `tasks[].body`. */
  readonly nulls: readonly string[];
}

/**
 * Reads what hosts and models write for the same thing: null for an argument that is not given, JSON text for a list or
 * an object, a number for a phone number. Values that still do not fit are left as they are, to be refused by name.
 * @throws UserError for more than any tool takes
 */
export function readArguments(input: z.ZodObject, given: unknown): ReadArguments {
  const nulls = new Set<string>();
  const all = rootArguments(given);
  refuseOversized(all);
  const own = isRecord(all) ? without(all, (key) => isAdded(key, input)) : all;
  return { args: read(input, own, '', nulls), nulls: [...nulls] };
}

const isAdded = (key: string, input: z.ZodObject): boolean =>
  Object.hasOwn(ADDED_BY_HOSTS, key) && !Object.hasOwn(input.shape, key);

type Schema = z.core.$ZodType;

function read(given: Schema, value: unknown, path: string, nulls: Set<string>): unknown {
  const schema = bare(given);
  const own = inKind(schema, value);
  if (schema instanceof z.ZodObject && isRecord(own)) return readObject(schema, own, path, nulls);
  if (schema instanceof z.ZodArray && Array.isArray(own)) {
    refuseTooMany(schema, own, path);
    return own.map((item) => read(schema.element, item, `${path}[]`, nulls));
  }
  if (schema instanceof z.ZodUnion) {
    const branch = schema.options.map(bare).find((option) => isOfKind(option, own));
    return branch ? read(branch, own, path, nulls) : own;
  }
  return own;
}

function readObject({ shape }: z.ZodObject, value: Json, path: string, nulls: Set<string>): Json {
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (!schema) return [[key, inner]];
    const name = path ? `${path}.${key}` : key;
    if (inner === null) {
      // Of a required argument it is said that it is missing.
      if (path !== '' || schema instanceof z.ZodOptional) nulls.add(name);
      return [];
    }
    const own = read(schema, inner, name, nulls);
    // An object of nothing but nulls was not given either.
    return isEmptied(inner, own) && schema instanceof z.ZodOptional ? [] : [[key, own]];
  });
  return Object.fromEntries(entries);
}

const isEmptied = (before: unknown, after: unknown): boolean =>
  isRecord(before) && isRecord(after) && Object.keys(before).length > 0 && Object.keys(after).length === 0;

/** A value in the kind that the schema asks for, where it is the same in another spelling. */
function inKind(schema: Schema, value: unknown): unknown {
  if (typeof value === 'number' && takesNumbers(schema) && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string' || !takesJsonText(schema)) return value;
  const parsed = parse(value);
  if (!isOfKind(schema, parsed)) return value;
  refuseOversized(parsed);
  return parsed;
}

/** Text is never parsed where text may be meant. */
const takesJsonText = (schema: Schema): boolean =>
  schema instanceof z.ZodObject ||
  schema instanceof z.ZodArray ||
  schema instanceof z.ZodNumber ||
  schema instanceof z.ZodBoolean;

function isOfKind(schema: Schema, value: unknown): boolean {
  if (schema instanceof z.ZodArray) return Array.isArray(value);
  if (schema instanceof z.ZodObject) return isRecord(value);
  if (schema instanceof z.ZodNumber) return typeof value === 'number';
  if (schema instanceof z.ZodBoolean) return typeof value === 'boolean';
  return false;
}

/** Text that people also write as a number: phone numbers, postal codes, choices of custom fields. */
const takesNumbers = (schema: Schema): boolean =>
  schema instanceof z.ZodString && z.globalRegistry.get(schema)?.numbers === true;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Before its items are read one by one. */
function refuseTooMany(schema: z.ZodArray, items: readonly unknown[], path: string): void {
  const limits = (schema.def.checks ?? []).map(({ _zod }) => _zod.def as { check: string; maximum?: number });
  const maximum = limits.find(({ check }) => check === 'max_length')?.maximum;
  if (maximum !== undefined && items.length > maximum)
    throw new UserError(`Nothing was sent. ${path} must have a number of items of at most ${maximum}.`);
}

const bare = (schema: Schema): Schema =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? bare(schema.unwrap()) : schema;

const without = (object: Json, drop: (key: string) => boolean): Json =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !drop(key)));

/** The members of an object that are given: null stands for one that is not. */
export const dropNulls = (object: Json): Json => without(object, (key) => object[key] === null);
