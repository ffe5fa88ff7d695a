import { isRecord } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { epochMs } from '../../../lib/time.ts';
import { formatTime } from '../../../lib/time-format.ts';
import type { ToolContext } from '../../core/context.ts';
import type { LookupKind } from '../../core/lookup-cache.ts';
import { rowsById } from '../../names/lookups.ts';

/** The name of an id, or the id, in quotes. */
export async function quoteName(kind: LookupKind, id: string, context: ToolContext): Promise<string> {
  return quoteForMessage((await rowsById(kind, [id], context)).get(id)?.name ?? id);
}

/** The new value of a field as a person reads it in a question. */
export async function quoteValue(field: string, value: unknown, context: ToolContext): Promise<string> {
  if (field === 'assignedTo' && typeof value === 'string') return quoteName('users', value, context);
  if (field === 'dueDate' && !Number.isNaN(epochMs(value)))
    return formatTime(epochMs(value), await context.clock.shownZone());
  return isRecord(value) || Array.isArray(value) ? quoteForMessage(JSON.stringify(value)) : quoteForMessage(value);
}
