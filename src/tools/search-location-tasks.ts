import * as z from 'zod';
import { endpoint, type Json } from '../endpoint.ts';
import { bytes, DEFAULT_PAGE_BYTES, ENVELOPE_BYTES, MAX_BYTES } from '../results.ts';
import { rowOf, shown } from '../rows.ts';
import { Filled, Id, Ids, outputs, Skip, Time, upTo } from '../schemas.ts';
import { asOf, type Clock, readTime } from '../times.ts';
import { BUDGET_MS, type Context, type Flow } from './tool.ts';

const face = {
  name: 'search_location_tasks',
  title: 'Search location tasks',
  scope: 'locations/tasks.readonly',
  effect: 'read',
  output: outputs.tasks,
} as const;

const onePage = endpoint({
  ...face,
  description: 'One page of the tasks of the location.',
  route: 'POST /locations/{locationId}/tasks/search',
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
/** Rows shown unless `limit` says otherwise. */
const DEFAULT_ROWS = 20;
const BODY_CHARACTERS = 300;

type Status = 'open' | 'overdue' | 'completed';

function statusOf(task: Json, now: number): Status {
  if (task.completed === true) return 'completed';
  return Date.parse(String(task.dueDate)) < now ? 'overdue' : 'open';
}

/** The API can only tell completed from not; overdue and ranges of time are told apart here. */
function fits(task: Json, wanted: unknown, now: number, from: number, to: number): boolean {
  const status = statusOf(task, now);
  const asked = wanted === undefined || wanted === status || (wanted === 'open' && status === 'overdue');
  const due = Date.parse(String(task.dueDate));
  const anyTime = from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY;
  return asked && (anyTime || (due >= from && due <= to));
}

function row(raw: Json, now: number): Json {
  const { id, title, body, dueDate, contactId, assignedTo, contactDetails } = rowOf.task(raw);
  const { firstName, lastName } = (contactDetails ?? {}) as Json;
  const contactName = [firstName, lastName].filter(Boolean).join(' ');
  const task = { id, title, body, dueDate, status: statusOf(raw, now), contactId, contact: contactName, assignedTo };
  return shown(task, undefined, BODY_CHARACTERS, { characters: 0 });
}

/** Every task from `skip` on, page by page, with the place it stands at. */
async function* walk(ask: Json, start: number, { call }: Context): AsyncGenerator<{ raw: Json; place: number }> {
  let place = start;
  for (let largest = DEFAULT_PAGE; ; ) {
    const args = { ...ask, limit: PAGE, ...(place > 0 ? { skip: place } : {}) };
    const { tasks } = await call(onePage, args, 'bulk');
    const rows = Array.isArray(tasks) ? (tasks as Json[]) : [];
    for (const raw of rows) yield { raw, place: place++ };
    largest = Math.max(largest, rows.length);
    if (rows.length < largest) return;
  }
}

interface Bound {
  readonly at: number;
  readonly echo?: string;
}

async function bound(name: 'dueFrom' | 'dueTo', args: Json, clock: Clock): Promise<Bound> {
  const start = name === 'dueFrom';
  if (typeof args[name] !== 'string') return { at: start ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY };
  const { iso, echo } = await readTime(name, args[name], clock, start ? 'start' : 'end');
  return { at: Date.parse(iso), ...(echo ? { echo: `${name} read as ${echo}.` } : {}) };
}

/** Arguments as the API takes them: ids in lists, status as the one thing it can filter by. */
const question = ({ query, status, contactId, assignedTo }: Json): Json => ({
  ...(query ? { query } : {}),
  ...(contactId ? { contactId: [contactId] } : {}),
  ...(assignedTo ? { assignedTo: [assignedTo] } : {}),
  ...(status ? { completed: status === 'completed' } : {}),
});

async function run(args: Json, context: Context): Promise<Json> {
  const { clock, say } = context;
  const [from, to, now] = [await bound('dueFrom', args, clock), await bound('dueTo', args, clock), clock.now()];
  const room = args.limit === undefined ? DEFAULT_PAGE_BYTES : MAX_BYTES;
  const tasks: Json[] = [];
  for (const { echo } of [from, to]) if (echo) say(echo);
  let used = ENVELOPE_BYTES;
  let next: Json | undefined;
  for await (const { raw, place } of walk(question(args), Number(args.skip ?? 0), context)) {
    const late = clock.now() - now > BUDGET_MS;
    if (late) say('Stopped for time.');
    const found = fits(raw, args.status, now, from.at, to.at) ? row(raw, now) : undefined;
    used += found ? bytes(found) : 0;
    if (late || (found && (tasks.length === Number(args.limit ?? DEFAULT_ROWS) || used > room))) {
      next = { ...args, skip: place };
      break;
    }
    if (found) tasks.push(found);
  }
  return { tasks, asOf: await asOf(clock), ...(next ? { next } : {}) };
}

export const searchLocationTasks: Flow = {
  ...face,
  description:
    'Tasks of all contacts: open (overdue included), overdue, completed, or due in a range. Times: ISO, or local; a date alone is its whole day.',
  input: z.strictObject({
    status: z.enum(['open', 'overdue', 'completed']).optional(),
    dueFrom: Time.optional(),
    dueTo: Time.optional(),
    assignedTo: Id.describe('user id').optional(),
    contactId: Id.optional(),
    query: Filled.optional(),
    limit: upTo(100).optional(),
    skip: Skip.optional(),
  }),
  calls: [onePage],
  run,
};
