import { asOf } from '../../../lib/time.ts';
import type { Implementation } from '../../core/tool.ts';
import { DEFAULT_ROWS, pageDataBytes, rowsThatFit } from '../../core/tool-result.ts';
import { readContactParts } from './contact-parts.ts';
import { ALL_KINDS, type getContactTimeline, KINDS } from './get-contact-timeline.tool.ts';
import { cursorOf, entriesAfter, entriesOf, parseCursor } from './timeline-entries.ts';

export const run: Implementation<typeof getContactTimeline> = async (args, context) => {
  const { contactId, kinds = ALL_KINDS, order = 'newest', limit } = args;
  const position = args.cursor === undefined ? undefined : parseCursor(args.cursor);
  const parts = await readContactParts(contactId, [...new Set(kinds.map((kind) => KINDS[kind]))], context);
  const all = entriesOf(parts, order, context.clock.now()).filter(({ kind }) => kinds.includes(kind));
  const rest = position ? entriesAfter(position, all, order) : all;
  const timeline = rowsThatFit(rest.slice(0, limit ?? DEFAULT_ROWS), ({ row }) => row(), pageDataBytes(limit));
  const last = rest[timeline.length - 1];
  return {
    timeline,
    total: all.length,
    asOf: asOf(context.clock),
    ...(parts.failed.length > 0 ? { failed: parts.failed } : {}),
    ...(last && timeline.length < rest.length ? { next: { ...args, cursor: cursorOf(last) } } : {}),
  };
};
