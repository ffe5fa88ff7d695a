import type { Json } from '../../../lib/json.ts';
import { asOf } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { countThatFit, DEFAULT_PAGE_BYTES, ENVELOPE_BYTES, MAX_BYTES } from '../../core/tool-result.ts';
import { readContactParts } from './contact-parts.ts';
import { after, cursorOf, entriesOf } from './timeline-entries.ts';
import { ALL_KINDS, KINDS, type Kind } from './timeline-kinds.ts';

/** Rows shown unless `limit` says otherwise. */
const DEFAULT_ROWS = 20;

export async function run(args: Json, context: ToolContext): Promise<Json> {
  const {
    contactId,
    kinds = ALL_KINDS,
    cursor,
    limit,
  } = args as {
    contactId: string;
    kinds?: Kind[];
    cursor?: string;
    limit?: number;
  };
  after(cursor, []);
  const parts = await readContactParts(contactId, [...new Set(kinds.map((kind) => KINDS[kind]))], context);
  const wanted = entriesOf(parts, context.clock.now()).filter(({ kind }) => kinds.includes(kind));
  const rest = after(cursor, wanted);
  const rows = rest.slice(0, limit ?? DEFAULT_ROWS).map(({ row }) => row());
  const room = (limit === undefined ? DEFAULT_PAGE_BYTES : MAX_BYTES) - ENVELOPE_BYTES;
  const shown = rows.slice(0, countThatFit(rows, room));
  const last = rest[shown.length - 1];
  return {
    timeline: shown,
    total: wanted.length,
    asOf: await asOf(context.clock),
    ...(parts.failed.length > 0 ? { failed: parts.failed } : {}),
    ...(last && shown.length < rest.length ? { next: { ...args, cursor: cursorOf(last) } } : {}),
  };
}
