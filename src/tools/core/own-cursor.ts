import { type Json, listIn } from '../../lib/json.ts';

// A cursor that continues after a row which the index does not show yet. HighLevel gets only its own part of it: the cursor
// of the row before, or none.

/** The sort values of a row and its id, of which HighLevel's own cursors consist too. */
export type Position = readonly (string | number | null)[];

/** In `searchAfter`: a further item. In `startAfterId`: what follows HighLevel's id, with the time in base 36. */
const SEARCH_MARK = 'own:';
const LIST_MARK = /^(.*)-own-([0-9a-z]{1,11})-(.+)$/;

/** Where a page begins. */
export interface PageStart {
  /** HighLevel's cursor. */
  readonly cursor: Position | undefined;
  /** The row of this server after which the page begins, if it begins after one. */
  readonly shown: Position | undefined;
}

export const searchCursor = {
  write: (cursor: Position = [], shown: Position): unknown[] => [...cursor, `${SEARCH_MARK}${JSON.stringify(shown)}`],
  read({ searchAfter }: Json): PageStart {
    const items: unknown[] = Array.isArray(searchAfter) ? searchAfter : [];
    const last = items.at(-1);
    const isMarked = typeof last === 'string' && last.startsWith(SEARCH_MARK);
    const cursor = (isMarked ? items.slice(0, -1) : items).filter(isSortKey);
    return {
      cursor: cursor.length > 0 ? cursor : undefined,
      shown: isMarked ? parsePosition(last.slice(SEARCH_MARK.length)) : undefined,
    };
  },
};

export const listCursor = {
  write: ([time, id]: Position = [], [ownTime, ownId]: Position): unknown[] => [
    time ?? ownTime,
    `${id ?? ''}-own-${Number(ownTime).toString(36)}-${ownId}`,
  ],
  read({ startAfter, startAfterId }: Json): PageStart {
    if (typeof startAfter !== 'number') return { cursor: undefined, shown: undefined };
    const given = typeof startAfterId === 'string' ? startAfterId : undefined;
    const [, id, ownTime, ownId] = LIST_MARK.exec(given ?? '') ?? [];
    if (ownTime === undefined || ownId === undefined)
      return { cursor: given === undefined ? [startAfter] : [startAfter, given], shown: undefined };
    return { cursor: id ? [startAfter, id] : undefined, shown: [Number.parseInt(ownTime, 36), ownId] };
  },
};

/** Whether the arguments of a list continue after a row that HighLevel may not know. */
export const hasOwnCursor = (args: Json): boolean =>
  (typeof args.startAfterId === 'string' && LIST_MARK.test(args.startAfterId)) ||
  listIn(args, 'searchAfter').some((item) => typeof item === 'string' && item.startsWith(SEARCH_MARK));

const isSortKey = (item: unknown): item is string | number | null =>
  item === null || typeof item === 'string' || typeof item === 'number';

function parsePosition(text: string): Position | undefined {
  try {
    const items: unknown = JSON.parse(text);
    return Array.isArray(items) ? items.filter(isSortKey) : undefined;
  } catch {
    return undefined;
  }
}
