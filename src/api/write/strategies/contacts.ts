import { type Json, recordIn, rowsIn } from '../../../lib/json.ts';
import { epochMs } from '../../../lib/time.ts';
import { fullName } from '../../contact-fields.ts';
import type { Endpoint, ReconcileContext, ReconcileResult, ReconcileStrategy } from '../../endpoint.ts';
import { type Match, matchFields } from '../compare.ts';
import { mayBeSameContact } from '../contact-identity.ts';
import { createsRecord, updatesRecord, upsertsContact } from './changes.ts';
import { type ContactReads, explainOwner, findOwners, snapshotOfOwners } from './contact-lookup.ts';
import { ageOf, done, EDGE_CLOCK_SKEW_MS, NOT_DONE, unknown } from './evidence.ts';

export const findNewContact = (reads: ContactReads): ReconcileStrategy => ({
  description:
    'looks for a new contact with its email or phone; one without either is searched by name, and unknown unless found',
  change: createsRecord('contact'),
  createsRecord: true,
  snapshotBefore: snapshotOfOwners(reads.findDuplicateContact),
  async check(context) {
    const { owners, isAbsent } = await findOwners(context, reads.findDuplicateContact);
    if (isAbsent) return NOT_DONE;
    const created = owners.find(({ age }) => age === 'new');
    if (created) return done({ contact: created.contact });
    const [owner] = owners;
    return searchByName(context, reads, owner ? await explainOwner(owner, context, reads.getLocation) : '');
  },
  async isOwn(context, existing) {
    const contact = recordIn(await context.read(reads.getContact, { contactId: existing }), 'contact');
    const hint = `Contact ${existing} has this email or phone: it may be the new contact, or an older one. get_contact shows it.`;
    if (!contact) return unknown(hint);
    const age = ageOf(contact, context);
    if (age === 'old' || matchFields(context.sent, contact) === 'mismatch') return NOT_DONE;
    return age === 'new' ? done({ contact }) : unknown(hint);
  },
});

export const findUpsertedContact = (reads: ContactReads): ReconcileStrategy => ({
  description: 'looks the contact up by its email and its phone and compares the fields sent',
  change: upsertsContact(reads.findDuplicateContact),
  snapshotBefore: snapshotOfOwners(reads.findDuplicateContact),
  async check(context) {
    const { email, createNewIfDuplicateAllowed: mayCreateDuplicate, ...fields } = context.sent;
    const { owners, isAbsent } = await findOwners(context, reads.findDuplicateContact);
    if (isAbsent) return NOT_DONE;
    const created = owners.find(({ age }) => age === 'new');
    if (created) return done({ new: true, contact: created.contact });
    if (mayCreateDuplicate === true) return searchByName(context, reads, 'An older contact has this email or phone. ');
    const matches = owners.map(({ contact }) => matchStoredContact(fields, contact, context));
    const updated = owners[matches.indexOf('match')];
    if (updated) return done({ ...(updated.age === 'old' ? { new: false } : {}), contact: updated.contact });
    // An owner that does not visibly have the email or phone proves nothing.
    const isVisible = owners.every(({ contact }) => mayBeSameContact(contact, context.sent));
    if (owners.length > 0 && isVisible && matches.every((match) => match === 'mismatch')) return NOT_DONE;
    return unknown(`find_duplicate_contact shows it${email ? '' : ', with the phone in the form +15125550100'}.`);
  },
});

export const contactMatchesFields = (getContact: Endpoint): ReconcileStrategy => ({
  description: 'reads the contact and compares the fields sent',
  change: updatesRecord(getContact, 'contact'),
  async check(context) {
    const { contactId, ...fields } = context.sent;
    const contact = recordIn(await context.read(getContact, { contactId }), 'contact');
    const match = contact ? matchStoredContact(fields, contact, context) : 'mismatch';
    if (match === 'unknown') return unknown('get_contact shows it.');
    return match === 'match' ? done({ succeded: true, contact }) : NOT_DONE;
  },
});

/**
 * Whether a contact has the fields sent. If fields cannot be compared, an old dateUpdated proves that nothing was written;
 * if they differ and the contact was updated since, HighLevel may have stored another form of them.
 */
function matchStoredContact(fields: Json, contact: Json, { since }: ReconcileContext): Match {
  const match = matchFields(fields, contact);
  const updated = epochMs(contact.dateUpdated);
  if (match === 'mismatch') return updated >= since ? 'unknown' : 'mismatch';
  return match === 'unknown' && updated < since - EDGE_CLOCK_SKEW_MS ? 'mismatch' : match;
}

/** ms by which the search starts earlier than necessary, because clocks differ; each row is checked again. */
const SEARCH_SLACK_MS = 3_600_000;

/** Looks for the one new contact of this name. The index is behind writes, so finding none proves nothing. */
async function searchByName(
  context: ReconcileContext,
  { searchContacts, getContact }: ContactReads,
  explanation: string,
): Promise<ReconcileResult> {
  const { email } = context.sent;
  const gte = new Date(context.since - SEARCH_SLACK_MS).toISOString();
  const filters = [
    ...(email ? [{ field: 'email', operator: 'eq', value: email }] : []),
    { field: 'dateAdded', operator: 'range', value: { gte } },
  ];
  const found = rowsIn(await context.read(searchContacts, { filters, pageLimit: 100 }), 'contacts');
  const [only, ...others] = found.filter(
    (row) => ageOf(row, context) === 'new' && nameKey(row) === nameKey(context.sent),
  );
  if (!only || others.length > 0)
    return unknown(`${explanation}search_contacts shows it in a minute or two (newest first: sort dateAdded desc).`);
  return done((await context.read(getContact, { contactId: only.id })) ?? { contact: only });
}

const nameKey = (contact: Json): string => fullName(contact).replace(/\s+/g, ' ').trim().toLowerCase();
