import type { Effect, ToolSpec } from '../../api/endpoint.ts';
import { isId } from '../../api/endpoint.ts';
import { isRecord, type Json, rowsIn } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import type { LookupKind } from '../core/lookup-cache.ts';
import { CUSTOM_FIELDS, mapReferences, type Reference, type Referring } from '../core/references.ts';
import { currentUserId, isCurrentUser } from './current-user.ts';
import { customFieldId, customFieldPath, readCustomFields } from './custom-field-input.ts';
import { idOf } from './find-by-name.ts';
import { contactIdOf } from './find-contact.ts';
import { LOOKUPS } from './lookup-kinds.ts';
import { lookUp } from './lookups.ts';

/** Filter fields whose values people know by name, and the lookup that has the names. */
export const FILTER_REFERENCES: ReadonlyMap<unknown, LookupKind & Reference> = new Map([
  ['assignedTo', 'users'],
  ['followers', 'users'],
  ['activeWorkflows', 'workflows'],
  ['finishedWorkflows', 'workflows'],
]);

/**
 * Arguments in the API's terms: ids in place of names, also as `field` of custom fields. The lookups that are not in memory
 * are read side by side.
 * @throws NameNotFound and other UserErrors, before anything is written
 */
export async function resolveReferences(
  tool: Pick<ToolSpec, 'input' | 'effect'>,
  given: Json,
  context: ToolContext,
): Promise<Json> {
  const input = tool.input();
  const found: Referring[] = [...filterReferences(given.filters, 'filters')];
  mapReferences(input, given, (each) => {
    found.push(each);
    return each.word;
  });
  await Promise.all([...kindsOf(found, given, context)].map((kind) => lookUp(kind, context)));
  const ids = new Map<string, string>();
  for (const each of found) {
    const key = keyOf(each);
    if (!ids.has(key)) ids.set(key, await resolve(each, tool.effect, context));
  }
  const idFor = (each: Referring) => ids.get(keyOf(each)) ?? each.word;
  const args = mapReferences(input, given, idFor);
  return { ...args, ...resolvedFilters(args.filters, idFor), ...(await customFieldsIn(args, context)) };
}

const keyOf = ({ to, word }: Referring): string => `${to} ${word}`;

const isLookup = (to: Reference): to is LookupKind & Reference => Object.hasOwn(LOOKUPS, to);

/** The lookups that the arguments need. */
function kindsOf(
  found: readonly Referring[],
  { customFields, set, rows }: Json,
  { user }: Pick<ToolContext, 'user'>,
): Set<LookupKind> {
  const named = found.filter((each) => !(isCurrentUser(each) && isId(user)));
  const kinds = new Set<LookupKind>(named.map(({ to }) => to).filter(isLookup));
  const holders = [{ customFields }, set, ...rowsIn({ rows }, 'rows')].filter(isRecord);
  const hasField = found.some(
    ({ to, word }) => to === 'customField' || (to === 'fieldName' && word.startsWith(CUSTOM_FIELDS)),
  );
  return hasField || holders.some((holder) => holder.customFields !== undefined) ? kinds.add('customFields') : kinds;
}

async function resolve(reference: Referring, effect: Effect, context: ToolContext): Promise<string> {
  const { to, word, argument } = reference;
  if (to === 'contact') return contactIdOf(word, argument, effect, context);
  if (to === 'customField') return customFieldId(word, argument, context);
  if (isCurrentUser(reference)) return currentUserId(argument, context);
  if (isLookup(to)) return idOf(to, word, argument, context);
  return word.startsWith(CUSTOM_FIELDS)
    ? CUSTOM_FIELDS + (await customFieldPath(word.slice(CUSTOM_FIELDS.length), argument, context))
    : word;
}

/** The users and workflows that filters name in their values. */
function filterReferences(filters: unknown, path: string): Referring[] {
  if (!Array.isArray(filters)) return [];
  return filters.filter(isRecord).flatMap(({ field, value, filters: inner }, at): Referring[] => {
    const argument = `${path}[${at}]`;
    const to = FILTER_REFERENCES.get(field);
    if (!to) return filterReferences(inner, `${argument}.filters`);
    const words = [value].flat().filter((word) => typeof word === 'string');
    return words.map((word) => ({ to, word, argument: `${argument}.value` }));
  });
}

function resolvedFilters(filters: unknown, idFor: (reference: Referring) => string): Json {
  const resolved = (filter: unknown): unknown => {
    if (!isRecord(filter)) return filter;
    const { field, value, filters: inner } = filter;
    if (Array.isArray(inner)) return { ...filter, filters: inner.map(resolved) };
    const to = FILTER_REFERENCES.get(field);
    if (!to) return filter;
    const id = (word: unknown) => (typeof word === 'string' ? idFor({ to, word, argument: '' }) : word);
    return { ...filter, value: Array.isArray(value) ? value.map(id) : id(value) };
  };
  return Array.isArray(filters) ? { filters: filters.map(resolved) } : {};
}

/** The custom fields of the arguments, of `set` and of each of `rows`, as the API takes them. */
async function customFieldsIn(args: Json, context: ToolContext): Promise<Json> {
  const read = async (holder: Json, path: string): Promise<Json> =>
    Array.isArray(holder.customFields)
      ? {
          ...holder,
          customFields: await readCustomFields(rowsIn(holder, 'customFields'), `${path}customFields`, context),
        }
      : holder;
  const { customFields } = await read({ customFields: args.customFields }, '');
  const rows: Json[] = [];
  for (const [at, row] of rowsIn(args, 'rows').entries()) rows.push(await read(row, `rows[${at}].`));
  return {
    ...(customFields === undefined ? {} : { customFields }),
    ...(isRecord(args.set) ? { set: await read(args.set, 'set.') } : {}),
    ...(Array.isArray(args.rows) ? { rows } : {}),
  };
}
