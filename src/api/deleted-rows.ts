import { type Json, rowsIn } from '../lib/json.ts';
import type { ListShape } from './endpoint.ts';

/** Whether HighLevel marks a row as deleted: it goes on returning bookings and tasks that are. */
export const isDeleted = (row: unknown): boolean => (row as Json | null)?.deleted === true;

/**
 * A list that HighLevel sends whole, without the rows that it marks as deleted. Lists that it pages keep theirs, since
 * every row counts for where the next page begins.
 */
export function withoutDeleted(list: ListShape | undefined, data: Json): Json {
  if (!list?.whole || !rowsIn(data, list.key).some(isDeleted)) return data;
  return { ...data, [list.key]: rowsIn(data, list.key).filter((row) => !isDeleted(row)) };
}
