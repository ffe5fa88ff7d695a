import * as z from 'zod';
import { endpoint, type Json } from '../endpoint.ts';
import { DEFAULT_PAGE_BYTES } from '../results.ts';
import { rowOf, shown } from '../rows.ts';
import { Filled, Id, Ids, outputs, Skip, Time, upTo } from '../schemas.ts';
import { asOf, type Clock, readTime } from '../times.ts';
import { cut, mapStrings, plainText } from '../untrusted.ts';
import type { Context, Flow } from './tool.ts';

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

/** Rows asked for at a time; the API's default is 25 and its maximum is not documented, so a shorter page is no end. */
const PAGE = 100;
const KNOWN_PAGE = 25;
const DEFAULT_ROWS = 20;
/** ms; tools of several calls hand back what they have before hosts lose patience. */
const BUDGET_MS = 45_000;
const BODY_CHARACTERS = 300;

type Status = 'open' | 'overdue' | 'completed';

function statusOf(task: Json, now: number): Status {
  if (task.completed === true) return 'completed';
  return Date.parse(String(task.dueDate)) < now ? 'overdue' : 'open';
}

/** The API can tell completed from not; overdue and ranges of time are told apart here. */
function matches(task: Json, args: Json, now: number, from: number, to: number): boolean {
  const due = Date.parse(String(task.dueDate));
  const inRange = (Number.isNaN(from) || due >= from) && (Number.isNaN(to) || due <= to);
  const status = statusOf(task, now);
  return (
    inRange &&
    (args.status === undefined || args.status === 'open'
      ? args.status === undefined || status !== 'completed'
      : status === args.status)
  );
}

function row(raw: Json, now: number): Json {
  const { id, title, body, dueDate, contactId, assignedTo, contactDetails } = rowOf.task(raw);
  const { firstName, lastName } = (contactDetails ?? {}) as Json;
  const contactName = [firstName, lastName].filter(Boolean).join(' ');
  const picked = shown(
    { id, title, body, dueDate, status: statusOf(raw, now), contactId, contactName, assignedTo },
    undefined,
  );
  const named = contactName ? { ...picked, contactName } : picked;
  return mapStrings(named, (text) => cut(plainText(text), BODY_CHARACTERS)) as Json;
}

async function bound(name: 'dueFrom' | 'dueTo', args: Json, clock: Clock) {
  if (typeof args[name] !== 'string') return { at: Number.NaN, echo: undefined };
  const read = await readTime(name, args[name], clock, name === 'dueFrom' ? 'start' : 'end');
  return { at: Date.parse(read.iso), echo: read.echo && `${name} read as ${read.echo}.` };
}

async function run(args: Json, { api, clock, signal }: Context): Promise<Json> {
  const [from, to, now] = [await bound('dueFrom', args, clock), await bound('dueTo', args, clock), clock.now()];
  const { status, dueFrom: _, dueTo: __, limit, skip: start, contactId, assignedTo, ...passed } = args;
  const ask = {
    ...passed,
    ...(contactId ? { contactId: [contactId] } : {}),
    ...(assignedTo ? { assignedTo: [assignedTo] } : {}),
    ...(status === undefined ? {} : { completed: status === 'completed' }),
    limit: PAGE,
  };
  const wanted = Number(limit ?? DEFAULT_ROWS);
  const tasks: Json[] = [];
  let skip = Number(start ?? 0);
  let largest = KNOWN_PAGE;
  let size = 0;
  const notices = [from.echo, to.echo];
  for (;;) {
    const data = await api.call(onePage, skip > 0 ? { ...ask, skip } : ask, signal ? { signal } : {});
    const rows = Array.isArray(data.tasks) ? (data.tasks as Json[]) : [];
    for (const raw of rows) {
      const found = matches(raw, args, now, from.at, to.at) ? row(raw, now) : undefined;
      const full =
        found &&
        (tasks.length >= wanted ||
          (limit === undefined && size + JSON.stringify(found).length > DEFAULT_PAGE_BYTES - 1_000));
      if (full) return answer(true);
      if (found) size += JSON.stringify(found).length;
      if (found) tasks.push(found);
      skip += 1;
    }
    largest = Math.max(largest, rows.length);
    if (rows.length < largest) return answer(false);
    if (clock.now() - now > BUDGET_MS) {
      notices.push('Stopped for time; next goes on.');
      return answer(true);
    }
  }
  async function answer(more: boolean): Promise<Json> {
    const said = notices.filter(Boolean).join(' ');
    return {
      tasks,
      asOf: await asOf(clock),
      ...(more ? { next: { ...args, skip } } : {}),
      ...(said ? { notice: said } : {}),
    };
  }
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
