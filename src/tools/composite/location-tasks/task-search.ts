import * as z from 'zod';
import { isDeleted } from '../../../api/deleted-rows.ts';
import { endpoint } from '../../../api/endpoint.ts';
import { isRecord, type Json, listIn } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { rowOf } from '../../core/row-shape.ts';
import { Filled, Id, Ids, outputs, Skip, upTo } from '../../core/schemas.ts';
import { SeenRows } from '../search-pages.ts';

/** The tasks of the location as the API pages them. The composite tool of this name adds what the API cannot filter by. */
export const searchTasksPage = endpoint({
  name: 'search_location_tasks',
  title: 'Search location tasks',
  scope: 'locations/tasks.readonly',
  effect: 'read',
  output: () => outputs.tasks,
  description: 'One page of the tasks of the location.',
  route: 'POST /locations/{locationId}/tasks/search',
  answer: { rows: 'tasks' },
  input: () =>
    z.strictObject({
      contactId: Ids.optional(),
      assignedTo: Ids.optional(),
      completed: z.boolean().optional(),
      query: Filled.optional(),
      businessId: Id.optional(),
      limit: upTo(100),
      skip: Skip.optional(),
    }),
});

/** Rows per request. The API's maximum is undocumented, so only a page shorter than this and its default of 25 ends the list. */
const PAGE = 100;
const DEFAULT_PAGE = 25;

/**
 * Every task of the location once, page by page, as the API sent it. `onRepeatedPage` is called if the list ends because
 * HighLevel gives the same page again.
 */
export async function* iterateTasks(
  query: Json,
  { call }: Pick<ToolContext, 'call'>,
  onRepeatedPage: () => void,
): AsyncGenerator<Json> {
  const seen = new SeenRows();
  for (let skip = 0, largest = DEFAULT_PAGE; ; ) {
    const args = { ...query, limit: PAGE, ...(skip > 0 ? { skip } : {}) };
    const rows = listIn(await call(searchTasksPage, args, 'bulk'), 'tasks');
    const unseen = seen.add(rows);
    if (rows.length > 0 && unseen.length === 0) return onRepeatedPage();
    for (const raw of unseen) if (isRecord(raw) && !isDeleted(raw)) yield raw;
    skip += rows.length;
    largest = Math.max(largest, rows.length);
    if (rows.length < largest) return;
  }
}

/** What the tools of several requests show of a task. */
export function taskRow(raw: Json, now: number) {
  const { id, title, body, dueDate, status, contactId, assignedTo } = rowOf.task(raw, now);
  return { id, title, body, dueDate, status, contactId, assignedTo };
}
