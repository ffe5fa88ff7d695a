import * as z from 'zod';
import { ID } from '../../api/endpoint.ts';
import { isRecord, type Json } from '../../lib/json.ts';

/** What a text argument refers to, marked in its schema: the tool takes the id or what people call it. */
export type Reference =
  | 'users'
  | 'businesses'
  | 'calendars'
  | 'workflows'
  | 'campaigns'
  /** A contact: its id, email, phone or full name. */
  | 'contact'
  | 'customField'
  /** A custom field behind `customFields.`, among the names of other fields. */
  | 'fieldName';

type Schema = z.core.$ZodType;

/** Before the name or id of a custom field, among the names of other fields. */
export const CUSTOM_FIELDS = 'customFields.';

/** Marks an argument of a tool as a reference: `Filled.meta(reference('users'))`. Its limit is far above normal names. */
export const reference = (to: Reference) => ({ reference: to, unlistedLimit: true }) as const;

/** An argument that holds a reference. */
export interface Referring {
  readonly to: Reference;
  readonly word: string;
  /** The argument, as messages name it: `tasks[0].assignedTo`. */
  readonly argument: string;
}

/** The same arguments with each reference replaced by what `replace` gives for it. */
export function mapReferences(input: Schema, args: Json, replace: (reference: Referring) => string): Json {
  const map = (given: Schema, value: unknown, path: string): unknown => {
    const { schema, to } = unwrap(given);
    if (typeof value === 'string') return to ? replace({ to, word: value, argument: path }) : value;
    if (Array.isArray(value) && schema instanceof z.ZodArray) {
      const { element } = schema;
      return value.map((item, at) => map(element, item, `${path}[${at}]`));
    }
    if (isRecord(value) && schema instanceof z.ZodObject) return mapObject(schema, value, path);
    return value;
  };
  const mapObject = ({ shape }: z.ZodObject, value: Json, path: string): Json =>
    Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
        return [key, schema ? map(schema, inner, path ? `${path}.${key}` : key) : inner];
      }),
    );
  return map(input, args, '') as Json;
}

/** A contact's id, which is taken as it is: digits and hyphens alone may be a phone number. */
export const isPlainId = (word: unknown): word is string =>
  typeof word === 'string' && ID.test(word) && !/^[\d-]{7,}$/.test(word);

/** Arguments that may hold names, each resolved with the definitions or users of the location. */
const HOLDERS = ['customFields', 'filters', 'set', 'rows'] as const;

/** Whether any argument has to be resolved before it is sent; a contact's id and the plain name of a field have not. */
export function hasReferences(input: Schema, args: Json): boolean {
  let found = HOLDERS.some((name) => args[name] !== undefined);
  mapReferences(input, args, ({ to, word }) => {
    if (to === 'contact') found ||= !isPlainId(word);
    else found ||= to !== 'fieldName' || word.startsWith(CUSTOM_FIELDS);
    return word;
  });
  return found;
}

interface Unwrapped {
  readonly schema: Schema;
  readonly to: Reference | undefined;
}

/** Schemas are constants, and every call looks its own up. */
const unwrapped = new WeakMap<Schema, Unwrapped>();

/** The schema within optional and the like, and the reference marked on any of them. */
function unwrap(given: Schema): Unwrapped {
  const known = unwrapped.get(given) ?? readSchema(given);
  unwrapped.set(given, known);
  return known;
}

function readSchema(given: Schema): Unwrapped {
  let schema = given;
  for (;;) {
    const to = z.globalRegistry.get(schema)?.reference as Reference | undefined;
    if (to || !(schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)) return { schema, to };
    schema = schema.unwrap();
  }
}
