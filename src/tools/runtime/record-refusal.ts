import type { ToolSpec } from '../../api/endpoint.ts';
import { entryOfRefusal } from '../../api/write/journal/build-entry.ts';
import { isRecord } from '../../lib/json.ts';
import type { RequestContext } from '../core/context.ts';
import type { RefusedCall } from '../core/permissions.ts';
import { isPlainId } from '../core/references.ts';
import type { HiddenTool } from '../core/tool-access.ts';

/** Journals a write that was refused here; `confirmation`: the owner did not confirm it. */
export async function recordRefusal(
  { name, effect }: ToolSpec,
  args: unknown,
  reason: HiddenTool['reason'] | RefusedCall['kind'] | 'confirmation',
  { journal, origin, clock, state: { locationId } }: RequestContext,
): Promise<void> {
  if (effect === 'read') return;
  const { contactId } = isRecord(args) ? args : {};
  const about = isPlainId(contactId) ? contactId : undefined;
  const refusal = { tool: name, locationId, contactId: about, reason, origin };
  await journal?.append(entryOfRefusal(refusal, new Date(clock.now()).toISOString()));
}
