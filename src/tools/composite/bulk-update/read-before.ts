import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import type { ToolContext } from '../../core/context.ts';
import { MAX_SHOWN, type Records } from '../bulk-job/bulk-job.ts';
import { IDS_PER_REQUEST, searchContactsById } from '../contacts-by-id.ts';
import type { Plan } from './job.ts';
import { fieldsToSet } from './job-fields.ts';

/** ms after which a batch begins without the values that its contacts had. */
const MAX_READ_MS = 10_000;

/**
 * The contacts of a batch as search shows them, so that the summary can tell old from new; one request for 50. Answers of
 * tag changes say what they changed, so that only names are missing for the first contacts.
 */
export async function readBefore(ids: readonly string[], plan: Plan, context: ToolContext): Promise<Records> {
  const needsValues = plan.steps.some((step) => step === 'fields' || step === 'business');
  const named = new Set(plan.ids.slice(0, MAX_SHOWN));
  const wanted = needsValues ? ids : ids.filter((id) => named.has(id));
  const deadline = context.api.now() + MAX_READ_MS;
  const call: ToolContext['call'] = (endpoint, args) => context.call(endpoint, args, 'bulk', { deadline });
  // After a write with an unknown outcome search may still show the contact as it was before that.
  const isCurrent = (id: string) => context.state.ownWrites.get(id)?.known.kind !== 'unknown';
  const before = new Map<string, Json>();
  try {
    // The first request alone: after an outage the circuit breaker admits one, and refuses a write while it is in flight.
    for (const part of [wanted.slice(0, IDS_PER_REQUEST), wanted.slice(IDS_PER_REQUEST)])
      for (const [id, contact] of await searchContactsById(part, { call })) if (isCurrent(id)) before.set(id, contact);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  if (needsValues) notifyOfUnknown(wanted, before, plan, context);
  return before;
}

/** Without the value that a contact had, a write of the same value cannot be recognized. */
function notifyOfUnknown(ids: readonly string[], before: Records, plan: Plan, { notify }: ToolContext): void {
  const effect = 'contacts that had the values already count as changed';
  if (ids.some((id) => !before.has(id))) notify(`Not all contacts could be read before: ${effect}.`);
  const rows = [...before.values()];
  const hidden = fieldsToSet(plan).filter(({ isInRow }) => rows.some((row) => !isInRow(row)));
  if (hidden.length > 0)
    notify(`Search does not show ${hidden.map(({ name }) => quoteForMessage(name)).join(', ')}: ${effect}.`);
}
