import { type Json, stableKey } from '../../../lib/json.ts';
import { bulkAssignContactBusiness } from '../../businesses.ts';
import { addContactTags, bulkUpdateContactTags, removeContactTags } from '../../tags.ts';
import type { Step } from './plan.ts';

/** Contacts of one request. */
const MAX_TAGGED = 250;
const MAX_LINKED = 50;

/**
 * The same steps in fewer requests: of one bulk write, contacts that lose or get the same tags or business. Others stay as
 * they are, and so does the order of the writes that they undo.
 */
export function combineSteps(steps: readonly Step[]): Step[] {
  const combined: Step[][] = [];
  const open = new Map<string, Step[]>();
  for (const step of steps) {
    const key = step.entry.contacts && keyOf(step);
    const group = key === undefined ? undefined : open.get(key);
    if (group && group.length < maxOf(step)) group.push(step);
    else {
      const started = [step];
      combined.push(started);
      if (key !== undefined) open.set(key, started);
    }
  }
  return combined.map(combine);
}

const isBusiness = ({ endpoint }: Step): boolean => endpoint.name === bulkAssignContactBusiness.name;
const maxOf = (step: Step): number => (isBusiness(step) ? MAX_LINKED : MAX_TAGGED);

/** Equal for steps that one request can do; undefined for a step that has its own. */
function keyOf(step: Step): string | undefined {
  const { entry, endpoint, args } = step;
  const { contactId: _, ids: __, ...content } = args;
  const canJoin = isBusiness(step) || endpoint.name === addContactTags.name || endpoint.name === removeContactTags.name;
  return canJoin ? stableKey([entry.id, endpoint.name, content]) : undefined;
}

function combine(steps: readonly Step[]): Step {
  const [first, second] = steps as [Step, Step?];
  if (!second) return first;
  const contacts = steps.map(({ record }) => record.contactId);
  const rows = steps.flatMap((step) => step.rows);
  if (isBusiness(first)) return { ...first, args: { ...first.args, ids: contacts }, rows };
  const type = first.endpoint.name === addContactTags.name ? 'add' : 'remove';
  const args: Json = { type, contacts, tags: first.args.tags };
  return { ...first, endpoint: bulkUpdateContactTags, args, rows };
}
