import type { Json } from '../../lib/json.ts';
import type { PageStart, Position } from '../core/own-cursor.ts';
import { NOT_YET_INDEXED, rowOf } from '../core/row-shape.ts';
import type { CurrentContact } from './current-contacts.ts';
import type { ContactList } from './lists.ts';
import type { Match } from './match-filters.ts';
import type { Order } from './order.ts';

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

/** `isListed`: whether the index has its row in this list; undefined if that is not known. */
export function toOwnRow(
  contact: CurrentContact,
  isListed: boolean | undefined,
  { query }: Pick<ContactList, 'query'>,
): OwnRow {
  const { id, indexRow, now } = contact;
  const { matches, order } = query;
  const index = indexRow && { contact: rowOf.contact(indexRow), isWhole: false };
  const inIndex = {
    indexMatches: isListed ?? (index ? matches(index) : false),
    indexPosition: index && order?.positionOf(index.contact),
  };
  if (now === undefined) return { id, row: undefined, matches: false, position: undefined, ...inIndex };
  if (now === 'unread') return { id, row: indexRow, matches: undefined, position: undefined, ...inIndex };
  const { searchAfter: _search, startAfter: _list, ...rest } = now.contact;
  const row = { ...rest, [NOT_YET_INDEXED]: true };
  return { id, row, matches: matches(now), position: order?.positionOf(rest), ...inIndex };
}

/** Whether it is known where a contact belongs, and where its row of the index does. */
export const isPlaced = ({ matches, position, indexMatches }: OwnRow): boolean =>
  matches !== undefined && indexMatches !== undefined && (!matches || position !== undefined);

/** Which part of a list some rows of the index are. */
export interface Part extends PageStart {
  /** True where the index has no row before them, or none after them. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Whether this server wrote a contact in the last minutes: a page before may have shown it in this place. */
  readonly isWritten: (id: unknown) => boolean;
}

interface Entry {
  readonly row: Json;
  readonly position: Position | undefined;
}

/** Rows of the index with the rows written here in their places, each with a cursor that continues after it. */
export function placeRows(rows: readonly Json[], own: readonly OwnRow[], part: Part, list: ContactList): Json[] {
  const { order } = list.query;
  const byId = new Map<unknown, OwnRow>(own.map((each) => [each.id, each]));
  const indexed = rows.map((row): Entry => ({ row, position: order?.positionOf(rowOf.contact(row)) }));
  // Where HighLevel lists in another order, rows stay where they are and new ones come first.
  const isOrdered = indexed.every(
    ({ position }, at) => at === 0 || isBefore(indexed[at - 1]?.position, position, order),
  );
  const stays = ({ row, position }: Entry): boolean => {
    const mine = byId.get(row.id);
    return (
      mine === undefined || !isOrdered || !mine.position || !position || order?.compare(mine.position, position) === 0
    );
  };
  const staying = new Set(indexed.filter(stays).map(({ row }) => row.id));
  const waiting = own
    .filter((each) => each.matches && isPlaced(each) && !staying.has(each.id) && isInside(each.position))
    .sort((a, b) => (isBefore(a.position, b.position, order) ? -1 : 1));

  function isInside(position: Position | undefined): boolean {
    const after = part.shown ?? part.cursor ?? (part.isFirst ? undefined : indexed[0]?.position);
    if (after ? !isBefore(after, position, order) : !part.isFirst) return false;
    if (!isOrdered) return part.isFirst;
    return part.isLast || isBefore(position, indexed.at(-1)?.position, order);
  }

  const placed: Json[] = [];
  const done = new Set<unknown>();
  let { cursor } = part;
  const place = (row: Json | undefined, position: Position | undefined): void => {
    if (row && position) placed.push({ ...row, ...list.cursors?.write(cursor, position) });
  };
  for (const { row, position } of indexed) {
    while (waiting[0] && (!isOrdered || isBefore(waiting[0].position, position, order)))
      for (const next of waiting.splice(0, 1)) place(next.row, next.position);
    cursor = list.cursors?.of(row) ?? cursor;
    const mine = byId.get(row.id);
    const wasShown = part.shown && part.isWritten(row.id) && !isBefore(part.shown, position, order);
    if (wasShown || done.has(row.id) || (mine && (mine.matches === false || !staying.has(row.id)))) continue;
    placed.push(mine?.row ? { ...mine.row, ...list.cursors?.keep(row) } : row);
    if (mine) done.add(row.id);
  }
  for (const next of waiting) place(next.row, next.position);
  return placed;
}

export const isBefore = (a: Position | undefined, b: Position | undefined, order: Order | undefined): boolean =>
  a !== undefined && b !== undefined && order !== undefined && order.compare(a, b) < 0;
