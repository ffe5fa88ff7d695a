import { fullName } from '../../../api/contact-fields.ts';
import { type Json, recordIn } from '../../../lib/json.ts';
import { asOf, type Clock, epochMs, readTime } from '../../../lib/time.ts';
import { pickFields } from '../../core/row-shape.ts';
import type { Implementation, ToolInput } from '../../core/tool.ts';
import { bytes, DEFAULT_PAGE_BYTES, ENVELOPE_BYTES, MAX_BYTES } from '../../core/tool-result.ts';
import { PAGES_REPEAT } from '../search-pages.ts';
import type { searchLocationTasks } from './search-location-tasks.tool.ts';
import { iterateTasks, taskRow, taskStatus } from './task-search.ts';

type Args = ToolInput<typeof searchLocationTasks>;

/** Rows shown unless `limit` says otherwise. */
const DEFAULT_ROWS = 20;
const BODY_CHARACTERS = 300;

interface DueRange {
  readonly from: number;
  readonly to: number;
  /** How local times were read. */
  readonly echoes: readonly string[];
}

async function dueRange({ dueFrom, dueTo }: Args, clock: Clock): Promise<DueRange> {
  const from = dueFrom === undefined ? undefined : await readTime('dueFrom', dueFrom, clock, 'start', 'UTC');
  const to = dueTo === undefined ? undefined : await readTime('dueTo', dueTo, clock, 'end', 'UTC');
  return {
    from: from ? Date.parse(from.iso) : Number.NEGATIVE_INFINITY,
    to: to ? Date.parse(to.iso) : Number.POSITIVE_INFINITY,
    echoes: Object.entries({ dueFrom: from, dueTo: to }).flatMap(([name, read]) =>
      read?.echo ? [`${name} read as ${read.echo}.`] : [],
    ),
  };
}

/** Arguments as the API takes them: ids in lists, and of the status only completed or not. */
const apiQuery = ({ query, status, contactId, assignedTo }: Args): Json => ({
  ...(query ? { query } : {}),
  ...(contactId ? { contactId: [contactId] } : {}),
  ...(assignedTo ? { assignedTo: [assignedTo] } : {}),
  ...(status ? { completed: status === 'completed' } : {}),
});

function matches(task: Json, wanted: Args['status'], { from, to }: DueRange, now: number): boolean {
  const status = taskStatus(task, now);
  if (wanted !== undefined && wanted !== status && !(wanted === 'open' && status === 'overdue')) return false;
  const due = epochMs(task.dueDate);
  // A task without a due date is in the unlimited range only.
  return (from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY) || (due >= from && due <= to);
}

function shownTask(raw: Json, now: number): Json {
  const contact = recordIn(raw, 'contactDetails');
  return pickFields({ ...taskRow(raw, now), contact: contact && fullName(contact) }, BODY_CHARACTERS);
}

export const run: Implementation<typeof searchLocationTasks> = async (args, context) => {
  const { clock, notify } = context;
  const { status, limit, skip = 0 } = args;
  const due = await dueRange(args, clock);
  due.echoes.forEach(notify);
  const now = clock.now();
  const room = limit === undefined ? DEFAULT_PAGE_BYTES : MAX_BYTES;
  const tasks: Json[] = [];
  let used = ENVELOPE_BYTES;
  let next: Json | undefined;
  for await (const { raw, index } of iterateTasks(apiQuery(args), skip, context, () => notify(PAGES_REPEAT))) {
    const late = !context.hasTime();
    if (late) notify('Stopped for time.');
    const found = matches(raw, status, due, now) ? shownTask(raw, now) : undefined;
    used += found ? bytes(found) : 0;
    if (late || (found && (tasks.length === (limit ?? DEFAULT_ROWS) || used > room))) {
      next = { ...args, skip: index };
      break;
    }
    if (found) tasks.push(found);
  }
  return { tasks, asOf: await asOf(clock), ...(next ? { next } : {}) };
};
