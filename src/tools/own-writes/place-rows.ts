import type { Json } from '../../lib/json.ts';
import type { Position } from '../core/own-cursor.ts';
import { NOT_YET_INDEXED, rowOf } from '../core/row-shape.ts';
import type { CurrentContact } from './current-contacts.ts';
import type { IndexPage } from './index-page.ts';
import type { ContactList } from './lists.ts';
import type { Match } from './match-filters.ts';
import { isBefore } from './order.ts';

/** A contact written here, and its place in a list. */
export interface OwnRow {
  readonly id: string;
  /** As it is now; undefined if it is deleted. */
  readonly row: Json | undefined;
  /** Whether it belongs to the list now, and where; undefined where that is not known. */
  readonly matches: Match;
  readonly position: Position | undefined;
  /** The same for its row in the index. */
  readonly indexMatches: Match;
  readonly indexPosition: Position | undefined;
}

/** The row of a contact for a list, of which the index has given a page. */
export function toOwnRow({ id, indexRow, now }: CurrentContact, page: IndexPage, { query }: ContactList): OwnRow {
  const { matches, order } = query;
  const index = indexRow && { contact: withoutCursors(rowOf.contact(indexRow)), isWhole: false };
  const indexPosition = index && order?.positionOf(index.contact);
  const inIndex = { indexPosition, indexMatches: matchInIndex() };
  if (now === undefined) return { id, row: undefined, matches: false, position: undefined, ...inIndex };
  if (now === 'unread') return { id, row: indexRow, matches: undefined, position: undefined, ...inIndex };
  if (now === 'indexed') {
    // The index may have changed since it gave the page.
    const isListed = index !== undefined && matches(index) === true;
    return { id, row: isListed ? index.contact : undefined, matches: isListed, position: indexPosition, ...inIndex };
  }
  const contact = withoutCursors(now.contact);
  const row = { ...contact, [NOT_YET_INDEXED]: true };
  return { id, row, matches: matches(now), position: order?.positionOf(contact), ...inIndex };

  /** The page says more than what is compared here. */
  function matchInIndex(): Match {
    if (page.ids.has(id)) return true;
    return index && !page.covers(indexPosition) ? matches(index) : false;
  }
}

const withoutCursors = ({ searchAfter: _search, startAfter: _list, ...contact }: Json): Json => contact;

/** Whether it is known where a contact belongs, and where its row of the index does. */
export const isPlaced = ({ matches, position, indexMatches }: OwnRow): boolean =>
  matches !== undefined && indexMatches !== undefined && (!matches || position !== undefined);

/**
 * The rows of a page with the rows written here in their places, each with a cursor that continues after it. `isWritten`:
 * whether a contact was written here in the last minutes, so that a page before may have shown it in this place.
 */
export function placeRows(
  page: IndexPage,
  own: readonly OwnRow[],
  { cursors, query }: ContactList,
  isWritten: (id: unknown) => boolean,
): Json[] {
  const { order } = query;
  const { shown } = page.part;
  const byId = new Map<unknown, OwnRow>(own.map((each) => [each.id, each]));
  const keepsPlace = (mine: OwnRow, position: Position | undefined): boolean =>
    !page.isOrdered || !mine.position || !position || order?.compare(mine.position, position) === 0;
  const waiting = own
    .filter((each) => each.matches && isPlaced(each) && page.takes(each.position))
    .filter(({ indexMatches }) => page.isOrdered || !indexMatches)
    .filter((each) => !page.rows.some(({ row, position }) => row.id === each.id && keepsPlace(each, position)))
    .sort((a, b) => (isBefore(a.position, b.position, order) ? -1 : 1));
  const placed: Json[] = [];
  const seen = new Set<unknown>();
  let { cursor } = page.part;
  const placeNext = (): void => {
    const [next] = waiting.splice(0, 1);
    if (next?.row && next.position) placed.push({ ...next.row, ...cursors?.write(cursor, next.position) });
  };
  for (const { row, position } of page.rows) {
    while (waiting[0] && (!page.isOrdered || isBefore(waiting[0].position, position, order))) placeNext();
    cursor = cursors?.of(row) ?? cursor;
    const mine = byId.get(row.id);
    const wasShown = shown && isWritten(row.id) && !isBefore(shown, position, order);
    const isGone = mine && (mine.matches === false || seen.has(row.id) || !keepsPlace(mine, position));
    seen.add(row.id);
    if (!wasShown && !isGone) placed.push(mine?.row ? { ...mine.row, ...cursors?.keep(row) } : row);
  }
  while (waiting.length > 0) placeNext();
  return placed;
}
