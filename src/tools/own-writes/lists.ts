import type { Endpoint } from '../../api/endpoint.ts';
import { sentArgs } from '../../api/request.ts';
import type { Json } from '../../lib/json.ts';
import { listContacts, listContactsByBusiness } from '../contacts.ts';
import { listCursor, type PageStart, type Position, searchCursor } from '../core/own-cursor.ts';
import { MAX_NUMBERED_ROWS, MAX_SEARCH_PAGE, searchContacts } from '../search.ts';
import type { ListQuery } from './current-contacts.ts';
import { type Candidate, type Match, matchesFilters, matchesQuery } from './match-filters.ts';
import { orderBy } from './order.ts';

/** The cursors of a list's rows. */
export interface Cursors {
  /** The arguments without a cursor, and where the cursor makes the page begin. */
  readonly read: (args: Json) => PageStart & { readonly rest: Json };
  /** Arguments for the page after HighLevel's cursor. */
  readonly after: (cursor: Position) => Json;
  /** HighLevel's cursor of a row, as a cursor and as part of a row. */
  readonly of: (row: Json) => Position | undefined;
  readonly keep: (row: Json) => Json;
  /** The cursor of a row that HighLevel may not know, as part of that row. */
  readonly write: (cursor: Position | undefined, shown: Position) => Json;
}

/** Rows by their number in a list. */
export interface Rows {
  /** The number of the first row of the page that was asked for. */
  readonly offset: number;
  /**
   * Arguments that give row `from` and as many up to `to` as one request can; the number and count of the rows they give.
   * `before` is the row before them, if it was read.
   */
  readonly window: (
    from: number,
    to: number,
    before: Json | undefined,
  ) => { readonly args: Json; readonly first: number; readonly size: number };
}

/** A list of contacts as one call asks for it. It pages by cursor, or by the number of rows where `rows` is given. */
export interface ContactList {
  readonly endpoint: Endpoint;
  readonly args: Json;
  /** Rows of a page. */
  readonly limit: number;
  readonly query: ListQuery;
  readonly cursors?: Cursors;
  readonly rows?: Rows;
}

const SEARCH_CURSORS: Cursors = {
  read({ searchAfter, ...rest }) {
    return { rest, ...searchCursor.read({ searchAfter }) };
  },
  after: (searchAfter) => ({ searchAfter }),
  of: (row) => searchCursor.read(row).cursor,
  keep: ({ searchAfter }) => ({ searchAfter }),
  write: (cursor, shown) => ({ searchAfter: searchCursor.write(cursor, shown) }),
};

const LIST_CURSORS: Cursors = {
  read({ startAfter, startAfterId, ...rest }) {
    return { rest, ...listCursor.read({ startAfter, startAfterId }) };
  },
  after: ([startAfter, startAfterId]) => ({ startAfter, startAfterId }),
  of: ({ startAfter }) => {
    const [time, id] = [startAfter ?? []].flat();
    return listCursor.read({ startAfter: time, startAfterId: id }).cursor;
  },
  keep: ({ startAfter }) => ({ startAfter }),
  write: (cursor, shown) => ({ startAfter: listCursor.write(cursor, shown) }),
};

const NEWEST_FIRST = orderBy([]);

function search(args: Json): ContactList {
  const { filters, query, sort } = sentArgs(searchContacts, args);
  const limit = Number(args.pageLimit ?? 20);
  const offset = (Number(args.page ?? 1) - 1) * limit;
  const { page: _, ...rest } = args;
  return {
    endpoint: searchContacts,
    args: rest,
    limit,
    cursors: SEARCH_CURSORS,
    query: {
      matches: (candidate) => both(matchesFilters(filters, candidate), matchesQuery(query, candidate)),
      order: orderBy(sort),
      usesBusinessName: JSON.stringify([filters, sort]).includes('"businessName"'),
    },
    ...(offset > 0 ? { rows: { offset, window: searchWindow(rest) } } : {}),
  };
}

/**
 * HighLevel takes the number of a page, so that the size of the pages is what can be chosen; it has no rows by number
 * after `MAX_NUMBERED_ROWS`.
 */
const searchWindow =
  (args: Json): Rows['window'] =>
  (from, to, before) => {
    const cursor = before && SEARCH_CURSORS.of(before);
    if (cursor) {
      const size = Math.min(to - from, MAX_SEARCH_PAGE);
      return { args: { ...args, pageLimit: size, ...SEARCH_CURSORS.after(cursor) }, first: from, size };
    }
    const wanted = Math.min(to, MAX_NUMBERED_ROWS);
    const endOfPage = (size: number) => (Math.floor(from / size) + 1) * size;
    const fits = (size: number) => endOfPage(size) >= wanted && endOfPage(size) <= MAX_NUMBERED_ROWS;
    let size = Math.min(wanted - from, MAX_SEARCH_PAGE);
    while (size < MAX_SEARCH_PAGE && !fits(size)) size += 1;
    const page = Math.floor(from / size);
    return { args: { ...args, pageLimit: size, page: page + 1 }, first: page * size, size };
  };

const allContacts = (args: Json): ContactList => ({
  endpoint: listContacts,
  args,
  limit: Number(args.limit ?? 20),
  cursors: LIST_CURSORS,
  query: {
    matches: (candidate) => matchesQuery(args.query, candidate),
    order: NEWEST_FIRST,
    usesBusinessName: false,
  },
});

const byBusiness = (args: Json): ContactList => ({
  endpoint: listContactsByBusiness,
  args,
  limit: Number(args.limit ?? 25),
  query: {
    matches: (candidate) => both(isOfBusiness(args.businessId, candidate), matchesQuery(args.query, candidate)),
    order: NEWEST_FIRST,
    usesBusinessName: false,
  },
  rows: {
    offset: Number(args.skip ?? 0),
    window(from, to) {
      const size = Math.min(to - from, 100);
      return { args: { ...args, skip: from, limit: size }, first: from, size };
    },
  },
});

const isOfBusiness = (businessId: unknown, { contact, isWhole }: Candidate): Match =>
  isWhole || 'businessId' in contact ? contact.businessId === businessId : undefined;

const both = (a: Match, b: Match): Match => (a === false || b === false ? false : a === undefined ? a : b);

const LISTS: Readonly<Record<string, (args: Json) => ContactList>> = {
  [searchContacts.name]: search,
  [listContacts.name]: allContacts,
  [listContactsByBusiness.name]: byBusiness,
};

/** The list that a call asks for; undefined if its endpoint lists no contacts. */
export const listOf = ({ name }: Endpoint, args: Json): ContactList | undefined => LISTS[name]?.(args);
