import { isId } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import { type Json, rowsIn } from '../../lib/json.ts';
import { firstCharacters } from '../../lib/text.ts';
import type { ToolContext } from '../core/context.ts';
import type { LookupKind, NamedRow } from '../core/lookup-cache.ts';
import { mayRead } from '../core/permissions.ts';
import { LOOKUPS } from './lookup-kinds.ts';
import { indexById } from './match-name.ts';

type LookupContext = Pick<ToolContext, 'access' | 'call' | 'clock' | 'signal' | 'state'>;

export const mayLookUp = (kind: LookupKind, { access }: Pick<ToolContext, 'access'>): boolean =>
  mayRead(LOOKUPS[kind].endpoint, access);

/** Why names cannot be used, where they cannot, and what to do. */
export function whyNoNames(kind: LookupKind, context: Pick<ToolContext, 'access'>): string {
  const { endpoint } = LOOKUPS[kind];
  if (mayLookUp(kind, context)) return `${endpoint.name} could not be read just now: try again in a minute, or`;
  return context.access.scopes.includes(endpoint.scope)
    ? `names need ${endpoint.name}, which GHL_TOOLS switches off:`
    : `names need the scope ${endpoint.scope}, which is not granted:`;
}

/** Businesses come in pages; of the other kinds HighLevel sends all rows at once. */
const PAGE = 100;
const MAX_PAGES = 50;

/**
 * The rows of a lookup, from memory where they were read in the last ten minutes; undefined where the scope is not in
 * effect or they could not be read. One request at most: of very many businesses, the first page.
 */
export async function lookUp(kind: LookupKind, context: LookupContext): Promise<readonly NamedRow[] | undefined> {
  if (!mayLookUp(kind, context)) return undefined;
  const stored = context.state.lookups.get(kind, context.clock.now());
  return stored ? stored.rows : readRows(kind, context, 1);
}

/** The same after something was asked for that the rows lack: all pages, read again unless they are new. */
export async function lookUpAgain(kind: LookupKind, context: LookupContext): Promise<readonly NamedRow[] | undefined> {
  if (!mayLookUp(kind, context)) return undefined;
  const { lookups } = context.state;
  const now = context.clock.now();
  const stored = lookups.get(kind, now)?.rows;
  if (!lookups.mayLack(kind, now)) return stored;
  return (await readRows(kind, context, kind === 'businesses' ? MAX_PAGES : 1)) ?? stored;
}

/** The rows of a lookup, read again if they lack one of these ids; none where they cannot be read. */
export async function rowsWith(
  kind: LookupKind,
  ids: Iterable<string>,
  context: LookupContext,
): Promise<readonly NamedRow[]> {
  const rows = (await lookUp(kind, context)) ?? [];
  const lacks = rows.length > 0 && [...ids].some((id) => !indexById(rows).has(id));
  return (lacks ? await lookUpAgain(kind, context) : rows) ?? rows;
}

/** The same by id. */
export const rowsById = async (kind: LookupKind, ids: Iterable<string>, context: LookupContext) =>
  indexById(await rowsWith(kind, ids, context));

async function readRows(
  kind: LookupKind,
  { call, clock, signal, state }: LookupContext,
  pages: number,
): Promise<readonly NamedRow[] | undefined> {
  const found = new Map<string, NamedRow>();
  let complete = kind !== 'businesses';
  try {
    for (let page = 0; page < pages; page += 1) {
      const paging = kind === 'businesses' ? { limit: PAGE, skip: page * PAGE } : {};
      const rows = rowsIn(await call(LOOKUPS[kind].endpoint, paging), kind);
      const known = found.size;
      for (const row of rows.flatMap(namedRow)) found.set(row.id, row);
      complete ||= rows.length < PAGE || found.size === known || page + 1 === MAX_PAGES;
      if (complete) break;
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // A cancelled call says nothing about the lookup.
    if (signal?.aborted !== true) state.lookups.set(kind, { at: clock.now(), rows: undefined, complete: false });
    return undefined;
  }
  const rows = [...found.values()];
  state.lookups.set(kind, { at: clock.now(), rows, complete });
  return rows;
}

/** Characters of a name that are stored. */
const MAX_NAME = 500;

/** Users may have only the parts of a name. */
function namedRow({ id, name, firstName, lastName, ...row }: Json): NamedRow[] {
  if (!isId(id)) return [];
  const parts = [firstName, lastName].filter((part) => typeof part === 'string' && part.trim() !== '').join(' ');
  const { email, dataType, fieldKey, picklistOptions, textBoxListOptions, status } = row;
  const kept = { email, dataType, fieldKey, picklistOptions, textBoxListOptions, status };
  const whole = typeof name === 'string' && name.trim() !== '' ? name.trim() : parts || id;
  return [{ ...kept, id, name: firstCharacters(whole, MAX_NAME) }];
}
