import type { Contact } from '../contact.ts';
import { badRequest } from '../http-error.ts';
import { type Call, postStatus, route } from '../route.ts';
import { businessName } from '../search/fields.ts';
import { compileFilters } from '../search/filters.ts';
import { createOrder } from '../search/sort.ts';
import { serializeSearchRow } from '../serialize.ts';
import { array, arrayOf, maxLength, nonEmpty, number, object, oneOf, optional, string } from '../validation.ts';

/** Rows beyond need a cursor. */
const MAX_SEARCH_ROWS = 10_000;

const body = {
  locationId: nonEmpty,
  pageLimit: number(1, 500),
  page: optional(number(1)),
  searchAfter: optional(array),
  query: optional(maxLength(75)),
  filters: optional(array),
  sort: optional(arrayOf(object({ field: string, direction: oneOf('asc', 'desc') }))),
};

type Order = ReturnType<typeof createOrder>;

function findMatching(call: Call, query = '', filters: readonly unknown[] = []): Contact[] {
  const matches = compileFilters(filters, call);
  const text = query.toLowerCase();
  return call.records.index
    .rows(call.now)
    .filter((row) => row.text.includes(text) && matches(row.contact))
    .map(({ contact }) => contact);
}

const sortContacts = (contacts: readonly Contact[], order: Order): Contact[] =>
  contacts
    .map((contact) => ({ contact, position: order.positionOf(contact) }))
    .sort((a, b) => order.compare(a.position, b.position))
    .map(({ contact }) => contact);

/** Index of the first row after the cursor. */
function startIndex(searchAfter: readonly unknown[], contacts: readonly Contact[], order: Order): number {
  if (searchAfter.length !== order.length) throw badRequest('searchAfter does not fit the sort');
  const after = searchAfter.map((key) => (typeof key === 'string' || typeof key === 'number' ? key : null));
  const start = contacts.findIndex((contact) => order.compare(order.positionOf(contact), after) > 0);
  return start === -1 ? contacts.length : start;
}

export const searchRoutes = [
  route({
    route: 'POST /contacts/search',
    scope: 'contacts.readonly',
    status: postStatus(200),
    body,
    handle(call, { body: { pageLimit, page, searchAfter, query, filters, sort } }) {
      if (page !== undefined && searchAfter) throw badRequest('page and searchAfter cannot be used together');
      if ((page ?? 1) * pageLimit > MAX_SEARCH_ROWS)
        throw badRequest(`page * pageLimit must not be greater than ${MAX_SEARCH_ROWS}`);
      const order = createOrder(sort ?? [], call);
      const found = findMatching(call, query, filters);
      // The index is in the default order already.
      const contacts = sort?.length ? sortContacts(found, order) : found;
      const start = searchAfter ? startIndex(searchAfter, contacts, order) : ((page ?? 1) - 1) * pageLimit;
      const fields = call.records.customFields.filter(({ dataType }) => dataType === 'DATE');
      const dateFields = new Set(fields.map(({ id }) => id));
      const row = (contact: Contact) =>
        serializeSearchRow(contact, {
          businessName: businessName(contact, call),
          searchAfter: order.positionOf(contact),
          dateFields,
        });
      return {
        contacts: contacts.slice(start, start + pageLimit).map(row),
        total: found.length,
        traceId: call.traceId(),
      };
    },
  }),
];
