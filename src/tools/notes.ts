import * as z from 'zod';
import { endpoint } from '../api/endpoint.ts';
import { findNewNote, recordIsDeleted, recordMatchesFields } from '../api/write/strategies/related-records.ts';
import { formWith } from '../lib/fold.ts';
import type { Json } from '../lib/json.ts';
import { rowOf, unpagedList } from './core/row-shape.ts';
import { Contact, Fields, Filled, FilledLong, Id, NO_CHANGE, of, outputs, Text, User, window } from './core/schemas.ts';
import { droppedRemarks } from './core/write-remarks.ts';

const noteFields = {
  title: Text.optional(),
  color: z
    .string()
    .regex(/^#[0-9A-Fa-f]{6}$/, 'must be a colour such as #FFAA00')
    .describe('#FFAA00')
    .optional(),
  pinned: z.boolean().optional(),
  userId: User.describe('author').optional(),
};

const hasText = ({ title, body }: Json, query: string): boolean =>
  [title, body].some((text) => typeof text === 'string' && formWith(text, query) !== undefined);

export const listContactNotes = endpoint({
  name: 'list_contact_notes',
  title: 'List contact notes',
  description: 'All notes of one contact, or those with query; long bodies are cut, get_contact_note gives more.',
  route: 'GET /contacts/{contactId}/notes',
  scope: 'contacts.readonly',
  effect: 'read',
  input: () => z.strictObject({ contactId: Contact, query: Filled.optional(), ...window, fields: Fields.optional() }),
  output: () => outputs.notes,
  list: { ...unpagedList('notes', rowOf.note, ['contactId']), matches: hasText },
});

export const getContactNote = endpoint({
  name: 'get_contact_note',
  title: 'Get contact note',
  description: 'One note.',
  route: 'GET /contacts/{contactId}/notes/{noteId}',
  scope: 'contacts.readonly',
  effect: 'read',
  answer: { one: 'note', id: 'noteId' },
  input: () => z.strictObject({ contactId: Contact, noteId: Id }),
  output: () => outputs.note,
});

export const createContactNote = endpoint({
  name: 'create_contact_note',
  title: 'Create contact note',
  description: 'Add a note to a contact.',
  route: 'POST /contacts/{contactId}/notes',
  scope: 'contacts.write',
  effect: 'create',
  reconcile: findNewNote(listContactNotes),
  answer: { one: 'note' },
  input: () => z.strictObject({ contactId: Contact, body: FilledLong, ...noteFields }),
  output: () => outputs.note,
  remarks: droppedRemarks(getContactNote.name),
});

export const updateContactNote = endpoint({
  name: 'update_contact_note',
  title: 'Update contact note',
  description: 'Change the fields given of a note; body replaces the whole text.',
  route: 'PUT /contacts/{contactId}/notes/{noteId}',
  scope: 'contacts.write',
  effect: 'update',
  reconcile: recordMatchesFields(getContactNote, 'note'),
  body: true,
  answer: { one: 'note', id: 'noteId' },
  input: () =>
    z
      .strictObject({ contactId: Contact, noteId: Id, body: FilledLong.optional(), ...noteFields })
      .refine((args) => Object.keys(args).length > 2, NO_CHANGE),
  output: () => outputs.note,
  remarks: droppedRemarks(getContactNote.name),
});

export const deleteContactNote = endpoint({
  name: 'delete_contact_note',
  title: 'Delete contact note',
  description: 'Delete a note.',
  route: 'DELETE /contacts/{contactId}/notes/{noteId}',
  scope: 'contacts.write',
  effect: 'delete',
  reconcile: recordIsDeleted({ read: getContactNote, kind: 'note' }),
  answer: { succeeded: true },
  input: () => z.strictObject({ contactId: Id, noteId: Id }),
  output: () => outputs.record({ succeeded: of.flag, note: of.object }),
});

export const notes = [listContactNotes, getContactNote, createContactNote, updateContactNote, deleteContactNote];
