import type { Endpoint } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import { mayRead } from '../core/permissions.ts';
import { listBusinesses, listCustomFields, listUsers } from '../lookups.ts';

const LOOKUPS = { users: listUsers, businesses: listBusinesses, customFields: listCustomFields } as const;

/** The rows of a lookup, in one call; undefined where its scope is not in effect or it could not be read. */
export async function lookUpRows(
  key: keyof typeof LOOKUPS,
  { call, access }: ToolContext,
): Promise<Json[] | undefined> {
  const lookup: Endpoint = LOOKUPS[key];
  if (!mayRead(lookup, access)) return undefined;
  try {
    const { [key]: rows } = await call(lookup, {});
    return Array.isArray(rows) ? (rows as Json[]) : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Names by id, as far as they can be looked up. */
export async function namesById(key: 'users' | 'businesses', context: ToolContext): Promise<Map<string, unknown>> {
  return new Map((await lookUpRows(key, context))?.map(({ id, name }) => [String(id), name]));
}

/** The custom field that somebody calls by its id, its key (with or without `contact.`) or its name. */
export function findCustomField(word: string, fields: readonly Json[]): Json | undefined {
  const wanted = word.toLowerCase();
  const is = (value: unknown) => typeof value === 'string' && value.toLowerCase() === wanted;
  return (
    fields.find(({ id }) => id === word) ??
    fields.find(({ fieldKey, name }) => is(fieldKey) || is(String(fieldKey).replace(/^contact\./, '')) || is(name))
  );
}
