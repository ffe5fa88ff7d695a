import { isId } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import { type Json, textIn } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import { mayRead } from '../core/permissions.ts';
import { rowOf } from '../core/row-shape.ts';
import { searchContacts, searchesById } from '../search.ts';
import { failureReason } from './contact-view/contact-parts.ts';
import { searchPage } from './search-pages.ts';

/** Ids of one request. */
export const IDS_PER_REQUEST = 50;

/**
 * The contacts with these ids that match the filters, by id; in requests of 50 ids, side by side. Contacts that are
 * deleted, or that the index does not have yet, are absent.
 */
export async function searchContactsById(
  ids: Iterable<string>,
  context: Pick<ToolContext, 'call'>,
  filters: readonly Json[] = [],
): Promise<ReadonlyMap<string, Json>> {
  const searches = searchesById([...new Set(ids)], IDS_PER_REQUEST, filters);
  const pages = await Promise.all(searches.map(({ search }) => searchPage(context, search, undefined, 'interactive')));
  return new Map(
    pages.flatMap(({ rows }) =>
      rows.map(rowOf.contact).flatMap((contact) => {
        const id = textIn(contact, 'id');
        return id === undefined ? [] : [[id, contact] as const];
      }),
    ),
  );
}

/** The contacts of rows that show more than their ids. Where they cannot be read there are none, and a notice says why. */
export async function contactsOfRows(
  rows: readonly Json[],
  context: Pick<ToolContext, 'access' | 'call' | 'notify'>,
): Promise<ReadonlyMap<string, Json>> {
  const ids = rows.map(({ contactId }) => contactId).filter(isId);
  if (ids.length === 0) return new Map();
  const missing = (why: string) => context.notify(`What is shown of contacts is incomplete: ${why}`);
  if (!mayRead(searchContacts, context.access)) {
    missing(`${searchContacts.name} (${searchContacts.scope}) is not available.`);
    return new Map();
  }
  try {
    return await searchContactsById(ids, context);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    missing(failureReason(error));
    return new Map();
  }
}
