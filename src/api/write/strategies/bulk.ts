import { type Json, listIn, recordIn } from '../../../lib/json.ts';
import type { ChangeStrategy, Endpoint, ReconcileStrategy } from '../../endpoint.ts';
import { listMatches } from '../compare.ts';
import { changesBusinessOfEach, changesTagsOfEach } from './changes.ts';
import { done, NOT_DONE, unknown, unobservable } from './evidence.ts';

/** Contacts of a bulk write that are read one by one. */
const MAX_READS = 20;

interface BulkWrite {
  readonly idsKey: string;
  readonly change: ChangeStrategy;
  /** Whether the write was done for a contact. */
  readonly isDone: (contact: Json, sent: Json) => boolean;
  /** The answer HighLevel would have given; `found` are the contacts that exist. */
  readonly answer: (ids: readonly unknown[], found: ReadonlySet<unknown>) => Json;
}

const eachContact = (getContact: Endpoint, { idsKey, change, isDone, answer }: BulkWrite): ReconcileStrategy => ({
  change,
  description: `reads each contact, up to ${MAX_READS}; unknown beyond that`,
  async check({ sent, read }) {
    const ids = listIn(sent, idsKey);
    if (ids.length > MAX_READS)
      return unobservable('get_contact shows it for each contact, search_contacts in a minute or two for all.');
    const contacts = new Map<unknown, Json>();
    await Promise.all(
      ids.map(async (contactId) => {
        const contact = recordIn(await read(getContact, { contactId }), 'contact');
        if (contact) contacts.set(contactId, contact);
      }),
    );
    const right = [...contacts.values()].filter((contact) => isDone(contact, sent)).length;
    if (right === 0) return NOT_DONE;
    return right === contacts.size
      ? done(answer(ids, new Set(contacts.keys())))
      : unknown(`It was done for ${right} of ${contacts.size} contacts: get_contact shows it for each.`);
  },
});

export const contactsAreTagged = (getContact: Endpoint): ReconcileStrategy =>
  eachContact(getContact, {
    idsKey: 'contacts',
    change: changesTagsOfEach,
    isDone: (contact, sent) =>
      sent.removeAllTags === true
        ? listIn(contact, 'tags').length === 0
        : listMatches('tags', sent.type === 'add')(contact, sent),
    answer: (ids, found) => ({
      succeded: true,
      responses: ids.map((contactId) =>
        found.has(contactId)
          ? { contactId, type: 'success' }
          : { contactId, message: 'contact not found', type: 'error' },
      ),
    }),
  });

export const contactsHaveBusiness = (getContact: Endpoint, searchContacts: Endpoint): ReconcileStrategy =>
  eachContact(getContact, {
    idsKey: 'ids',
    change: changesBusinessOfEach(searchContacts),
    isDone: (contact, sent) => (contact.businessId ?? null) === (sent.businessId ?? null),
    answer: (ids, found) => ({ success: true, ids: ids.filter((id) => found.has(id)) }),
  });
