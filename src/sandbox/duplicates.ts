import type { Contact } from './contact.ts';
import { displayName } from './contact-write.ts';
import { badRequest } from './http-error.ts';
import type { Call } from './route.ts';

export interface Identifiers {
  readonly email?: string | null | undefined;
  /** E.164, or nothing is found */
  readonly phone?: string | null | undefined;
}
export interface Duplicate {
  readonly contact: Contact;
  readonly matchingField: 'email' | 'phone';
}

/** Who already has this email or phone, in the order the location is set to. */
export function findDuplicates(call: Call, { email, phone }: Identifiers, except?: string): Duplicate[] {
  const find = (matchingField: Duplicate['matchingField'], reach: string | null | undefined): Duplicate[] => {
    const owners = reach ? call.store.findByIdentifier(call.locationData.location.id, reach) : [];
    const [contact] = owners.filter(({ id }) => id !== except);
    return contact ? [{ contact, matchingField }] : [];
  };
  const byEmail = find('email', email);
  const byPhone = find('phone', phone);
  return call.switches.duplicateOrder === 'email first' ? [...byEmail, ...byPhone] : [...byPhone, ...byEmail];
}

/** Creating or updating into somebody else's email or phone is a bad request that names the somebody. */
export function rejectDuplicate(call: Call, reach: Identifiers, except?: string): void {
  if (call.switches.duplicatesAllowed) return;
  const [match] = findDuplicates(call, reach, except);
  if (!match) return;
  throw badRequest('This location does not allow duplicated contacts.', {
    contactId: match.contact.id,
    contactName: displayName(match.contact),
    matchingField: match.matchingField,
  });
}
