import { type Json, rowsIn } from '../lib/json.ts';
import type { ListShape } from './endpoint.ts';

/** HighLevel still returns deleted bookings and tasks, with a mark. */
export const isDeleted = ({ deleted }: Json): boolean => deleted === true;

/**
 * Removes deleted rows from a list that HighLevel sends whole. Paged lists keep theirs, because every row counts for the
 * start of the next page.
 */
export function withoutDeleted(list: ListShape | undefined, data: Json): Json {
  if (!list?.whole || !rowsIn(data, list.key).some(isDeleted)) return data;
  return { ...data, [list.key]: rowsIn(data, list.key).filter((row) => !isDeleted(row)) };
}
