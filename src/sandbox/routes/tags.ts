import { type Contact, normalizeTags } from '../contact.ts';
import { registerTags, updateContact } from '../contact-write.ts';
import { looksLikeId } from '../ids.ts';
import { type Call, requireContact, route } from '../route.ts';
import { boolean, nonEmpty, oneOf, optional, parse, stringArray } from '../validation.ts';

const TAGS = { tags: stringArray({ min: 1 }) };

function addTags(call: Call, contact: Contact, sent: readonly string[]) {
  const tagsAdded = normalizeTags(sent).filter((tag) => !contact.tags.includes(tag));
  const tags = [...contact.tags, ...tagsAdded];
  registerTags(call, sent);
  if (tagsAdded.length > 0) updateContact(call, contact, { tags });
  return { tags, tagsAdded };
}

function removeTags(call: Call, contact: Contact, sent: readonly string[]) {
  const tagsRemoved = normalizeTags(sent).filter((tag) => contact.tags.includes(tag));
  const tags = contact.tags.filter((tag) => !tagsRemoved.includes(tag));
  if (tagsRemoved.length > 0) updateContact(call, contact, { tags });
  return { tags, tagsRemoved };
}

/** One contact of a bulk change. Its failure is a row of the response and does not fail the others. */
function changeContactTags(call: Call, contactId: string, change: (contact: Contact) => object) {
  const contact = call.store.contacts.get(contactId);
  const error = (message: string) => ({ contactId, message, type: 'error' });
  if (!looksLikeId(contactId)) return error('contact id is not a valid firebase id');
  if (!contact) return error('contact not found');
  if (contact.locationId !== call.records.location.id) return error('contact does not belong to location');
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
    handle: (call, { body }) => addTags(call, requireContact(call), body.tags),
  }),

  route({
    route: 'DELETE /contacts/{contactId}/tags',
    scope: 'contacts.write',
    body: TAGS,
    handle: (call, { body }) => removeTags(call, requireContact(call), body.tags),
  }),

  route({
    route: 'POST /contacts/bulk/tags/update/{type}',
    // The OpenAPI description has no scope for the bulk routes; they write contacts.
    scope: 'contacts.write',
    status: 201,
    body: {
      contacts: stringArray({ min: 1 }),
      tags: stringArray(),
      locationId: nonEmpty,
      removeAllTags: optional(boolean),
    },
    handle(call, { body }) {
      const { type } = parse({ type: oneOf('add', 'remove') }, { type: call.param('type') });
      const responses = body.contacts.map((id) =>
        changeContactTags(call, id, (contact) =>
          type === 'add'
            ? addTags(call, contact, body.tags)
            : removeTags(call, contact, body.removeAllTags ? contact.tags : body.tags),
        ),
      );
      return { succeded: true, errorCount: responses.filter(({ type }) => type === 'error').length, responses };
    },
  }),
];
