import type { Contact } from '../contact.ts';
import { arrayOf, atMost, filled, list, number, object, oneOf, optional, string } from '../dto.ts';
import { badRequest } from '../refusal.ts';
import { type Call, postStatus, route } from '../route.ts';
import { businessName } from '../search-fields.ts';
import { compileFilters } from '../search-filters.ts';
import { createOrder } from '../search-sort.ts';
import { contactFound } from '../wire.ts';

/** Deeper pages exist only by cursor. */
const WINDOW = 10_000;

const body = {
  locationId: filled,
  pageLimit: number(1, 500),
  page: optional(number(1)),
  searchAfter: optional(list),
  query: optional(atMost(75)),
  filters: optional(list),
  sort: optional(arrayOf(object({ field: string, direction: oneOf('asc', 'desc') }))),
};

type Order = ReturnType<typeof createOrder>;

function findMatching(call: Call, query = '', filters: readonly unknown[] = []): Contact[] {
  const passes = compileFilters(filters, call);
  const wanted = query.toLowerCase();
  return call.office.index
    .rows(call.now)
    .filter(({ contact, text }) => text.includes(wanted) && passes(contact))
    .map(({ contact }) => contact);
}

const sorted = (contacts: readonly Contact[], order: Order): Contact[] =>
  contacts
    .map((contact) => ({ contact, place: order.place(contact) }))
    .sort((a, b) => order.compare(a.place, b.place))
    .map(({ contact }) => contact);

/** Where the page begins that follows a row's cursor. */
function startAfter(searchAfter: readonly unknown[], contacts: readonly Contact[], order: Order): number {
  if (searchAfter.length !== order.length) throw badRequest('searchAfter does not fit the sort');
  const after = searchAfter.map((key) => (typeof key === 'string' || typeof key === 'number' ? key : null));
  const start = contacts.findIndex((contact) => order.compare(order.place(contact), after) > 0);
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
      if ((page ?? 1) * pageLimit > WINDOW) throw badRequest(`page * pageLimit must not be greater than ${WINDOW}`);
      const order = createOrder(sort ?? [], call);
      const found = findMatching(call, query, filters);
      // The index stands in the default order already.
      const contacts = sort?.length ? sorted(found, order) : found;
      const start = searchAfter ? startAfter(searchAfter, contacts, order) : ((page ?? 1) - 1) * pageLimit;
      const days = call.office.customFields.filter(({ dataType }) => dataType === 'DATE');
      const dateFields = new Set(days.map(({ id }) => id));
      const row = (contact: Contact) =>
        contactFound(contact, {
          businessName: businessName(contact, call),
          searchAfter: order.place(contact),
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
