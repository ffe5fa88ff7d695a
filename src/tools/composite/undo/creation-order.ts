import { isEmpty } from '../../../lib/json.ts';
import type { Step } from './plan.ts';

const IDENTITY = ['email', 'phone', 'firstName', 'lastName'];

/**
 * HighLevel creates no contact without email, phone and names, and a merge clears the email and phone of a contact before it
 * deletes it. Such a contact is created directly before the step that restores them, once no other contact has them, and
 * with them.
 */
export function withIdentity(steps: readonly Step[]): readonly Step[] {
  const creation = steps.find(
    ({ creates, args }) => creates?.kind === 'contact' && IDENTITY.every((key) => isEmpty(args[key])),
  );
  if (!creation) return steps;
  const { contactId } = creation.record;
  const restores = steps.find(
    ({ args, record, creates }) =>
      !creates && record.contactId === contactId && IDENTITY.some((key) => !isEmpty(args[key])),
  );
  if (!restores) return steps;
  const moved = steps.filter(({ entry, record }) => entry === creation.entry && record.contactId === contactId);
  const identity = Object.fromEntries(
    IDENTITY.flatMap((key) => (isEmpty(restores.args[key]) ? [] : [[key, restores.args[key]]])),
  );
  const created = moved.map((step) => (step === creation ? { ...step, args: { ...identity, ...step.args } } : step));
  return steps.flatMap((step) => {
    if (step === restores) return [...created, step];
    return moved.includes(step) ? [] : [step];
  });
}
