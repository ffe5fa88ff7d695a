import type { Json } from '../../../src/lib/json.ts';

/** Keywords that every host and provider reads in the schema of an argument. */
const KEYWORDS = ['type', 'description', 'properties', 'required', 'items', 'enum', 'anyOf', 'maximum', 'minimum', 'maxLength', 'maxItems']; // biome-ignore format: a list
const UNIONS = ['anyOf', 'oneOf', 'allOf', 'not'];

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What hosts are known to get wrong in an advertised input schema: a union at the root, an object inside a union, an
 * object without properties, a list without items, and every keyword that some provider does not take.
 */
export function faultsOf(schema: unknown, path = '', inUnion = false): string[] {
  const where = path || 'the root';
  if (!isObject(schema)) return [`${where} is no schema`];
  const faults: string[] = [];
  const { type, properties, items, anyOf, required } = schema;
  for (const key of Object.keys(schema)) if (!KEYWORDS.includes(key)) faults.push(`${where} has ${key}`);
  if (path === '') {
    for (const key of UNIONS) if (key in schema) faults.push(`the root is a union by ${key}`);
    if (type !== 'object') faults.push('the root is no object');
  }
  if (anyOf === undefined && typeof type !== 'string') faults.push(`${where} has no type`);
  if (type === 'object' && inUnion) faults.push(`${where} is an object inside a union`);
  if (type === 'object' && !isObject(properties)) faults.push(`${where} is an object that declares nothing`);
  else if (type === 'object' && path !== '' && Object.keys(properties as Json).length === 0)
    faults.push(`${where} is an object without properties`);
  if (type === 'array' && items === undefined) faults.push(`${where} is a list without items`);
  const declared = isObject(properties) ? Object.keys(properties) : [];
  for (const name of Array.isArray(required) ? required : [])
    if (!declared.includes(name)) faults.push(`${where} requires ${name}, which it does not declare`);
  for (const [name, inner] of Object.entries(isObject(properties) ? properties : {}))
    faults.push(...faultsOf(inner, `${path}.${name}`));
  if (items !== undefined) faults.push(...faultsOf(items, `${path}[]`, inUnion));
  if (Array.isArray(anyOf))
    for (const [at, option] of anyOf.entries()) faults.push(...faultsOf(option, `${path}|${at}`, true));
  return faults;
}
