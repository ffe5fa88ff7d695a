import { boolean, filled, given, optional, string } from '../dto.ts';
import { missing } from '../refusal.ts';
import { type Call, route, theContact, touch } from '../route.ts';
import type { Note } from '../store.ts';
import { noteOut } from '../wire.ts';

function theNote(call: Call): Note {
  const contact = theContact(call);
  const id = call.param('id');
  const note = call.store.notes.find(contact.id, id);
  if (note) return note;
  throw missing('Note', id, call.switches.missingTaskOrNote);
}

function save(call: Call, note: Note) {
  call.store.notes.put(note);
  touch(call, theContact(call));
  return { note: noteOut(note) };
}

const details = {
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
      const notes = call.store.notes.of(theContact(call).id);
      return { notes: notes.toSorted((a, b) => b.dateAdded - a.dateAdded).map(noteOut) };
    },
  }),

  route({
    route: 'GET /contacts/{contactId}/notes/{id}',
    scope: 'contacts.readonly',
    handle: (call) => ({ note: noteOut(theNote(call)) }),
  }),

  route({
    route: 'POST /contacts/{contactId}/notes',
    scope: 'contacts.write',
    status: 201,
    body: { body: filled, ...details },
    handle(call, { body }) {
      const contactId = theContact(call).id;
      return save(call, { ...given(body), id: call.ids.id(), contactId, body: body.body, dateAdded: call.now });
    },
  }),

  route({
    route: 'PUT /contacts/{contactId}/notes/{id}',
    scope: 'contacts.write',
    body: { body: optional(filled), ...details },
    handle: (call, { body }) => save(call, { ...theNote(call), ...given(body) }),
  }),

  route({
    route: 'DELETE /contacts/{contactId}/notes/{id}',
    scope: 'contacts.write',
    handle(call) {
      call.store.notes.remove(theNote(call));
      touch(call, theContact(call));
      return { succeded: true };
    },
  }),
];
