import type { Contact } from './contact.ts';
import { displayName } from './contact-write.ts';
import { badRequest } from './http-error.ts';
import type { Call } from './route.ts';

export interface Identifiers {
  readonly email?: string | null | undefined;
  /** E.164; in another format nothing is found. */
  readonly phone?: string | null | undefined;
}
export interface Duplicate {
  readonly contact: Contact;
  readonly matchingField: 'email' | 'phone';
}

/** The contacts that already have this email or phone, in the order of the location's settings. */
export function findDuplicates(call: Call, { email, phone }: Identifiers, except?: string): Duplicate[] {
  const find = (matchingField: Duplicate['matchingField'], value: string | null | undefined): Duplicate[] => {
    const owners = value ? call.store.findByIdentifier(call.records.location.id, value) : [];
    const contact = owners.find(({ id }) => id !== except);
    return contact ? [{ contact, matchingField }] : [];
  };
  const byEmail = find('email', email);
  const byPhone = find('phone', phone);
  return call.switches.duplicateOrder === 'email first' ? [...byEmail, ...byPhone] : [...byPhone, ...byEmail];
}

/** A write with the email or phone of another contact is a 400 that names that contact. */
export function rejectDuplicate(call: Call, identifiers: Identifiers, except?: string): void {
  if (call.switches.duplicatesAllowed) return;
  const [match] = findDuplicates(call, identifiers, except);
  if (!match) return;
  throw badRequest('This location does not allow duplicated contacts.', {
    contactId: match.contact.id,
    contactName: displayName(match.contact),
    matchingField: match.matchingField,
  });
}
