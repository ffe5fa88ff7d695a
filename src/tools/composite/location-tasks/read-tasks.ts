import { fullName } from '../../../api/contact-fields.ts';
import { type Json, recordIn } from '../../../lib/json.ts';
import { epochMs } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { cleanValue } from '../../core/row-shape.ts';
import { PAGES_REPEAT } from '../search-pages.ts';
import { ANY_TIME, type TimeRange } from '../time-range.ts';
import { iterateTasks, taskRow } from './task-search.ts';

/** Characters of a text. They are cut when tasks are read, so that thousands of long ones do not fill the memory. */
const MAX_TEXT = 300;
const short = (text: unknown) => cleanValue(text, MAX_TEXT);

/** A task with the name of its contact. */
const locationTask = (raw: Json, now: number) => {
  const task = taskRow(raw, now);
  const contact = fullName(recordIn(raw, 'contactDetails') ?? {});
  return { ...task, title: short(task.title), body: short(task.body), contact: short(contact) };
};
export type LocationTask = ReturnType<typeof locationTask>;

interface TasksRead {
  /** By due date, the earliest first; tasks without one are last. */
  readonly tasks: readonly LocationTask[];
  /** Why tasks are missing; undefined if all were read. */
  readonly incomplete: string | undefined;
}

/**
 * The tasks of the location that match the API's own filters and are due in a range, of at most `max` that match the
 * filters. Tasks without a due date match only if there is no range.
 */
export async function readLocationTasks(
  query: Json,
  range: TimeRange,
  max: number,
  context: ToolContext,
): Promise<TasksRead> {
  const now = context.clock.now();
  const tasks: LocationTask[] = [];
  let incomplete: string | undefined;
  let read = 0;
  const onRepeatedPage = () => {
    incomplete = PAGES_REPEAT;
  };
  for await (const raw of iterateTasks(query, context, onRepeatedPage)) {
    if (read === max) incomplete = `Only the first ${max} tasks were read; narrow the search to reach the others.`;
    else if (!context.hasTime()) incomplete = `Stopped for time after ${read} tasks; narrow the search or try again.`;
    if (incomplete) break;
    read += 1;
    if (isDueIn(raw, range)) tasks.push(locationTask(raw, now));
    if (read % 500 === 0) context.progress(read, undefined, `${read} tasks read`);
  }
  return { tasks: tasks.sort(byDueDate), incomplete };
}

/** Without a range also a task without a due date. */
export function isDueIn(task: Json, { from, to }: TimeRange): boolean {
  const due = epochMs(task.dueDate);
  return (due >= from && due <= to) || (from === ANY_TIME.from && to === ANY_TIME.to);
}

const dueOf = ({ dueDate }: LocationTask): number => {
  const due = epochMs(dueDate);
  return Number.isNaN(due) ? Number.MAX_SAFE_INTEGER : due;
};
const byDueDate = (a: LocationTask, b: LocationTask): number => dueOf(a) - dueOf(b);
