import type { Endpoint } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import { type Json, rowsIn, textIn } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import { mayRead } from '../core/permissions.ts';
import { listBusinesses, listCustomFields, listUsers } from '../lookups.ts';

const LOOKUPS = { users: listUsers, businesses: listBusinesses, customFields: listCustomFields } as const;

/** The rows of a lookup, in one request; undefined where its scope is not in effect or the request fails. */
export async function lookUpRows(
  key: keyof typeof LOOKUPS,
  { call, access }: ToolContext,
): Promise<Json[] | undefined> {
  const lookup: Endpoint = LOOKUPS[key];
  if (!mayRead(lookup, access)) return undefined;
  try {
    return rowsIn(await call(lookup, {}), key);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Names by id; empty where they cannot be looked up. */
export async function namesById(key: 'users' | 'businesses', context: ToolContext): Promise<Map<unknown, unknown>> {
  return new Map((await lookUpRows(key, context))?.map(({ id, name }) => [id, name]));
}

/** The custom field with this id, key (with or without `contact.`) or name. */
export function findCustomField(word: string, fields: readonly Json[]): Json | undefined {
  const wanted = word.toLowerCase();
  const labels = (field: Json) => {
    const key = textIn(field, 'fieldKey')?.toLowerCase();
    return [key, key?.replace(/^contact\./, ''), textIn(field, 'name')?.toLowerCase()];
  };
  return fields.find(({ id }) => id === word) ?? fields.find((field) => labels(field).includes(wanted));
}
