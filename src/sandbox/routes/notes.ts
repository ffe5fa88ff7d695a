import { missingRecord } from '../http-error.ts';
import { type Call, requireContact, route, touchContact } from '../route.ts';
import { serializeNote } from '../serialize.ts';
import type { Note } from '../store.ts';
import { boolean, nonEmpty, optional, string, withoutUndefined } from '../validation.ts';

function requireNote(call: Call): Note {
  const contact = requireContact(call);
  const id = call.param('id');
  const note = call.store.notes.find(contact.id, id);
  if (note) return note;
  throw missingRecord('Note', id, call.switches.missingTaskOrNote);
}

function save(call: Call, note: Note) {
  call.store.notes.put(note);
  touchContact(call, requireContact(call));
  return { note: serializeNote(note) };
}

const optionalFields = {
  userId: optional(string),
  title: optional(string),
  color: optional(string),
  pinned: optional(boolean),
};

export const noteRoutes = [
  route({
    route: 'GET /contacts/{contactId}/notes',
    scope: 'contacts.readonly',
    query: {},
    handle(call) {
      const notes = call.store.notes.forContact(requireContact(call).id);
      return { notes: notes.toSorted((a, b) => b.dateAdded - a.dateAdded).map(serializeNote) };
    },
  }),

  route({
    route: 'GET /contacts/{contactId}/notes/{id}',
    scope: 'contacts.readonly',
    handle: (call) => ({ note: serializeNote(requireNote(call)) }),
  }),

  route({
    route: 'POST /contacts/{contactId}/notes',
    scope: 'contacts.write',
    status: 201,
    body: { body: nonEmpty, ...optionalFields },
    handle(call, { body }) {
      const contactId = requireContact(call).id;
      return save(call, {
        ...withoutUndefined(body),
        id: call.ids.id(),
        contactId,
        body: body.body,
        dateAdded: call.now,
      });
    },
  }),

  route({
    route: 'PUT /contacts/{contactId}/notes/{id}',
    scope: 'contacts.write',
    body: { body: optional(nonEmpty), ...optionalFields },
    handle: (call, { body }) => save(call, { ...requireNote(call), ...withoutUndefined(body) }),
  }),

  route({
    route: 'DELETE /contacts/{contactId}/notes/{id}',
    scope: 'contacts.write',
    handle(call) {
      call.store.notes.remove(requireNote(call));
      touchContact(call, requireContact(call));
      return { succeded: true };
    },
  }),
];
