import { fullName } from '../../../api/contact-fields.ts';
import { type Json, recordIn } from '../../../lib/json.ts';
import { asOf, epochMs, readTime } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { pickFields } from '../../core/row-shape.ts';
import type { Implementation, ToolInput } from '../../core/tool.ts';
import { bytes, DEFAULT_ROWS, pageDataBytes } from '../../core/tool-result.ts';
import { PAGES_REPEAT } from '../search-pages.ts';
import type { searchLocationTasks } from './search-location-tasks.tool.ts';
import { iterateTasks, type TaskStatus, taskRow } from './task-search.ts';

type Args = ToolInput<typeof searchLocationTasks>;

const BODY_CHARACTERS = 300;

/** Epoch ms of a bound; a date alone means its start or its end. */
async function readBound(
  name: 'dueFrom' | 'dueTo',
  args: Args,
  { clock, notify }: ToolContext,
): Promise<number | undefined> {
  const text = args[name];
  if (text === undefined) return undefined;
  const { iso, echo } = await readTime(name, text, clock, name === 'dueFrom' ? 'start' : 'end', 'UTC');
  if (echo) notify(`${name} read as ${echo}.`);
  return Date.parse(iso);
}

/** Arguments as the API takes them: ids in lists, and of the status only completed or not. */
const apiQuery = ({ query, status, contactId, assignedTo }: Args): Json => ({
  ...(query ? { query } : {}),
  ...(contactId ? { contactId: [contactId] } : {}),
  ...(assignedTo ? { assignedTo: [assignedTo] } : {}),
  ...(status ? { completed: status === 'completed' } : {}),
});

/** Tasks without a due date match only if there is no range. */
function isDueIn(task: Json, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): boolean {
  const due = epochMs(task.dueDate);
  return (from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY) || (due >= from && due <= to);
}

const hasStatus = (status: TaskStatus, wanted: Args['status']): boolean =>
  wanted === undefined || wanted === status || (wanted === 'open' && status === 'overdue');

export const run: Implementation<typeof searchLocationTasks> = async (args, context) => {
  const { clock, notify } = context;
  const { status, limit, skip = 0 } = args;
  const from = await readBound('dueFrom', args, context);
  const to = await readBound('dueTo', args, context);
  const now = clock.now();
  const tasks: Json[] = [];
  let used = 0;
  let next: Json | undefined;
  for await (const { raw, index } of iterateTasks(apiQuery(args), skip, context, () => notify(PAGES_REPEAT))) {
    const late = !context.hasTime();
    if (late) notify('Stopped for time.');
    const task = { ...taskRow(raw, now), contact: fullName(recordIn(raw, 'contactDetails') ?? {}) };
    const isFound = hasStatus(task.status, status) && isDueIn(raw, from, to);
    const found = isFound ? pickFields(task, BODY_CHARACTERS) : undefined;
    used += found ? bytes(found) : 0;
    if (late || (found && (tasks.length === (limit ?? DEFAULT_ROWS) || used > pageDataBytes(limit)))) {
      next = { ...args, skip: index };
      break;
    }
    if (found) tasks.push(found);
  }
  return { tasks, asOf: await asOf(clock), ...(next ? { next } : {}) };
};
