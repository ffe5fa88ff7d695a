import * as z from 'zod';
import type { Json } from '../endpoint.ts';
import { partsOf } from '../flows/parts.ts';
import { after, cursorOf, entriesOf, KINDS, type Kind } from '../flows/timeline.ts';
import { DEFAULT_PAGE_BYTES, ENVELOPE_BYTES, howManyFit, MAX_BYTES } from '../results.ts';
import { Id, outputs, upTo } from '../schemas.ts';
import { asOf } from '../times.ts';
import type { Context, Flow } from './tool.ts';

const ALL = Object.keys(KINDS) as Kind[];
/** Rows shown unless `limit` says otherwise. */
const DEFAULT_ROWS = 20;

async function run(args: Json, context: Context): Promise<Json> {
  const {
    contactId,
    kinds = ALL,
    cursor,
    limit,
  } = args as {
    contactId: string;
    kinds?: Kind[];
    cursor?: string;
    limit?: number;
  };
  after(cursor, []);
  const parts = await partsOf(contactId, [...new Set(kinds.map((kind) => KINDS[kind]))], context);
  const wanted = entriesOf(parts, context.clock.now()).filter(({ row }) => kinds.includes(row.kind as Kind));
  const rest = after(cursor, wanted);
  const rows = rest.slice(0, limit ?? DEFAULT_ROWS).map(({ row }) => row);
  const room = (limit === undefined ? DEFAULT_PAGE_BYTES : MAX_BYTES) - ENVELOPE_BYTES;
  const shown = rest.slice(0, howManyFit(rows, room));
  const last = shown.at(-1);
  return {
    timeline: shown.map(({ row }) => row),
    total: wanted.length,
    asOf: await asOf(context.clock),
    ...(parts.failed.length > 0 ? { failed: parts.failed } : {}),
    ...(last && shown.length < rest.length ? { next: { ...args, cursor: cursorOf(last) } } : {}),
  };
}

export const getContactTimeline: Flow = {
  name: 'get_contact_timeline',
  title: 'Get contact timeline',
  description:
    'Notes, tasks (at their due date), appointments, creation and last change of a contact, newest first. zone: a time given without one and read in it.',
  scope: 'contacts.readonly',
  effect: 'read',
  input: z.strictObject({
    contactId: Id,
    kinds: z.array(z.enum(ALL)).min(1).optional(),
    limit: upTo(100).optional(),
    cursor: z.string().optional(),
  }),
  output: outputs.any,
  calls: [],
  run,
};
