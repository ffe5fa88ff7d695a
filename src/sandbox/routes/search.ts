import { arrayOf, atMost, filled, list, number, object, oneOf, optional, string } from '../dto.ts';
import { badRequest } from '../refusal.ts';
import { type Call, postStatus, route } from '../route.ts';
import { businessName } from '../search-fields.ts';
import { compileFilters } from '../search-filters.ts';
import { createOrder, type Place } from '../search-sort.ts';
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

const findMatching = (call: Call, query: string | undefined, filters: readonly unknown[]) => {
  const passes = compileFilters(filters, call);
  const wanted = query?.toLowerCase() ?? '';
  return call.office.index
    .rows(call.now)
    .filter(({ contact, text }) => text.includes(wanted) && passes(contact))
    .map(({ contact }) => contact);
};

function startOf(
  sent: { page: number; limit: number; searchAfter: unknown[] | undefined },
  places: Place[],
  order: Order,
) {
  const { page, limit, searchAfter } = sent;
  if (!searchAfter) return (page - 1) * limit;
  if (searchAfter.length !== order.length) throw badRequest('searchAfter does not fit the sort');
  const after = searchAfter.map((key) => (typeof key === 'string' || typeof key === 'number' ? key : null));
  const start = places.findIndex((place) => order.compare(place, after) > 0);
  return start === -1 ? places.length : start;
}
type Order = ReturnType<typeof createOrder>;

export const searchRoutes = [
  route({
    route: 'POST /contacts/search',
    scope: 'contacts.readonly',
    status: postStatus(200),
    body,
    handle(call, { body: { pageLimit, page, searchAfter, query, filters, sort } }) {
      const limit = Number(pageLimit);
      if (page !== undefined && searchAfter) throw badRequest('page and searchAfter cannot be used together');
      if (Number(page ?? 1) * limit > WINDOW) throw badRequest(`page * pageLimit must not be greater than ${WINDOW}`);
      const order = createOrder(sort ?? []);
      const found = findMatching(call, query, filters ?? [])
        .map((contact) => ({ contact, place: order.place(contact) }))
        .sort((a, b) => order.compare(a.place, b.place));
      const places = found.map(({ place }) => place);
      const start = startOf({ page: Number(page ?? 1), limit, searchAfter }, places, order);
      return {
        contacts: found
          .slice(start, start + limit)
          .map(({ contact, place }) => contactFound(contact, businessName(contact, call), place)),
        total: found.length,
        traceId: call.traceId(),
      };
    },
  }),
];
