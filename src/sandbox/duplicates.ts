import type { Contact } from './contact.ts';
import { describe } from './contact-write.ts';
import { badRequest } from './refusal.ts';
import type { Call } from './route.ts';

export interface Reach {
  readonly email?: string | null | undefined;
  /** E.164, or nothing is found */
  readonly phone?: string | null | undefined;
}
export interface Match {
  readonly contact: Contact;
  readonly matchingField: 'email' | 'phone';
}

/** Who already has this email or phone, in the order the location is set to. */
export function findMatches(call: Call, { email, phone }: Reach, except?: string): Match[] {
  const find = (matchingField: Match['matchingField'], reach: string | null | undefined): Match[] => {
    const owners = reach ? call.store.reachedBy(call.office.location.id, reach) : [];
    const [contact] = owners.filter(({ id }) => id !== except);
    return contact ? [{ contact, matchingField }] : [];
  };
  const byEmail = find('email', email);
  const byPhone = find('phone', phone);
  return call.switches.duplicateOrder === 'email first' ? [...byEmail, ...byPhone] : [...byPhone, ...byEmail];
}

/** Creating or updating into somebody else's email or phone is a bad request that names the somebody. */
export function refuseDuplicate(call: Call, reach: Reach, except?: string): void {
  if (call.switches.duplicatesAllowed) return;
  const [match] = findMatches(call, reach, except);
  if (!match) return;
  throw badRequest('This location does not allow duplicated contacts.', {
    contactId: match.contact.id,
    contactName: describe(match.contact),
    matchingField: match.matchingField,
  });
}
