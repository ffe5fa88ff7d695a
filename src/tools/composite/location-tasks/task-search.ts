import * as z from 'zod';
import { isDeleted } from '../../../api/deleted-rows.ts';
import { endpoint } from '../../../api/endpoint.ts';
import { isRecord, type Json, listIn } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { Filled, Id, Ids, outputs, Skip, upTo } from '../../core/schemas.ts';
import { Met } from '../search-pages.ts';

/** The location's tasks, as the API pages them; the tool of this name shows them as people ask for them. */
export const searchTasksPage = endpoint({
  name: 'search_location_tasks',
  title: 'Search location tasks',
  scope: 'locations/tasks.readonly',
  effect: 'read',
  output: outputs.tasks,
  description: 'One page of the tasks of the location.',
  route: 'POST /locations/{locationId}/tasks/search',
  answer: { rows: 'tasks' },
  input: z.strictObject({
    contactId: Ids.optional(),
    assignedTo: Ids.optional(),
    completed: z.boolean().optional(),
    query: Filled.optional(),
    businessId: Id.optional(),
    limit: upTo(100),
    skip: Skip.optional(),
  }),
});

/** Rows asked for at a time. The API's default is 25 and its maximum undocumented, so only a page shorter than both ends the list. */
const PAGE = 100;
const DEFAULT_PAGE = 25;

/**
 * Every task of the location from `start` on, page by page, with the place it stands at. `repeated` is called where the
 * list ends because HighLevel gives the same page again.
 */
export async function* iterateTasks(
  question: Json,
  start: number,
  { call }: Pick<ToolContext, 'call'>,
  repeated: () => void,
): AsyncGenerator<{ raw: Json; place: number }> {
  let place = start;
  const met = new Met();
  for (let largest = DEFAULT_PAGE; ; ) {
    const args = { ...question, limit: PAGE, ...(place > 0 ? { skip: place } : {}) };
    const rows = listIn(await call(searchTasksPage, args, 'bulk'), 'tasks');
    if (!met.isNew(rows)) return repeated();
    for (const raw of rows) {
      const at = place++;
      if (isRecord(raw) && !isDeleted(raw)) yield { raw, place: at };
    }
    largest = Math.max(largest, rows.length);
    if (rows.length < largest) return;
  }
}

/** The API knows only completed or not. */
export type TaskStatus = 'open' | 'overdue' | 'completed';

export function taskStatus(task: Json, now: number): TaskStatus {
  if (task.completed === true) return 'completed';
  return Date.parse(String(task.dueDate)) < now ? 'overdue' : 'open';
}
