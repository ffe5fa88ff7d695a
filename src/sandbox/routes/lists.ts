import { removedInV3 } from '../http-error.ts';
import { type Call, page, route } from '../route.ts';
import { firstRowFrom, type IndexRow } from '../search-index.ts';
import { serializeListRow } from '../serialize.ts';
import { nonEmpty, numericText, optional, string } from '../validation.ts';

const matchQuery = (rows: readonly IndexRow[], query: string | undefined) =>
  query ? rows.filter(({ text }) => text.includes(query.toLowerCase())) : rows;

/** The cursor is a date with an id: an id alone starts over, a date alone skips contacts of the same ms. */
function pageStart(rows: readonly IndexRow[], startAfter: string | undefined, id: string | undefined): number {
  if (startAfter === undefined) return 0;
  const at = firstRowFrom(rows, Number(startAfter), id ?? '\uffff');
  return rows[at]?.contact.id === id ? at + 1 : at;
}

const toPage = (call: Call, rows: readonly IndexRow[], skip: number | string, limit: number | string) =>
  page(rows, skip, limit).map(({ contact }) => serializeListRow(contact, call.switches.listCustomFields));

function pageMeta(call: Call, rows: readonly IndexRow[], start: number, limit: number) {
  const end = Math.min(start + limit, rows.length);
  const more = end < rows.length;
  const last = more || call.switches.lastPageCursor === 'echo' ? rows[end - 1]?.contact : undefined;
  const currentPage = Math.floor(start / limit) + 1;
  return {
    total: rows.length,
    nextPageUrl: last ? nextPageUrl(call.url, last.dateAdded, last.id) : null,
    startAfterId: last?.id ?? null,
    startAfter: last?.dateAdded ?? null,
    currentPage,
    nextPage: more ? currentPage + 1 : null,
    prevPage: currentPage > 1 ? currentPage - 1 : null,
  };
}

function nextPageUrl(url: URL, startAfter: number, startAfterId: string): string {
  const next = new URL(url);
  next.searchParams.set('startAfter', String(startAfter));
  next.searchParams.set('startAfterId', startAfterId);
  return next.href;
}

export const listRoutes = [
  route({
    route: 'GET /contacts/',
    scope: 'contacts.readonly',
    locationRequired: true,
    query: {
      locationId: nonEmpty,
      limit: optional(numericText(1, 100)),
      startAfter: optional(numericText()),
      startAfterId: optional(string),
      query: optional(string),
    },
    handle(call, { query }) {
      if (call.version === 'v3' && call.switches.listUnderV3 === 'removed') throw removedInV3(call.url);
      const rows = matchQuery(call.records.index.rows(call.now), query.query);
      const limit = Number(query.limit ?? 20);
      const start = pageStart(rows, query.startAfter, query.startAfterId);
      return {
        contacts: toPage(call, rows, start, limit),
        ...(call.switches.listBody === 'meta' && { meta: pageMeta(call, rows, start, limit) }),
        count: rows.length,
      };
    },
  }),

  route({
    route: 'GET /contacts/business/{businessId}',
    scope: 'contacts.readonly',
    query: {
      locationId: nonEmpty,
      limit: optional(numericText(1, 100)),
      skip: optional(numericText(0)),
      query: optional(string),
    },
    handle(call, { query }) {
      const inBusiness = call.records.index
        .rows(call.now)
        .filter(({ contact }) => contact.businessId === call.param('businessId'));
      const rows = matchQuery(inBusiness, query.query);
      return { contacts: toPage(call, rows, query.skip ?? 0, query.limit ?? 25), count: rows.length };
    },
  }),
];
