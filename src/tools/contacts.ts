import * as z from 'zod';
import { endpoint } from '../api/endpoint.ts';
import { mayBeSameContact } from '../api/write/contact-identity.ts';
import type { ContactReads } from '../api/write/strategies/contact-lookup.ts';
import { contactMatchesFields, findNewContact, findUpsertedContact } from '../api/write/strategies/contacts.ts';
import { recordIsDeleted } from '../api/write/strategies/related-records.ts';
import { listContactAppointments } from './appointments.ts';
import {
  CLEAR_RULE,
  CLEARABLE,
  clearsOthers,
  newContact,
  updatedContact,
  upsertedContact,
} from './core/contact-arguments.ts';
import { contactList, hasNextPage } from './core/row-shape.ts';
import {
  Business,
  Contact,
  confirmation,
  confirmationAnswer,
  contactFields,
  Fields,
  Filled,
  Id,
  NO_CHANGE,
  of,
  outputs,
  Phone,
  Skip,
  Tags,
  TagsOrNone,
  Text,
  Time,
  upTo,
} from './core/schemas.ts';
import { presentWrittenContact } from './core/short-records.ts';
import type { EndpointTool } from './core/tool.ts';
import { droppedRemarks, upsertRemarks } from './core/write-remarks.ts';
import { getLocation } from './lookups.ts';
import { listContactNotes } from './notes.ts';
import { searchContacts } from './search.ts';
import { listContactTasks } from './tasks.ts';

const customFieldsHint = 'customFields: [{field: name, key or id, value}].';

export const getContact = endpoint({
  name: 'get_contact',
  title: 'Get contact',
  description: 'One contact by id with all its fields, current also right after a write.',
  route: 'GET /contacts/{contactId}',
  scope: 'contacts.readonly',
  effect: 'read',
  answer: { one: 'contact', id: 'contactId' },
  input: () => z.strictObject({ contactId: Contact, fields: Fields.optional() }),
  output: () => outputs.contact,
});

export const listContacts = endpoint({
  name: 'list_contacts',
  title: 'List contacts',
  description:
    'Page through all contacts, newest first; query matches name, email, phone. Lags behind writes of others by seconds to minutes. To filter use search_contacts. fields replaces the default row (id, names, email, phone, companyName, tags, assignedTo).',
  route: 'GET /contacts/',
  scope: 'contacts.readonly',
  effect: 'read',
  locationId: true,
  input: () =>
    z.strictObject({
      query: Filled.optional(),
      limit: upTo(100).optional(),
      startAfter: z.int().optional(),
      startAfterId: Id.optional(),
      fields: Fields.optional(),
    }),
  output: () => outputs.contacts,
  list: contactList((page) => {
    const [startAfter, startAfterId] = Array.isArray(page.last.startAfter) ? page.last.startAfter : [];
    const more =
      hasNextPage(page, 'limit', 20) && startAfterId !== page.args.startAfterId && startAfterId !== undefined;
    return more ? { ...page.args, startAfter, startAfterId } : undefined;
  }),
});

export const listContactsByBusiness = endpoint({
  name: 'list_contacts_by_business',
  title: 'List contacts by business',
  description: 'Contacts of one business.',
  route: 'GET /contacts/business/{businessId}',
  scope: 'contacts.readonly',
  effect: 'read',
  locationId: true,
  input: () =>
    z.strictObject({
      businessId: Business,
      query: Filled.optional(),
      limit: upTo(100).optional(),
      skip: Skip.optional(),
      fields: Fields.optional(),
    }),
  output: () => outputs.contacts,
  // Some lists of the API reject a skip of 0, which means the same as none.
  request: ({ skip, ...rest }) => (skip ? { ...rest, skip } : rest),
  list: contactList((page) => (hasNextPage(page, 'limit', 25) ? { ...page.args, skip: page.reached } : undefined)),
});

export const findDuplicateContact = endpoint({
  name: 'find_duplicate_contact',
  title: 'Find contact by email or phone',
  description: 'The contact with exactly this email or phone (number), or null. Current, unlike search.',
  route: 'GET /contacts/search/duplicate',
  scope: 'contacts.readonly',
  effect: 'read',
  locationId: true,
  answer: { one: 'contact', orNull: true },
  phone: 'number',
  input: () =>
    z
      .strictObject({ email: Filled.optional(), number: Phone.optional() })
      .refine(({ email, number }) => email !== undefined || number !== undefined, 'give email or number'),
  output: () => outputs.record({ contact: of.objectOrNull }),
});

/** How the contact of an uncertain write is found. */
const reads: ContactReads = { findDuplicateContact, getContact, getLocation, searchContacts };

export const createContact = endpoint({
  name: 'create_contact',
  title: 'Create contact',
  description: `Create a contact. If one with this email or phone exists, nothing is written and its id is given. ${customFieldsHint}`,
  route: 'POST /contacts/',
  scope: 'contacts.write',
  effect: 'create',
  reconcile: findNewContact(reads),
  locationId: true,
  answer: { one: 'contact', isAbout: mayBeSameContact },
  input: () =>
    z.strictObject({
      ...contactFields,
      companyName: Text.optional(),
      gender: Text.optional(),
      tags: Tags.optional(),
    }),
  output: () => outputs.contact,
  request: newContact,
  present: presentWrittenContact,
  remarks: droppedRemarks(getContact.name),
});

export const updateContact = endpoint({
  name: 'update_contact',
  title: 'Update contact',
  description: `Change the fields given, leave the rest. tags REPLACES all tags: to add or remove some use add_contact_tags, remove_contact_tags. clear empties fields. ${customFieldsHint} value "" clears one.`,
  route: 'PUT /contacts/{contactId}',
  scope: 'contacts.write',
  effect: 'update',
  reconcile: contactMatchesFields(getContact),
  unchangedSince: { read: getContact, kind: 'contact' },
  body: true,
  answer: { one: 'contact', id: 'contactId' },
  input: () =>
    z
      .strictObject({
        contactId: Contact,
        ...contactFields,
        companyName: Text.optional(),
        tags: TagsOrNone.optional(),
        clear: z.array(z.enum(CLEARABLE)).min(1).optional(),
        ifUnchangedSince: Time.describe('dateUpdated as you read it; refuses if later').optional(),
      })
      .refine(({ contactId: _, ifUnchangedSince: _since, ...fields }) => Object.keys(fields).length > 0, NO_CHANGE)
      .refine(clearsOthers, CLEAR_RULE),
  output: () => outputs.record({ contact: of.object, succeeded: of.flag }),
  request: updatedContact,
  present: presentWrittenContact,
  remarks: droppedRemarks(getContact.name),
});

const endpointOfDelete = endpoint({
  name: 'delete_contact',
  title: 'Delete contact',
  description: 'Delete a contact with all its records. Asks or previews first; next does it.',
  route: 'DELETE /contacts/{contactId}',
  scope: 'contacts.write',
  effect: 'delete',
  reconcile: recordIsDeleted({
    read: getContact,
    kind: 'contact',
    parts: { notes: listContactNotes, tasks: listContactTasks, appointments: listContactAppointments },
  }),
  answer: { succeeded: true },
  input: () => z.strictObject({ contactId: Id, ...confirmation }),
  output: () => outputs.record({ succeeded: of.flag, contact: of.object, ...confirmationAnswer }),
});

export const deleteContact: EndpointTool = { ...endpointOfDelete, confirm: { question: 'deleteContact' } };

export const upsertContact = endpoint({
  name: 'upsert_contact',
  title: 'Upsert contact',
  description: `Update the contact with this email or phone, else create it. tags REPLACES all tags (add_contact_tags adds). Danger: if email is a contact's SECONDARY one it becomes primary and the old primary is lost. If email and phone belong to two contacts, one of them is dropped silently. ${customFieldsHint}`,
  route: 'POST /contacts/upsert',
  scope: 'contacts.write',
  effect: 'update',
  reconcile: findUpsertedContact(reads),
  locationId: true,
  answer: { one: 'contact', isAbout: mayBeSameContact },
  input: () =>
    z
      .strictObject({
        ...contactFields,
        companyName: Text.optional(),
        gender: Text.optional(),
        tags: TagsOrNone.optional(),
        createNewIfDuplicateAllowed: z.boolean().optional(),
      })
      .refine(
        (a) => a.email !== undefined || a.phone !== undefined,
        'give email or phone, by which the contact is found',
      ),
  output: () => outputs.record({ contact: of.object, new: of.flag, succeeded: of.flag }),
  request: upsertedContact,
  present: presentWrittenContact,
  remarks: upsertRemarks,
});

export const contacts = [
  getContact,
  listContacts,
  listContactsByBusiness,
  createContact,
  updateContact,
  deleteContact,
  searchContacts,
  findDuplicateContact,
  upsertContact,
];
