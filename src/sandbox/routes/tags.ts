import { type Contact, cleanTags } from '../contact.ts';
import { nameTags, stamp } from '../contact-write.ts';
import { boolean, filled, oneOf, optional, parse, strings } from '../dto.ts';
import { looksLikeId } from '../ids.ts';
import { type Call, route, theContact } from '../route.ts';

const TAGS = { tags: strings({ min: 1 }) };

function retag(call: Call, contact: Contact, tags: readonly string[]): void {
  call.store.save({ ...contact, tags, dateUpdated: call.now, lastUpdatedBy: stamp(call) }, call.now);
}

function addTags(call: Call, contact: Contact, sent: readonly string[]) {
  const tagsAdded = cleanTags(sent).filter((tag) => !contact.tags.includes(tag));
  const tags = [...contact.tags, ...tagsAdded];
  nameTags(call, sent);
  if (tagsAdded.length > 0) retag(call, contact, tags);
  return { tags, tagsAdded };
}

function removeTags(call: Call, contact: Contact, sent: readonly string[]) {
  const tagsRemoved = cleanTags(sent).filter((tag) => contact.tags.includes(tag));
  const tags = contact.tags.filter((tag) => !tagsRemoved.includes(tag));
  if (tagsRemoved.length > 0) retag(call, contact, tags);
  return { tags, tagsRemoved };
}

/** One contact of a bulk change: its failure is a row of the answer, not a refusal of the whole. */
function changeOne(call: Call, contactId: string, change: (contact: Contact) => object) {
  const contact = call.store.contacts.get(contactId);
  const error = (message: string) => ({ contactId, message, type: 'error' });
  if (!looksLikeId(contactId)) return error('contact id is not a valid firebase id');
  if (!contact) return error('contact not found');
  if (contact.locationId !== call.office.location.id) return error('contact does not belong to location');
  if (contact.deleted) return error('contact is deleted');
  const changed = { tagsAdded: [], tagsRemoved: [], ...change(contact), tags: undefined };
  return { contactId, message: 'Tags updated', type: 'success', oldTags: contact.tags, ...changed };
}

export const tagRoutes = [
  route({
    route: 'POST /contacts/{contactId}/tags',
    scope: 'contacts.write',
    status: 201,
    body: TAGS,
    handle: (call, { body }) => addTags(call, theContact(call), body.tags),
  }),

  route({
    route: 'DELETE /contacts/{contactId}/tags',
    scope: 'contacts.write',
    body: TAGS,
    handle: (call, { body }) => removeTags(call, theContact(call), body.tags),
  }),

  route({
    route: 'POST /contacts/bulk/tags/update/{type}',
    // The file declares no scope for the bulk routes; they write contacts.
    scope: 'contacts.write',
    status: 201,
    body: {
      contacts: strings({ min: 1 }),
      tags: strings(),
      locationId: filled,
      removeAllTags: optional(boolean),
    },
    handle(call, { body }) {
      const { type } = parse({ type: oneOf('add', 'remove') }, { type: call.param('type') });
      const responses = body.contacts.map((id) =>
        changeOne(call, id, (contact) =>
          type === 'add'
            ? addTags(call, contact, body.tags)
            : removeTags(call, contact, body.removeAllTags ? contact.tags : body.tags),
        ),
      );
      return { succeded: true, errorCount: responses.filter(({ type }) => type === 'error').length, responses };
    },
  }),
];
