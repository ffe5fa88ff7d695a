import { quoteForMessage } from '../../../lib/text.ts';
import type { ToolContext } from '../../core/context.ts';
import { nameContacts } from '../confirm/contact-summary.ts';
import { AUTOMATIONS } from '../confirm/questions.ts';
import { quoteName, quoteValue } from '../confirm/shown-values.ts';
import { countOf, listQuoted } from '../confirm/wording.ts';
import type { Plan } from './job.ts';

/** Fields that a question names with their new values. */
const MAX_FIELDS = 5;

/** What the owner is asked before a job. */
export async function questionOf(plan: Plan, context: ToolContext): Promise<string> {
  const { addTags, removeTags, businessId, unlinkBusiness } = plan.changes;
  const changes = [
    ...(await setFields(plan, context)),
    ...(addTags ? [`add the tags ${listQuoted(addTags)}`] : []),
    ...(removeTags ? [`remove the tags ${listQuoted(removeTags)}`] : []),
    ...(businessId === undefined
      ? []
      : [`link them to the business ${await quoteName('businesses', businessId, context)}`]),
    ...(unlinkBusiness ? ['unlink them from their businesses'] : []),
  ];
  const who = `${countOf(plan.ids.length, 'contact')} (${await nameContacts(plan.ids, context)})`;
  return `Change ${who}: ${changes.join('; ')}? ${AUTOMATIONS}`;
}

async function setFields({ changes: { set = {} }, customFields }: Plan, context: ToolContext): Promise<string[]> {
  const { clear = [], customFields: _, ...plain } = set;
  const fields = [
    ...Object.entries(plain),
    ...customFields.map(({ id, key, name, value }) => [quoteForMessage(name ?? key ?? id), value] as const),
  ];
  const named = fields.slice(0, MAX_FIELDS).map(async ([name, value]) => {
    return `set ${name} to ${await quoteValue(name, value, context)}`;
  });
  return [
    ...(await Promise.all(named)),
    ...(fields.length > MAX_FIELDS ? [`set ${countOf(fields.length - MAX_FIELDS, 'further field')}`] : []),
    ...(clear.length > 0 ? [`empty ${clear.join(', ')}`] : []),
  ];
}
