import * as z from 'zod';
import { tagsAfter } from '../api/contact-fields.ts';
import { type AnswerCheck, endpoint } from '../api/endpoint.ts';
import { listMatches } from '../api/write/compare.ts';
import { contactsAreTagged } from '../api/write/strategies/bulk.ts';
import { contactLists } from '../api/write/strategies/related-records.ts';
import { type Json, listIn, rowsIn } from '../lib/json.ts';
import { getContact } from './contacts.ts';
import { MAX_UNASKED } from './core/confirmation.ts';
import { Contact, confirmation, confirmationAnswer, Ids, of, outputs, Tags, TagsOrNone } from './core/schemas.ts';
import type { EndpointTool } from './core/tool.ts';

/** Contacts whose tags the answer of a bulk change shows: hundreds of rows of success help no model. */
const MAX_SHOWN = 25;

/** Counts, the contacts that failed, and the tags that the first others have now. */
function bulkAccount(data: Json, args: Json): Json {
  const responses = rowsIn(data, 'responses');
  const asked = listIn(args, 'contacts');
  const named = new Set(responses.map(({ contactId }) => contactId));
  const failed = [
    ...responses.filter(({ type }) => type === 'error').map(({ contactId, message }) => ({ contactId, message })),
    ...asked.filter((contactId) => !named.has(contactId)).map((contactId) => ({ contactId, message: LEFT_OUT })),
  ];
  const contacts = responses.flatMap((row) => {
    const tags = row.type === 'error' ? undefined : tagsAfter(row);
    return tags ? [{ contactId: row.contactId, tags }] : [];
  });
  return {
    succeeded: true,
    asked: asked.length,
    updated: asked.length - failed.length,
    errorCount: failed.length,
    failed,
    ...(contacts.length > 0 ? { contacts: contacts.slice(0, MAX_SHOWN) } : {}),
  };
}

const LEFT_OUT = 'HighLevel left this contact out of its answer; get_contact shows what is stored.';

/** It has rows for contacts that were asked for, and for no others. */
const isAboutThem: AnswerCheck = (data, args) => {
  const rows = rowsIn(data, 'responses');
  return rows.length > 0 && rows.every(({ contactId }) => listIn(args, 'contacts').includes(contactId));
};

export const addContactTags = endpoint({
  name: 'add_contact_tags',
  title: 'Add contact tags',
  description:
    'Add tags to a contact (stored lower-case, unknown ones are created). May start automations that message the person. Returns all tags.',
  route: 'POST /contacts/{contactId}/tags',
  scope: 'contacts.write',
  effect: 'create',
  reconcile: contactLists(getContact, 'tags', true),
  answer: { rows: 'tags', isAbout: listMatches('tags', true) },
  input: () => z.strictObject({ contactId: Contact, tags: Tags }),
  output: () => outputs.record({ tags: of.texts, tagsAdded: of.texts }),
});

export const removeContactTags = endpoint({
  name: 'remove_contact_tags',
  title: 'Remove contact tags',
  description: 'Remove tags from a contact. May start automations. Returns all tags.',
  route: 'DELETE /contacts/{contactId}/tags',
  scope: 'contacts.write',
  effect: 'delete',
  reconcile: contactLists(getContact, 'tags', false),
  answer: { rows: 'tags', isAbout: listMatches('tags', false) },
  input: () => z.strictObject({ contactId: Contact, tags: Tags }),
  output: () => outputs.record({ tags: of.texts, tagsRemoved: of.texts }),
});

const endpointOfBulk = endpoint({
  name: 'bulk_update_contact_tags',
  title: 'Bulk update contact tags',
  description:
    'Add tags to, or remove them from, many contacts. May start automations for each. removeAllTags (with remove) strips every tag.',
  route: 'POST /contacts/bulk/tags/update/{type}',
  scope: 'contacts.write',
  effect: 'update',
  reconcile: contactsAreTagged(getContact),
  locationId: true,
  answer: { succeeded: true, isAbout: isAboutThem },
  input: () =>
    z
      .strictObject({
        type: z.enum(['add', 'remove']),
        contacts: Ids.max(500).describe('contact ids'),
        tags: TagsOrNone,
        removeAllTags: z.boolean().optional(),
        ...confirmation,
      })
      .refine((a) => a.removeAllTags === undefined || a.type === 'remove', 'removeAllTags goes with type remove')
      .refine((a) => a.tags.length > 0 || a.removeAllTags === true, 'tags must not be empty'),
  output: () =>
    outputs.record({
      succeeded: of.flag,
      asked: of.count,
      updated: of.count,
      errorCount: of.count,
      failed: of.rows,
      contacts: of.rows,
      ...confirmationAnswer,
    }),
  present: bulkAccount,
});

export const bulkUpdateContactTags: EndpointTool = {
  ...endpointOfBulk,
  confirm: {
    question: 'changeTags',
    when: (args) => args.removeAllTags === true || listIn(args, 'contacts').length > MAX_UNASKED,
  },
};

export const tags = [addContactTags, removeContactTags, bulkUpdateContactTags];
