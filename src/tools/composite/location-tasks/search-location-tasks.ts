import { fullName } from '../../../api/contact-name.ts';
import { isRecord, type Json } from '../../../lib/json.ts';
import { asOf, type Clock, readTime } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { pickFields, rowOf } from '../../core/row-shape.ts';
import { bytes, DEFAULT_PAGE_BYTES, ENVELOPE_BYTES, MAX_BYTES } from '../../core/tool-result.ts';
import { REPEATS } from '../search-pages.ts';
import { iterateTasks, taskStatus } from './task-search.ts';

/** Rows shown unless `limit` says otherwise. */
const DEFAULT_ROWS = 20;
const BODY_CHARACTERS = 300;

/** The API can only tell completed from not; overdue and ranges of time are told apart here. */
function fits(task: Json, wanted: unknown, now: number, from: number, to: number): boolean {
  const status = taskStatus(task, now);
  const asked = wanted === undefined || wanted === status || (wanted === 'open' && status === 'overdue');
  const due = Date.parse(String(task.dueDate));
  const anyTime = from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY;
  return asked && (anyTime || (due >= from && due <= to));
}

function row(raw: Json, now: number): Json {
  const { id, title, body, dueDate, contactId, assignedTo, contactDetails } = rowOf.task(raw);
  const contact = isRecord(contactDetails) ? fullName(contactDetails) : '';
  const task = { id, title, body, dueDate, status: taskStatus(raw, now), contactId, contact, assignedTo };
  return pickFields(task, BODY_CHARACTERS);
}

interface Bound {
  readonly at: number;
  readonly echo?: string;
}

async function bound(name: 'dueFrom' | 'dueTo', args: Json, clock: Clock): Promise<Bound> {
  const start = name === 'dueFrom';
  if (typeof args[name] !== 'string') return { at: start ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY };
  const { iso, echo } = await readTime(name, args[name], clock, start ? 'start' : 'end', 'UTC');
  return { at: Date.parse(iso), ...(echo ? { echo: `${name} read as ${echo}.` } : {}) };
}

/** Arguments as the API takes them: ids in lists, status as the one thing it can filter by. */
const question = ({ query, status, contactId, assignedTo }: Json): Json => ({
  ...(query ? { query } : {}),
  ...(contactId ? { contactId: [contactId] } : {}),
  ...(assignedTo ? { assignedTo: [assignedTo] } : {}),
  ...(status ? { completed: status === 'completed' } : {}),
});

export async function run(args: Json, context: ToolContext): Promise<Json> {
  const { clock, notify } = context;
  const [from, to, now] = [await bound('dueFrom', args, clock), await bound('dueTo', args, clock), clock.now()];
  const room = args.limit === undefined ? DEFAULT_PAGE_BYTES : MAX_BYTES;
  const tasks: Json[] = [];
  for (const { echo } of [from, to]) if (echo) notify(echo);
  let used = ENVELOPE_BYTES;
  let next: Json | undefined;
  const repeated = () => notify(REPEATS);
  for await (const { raw, place } of iterateTasks(question(args), Number(args.skip ?? 0), context, repeated)) {
    const late = !context.hasTime();
    if (late) notify('Stopped for time.');
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
