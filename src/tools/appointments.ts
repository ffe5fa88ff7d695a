import * as z from 'zod';
import { endpoint } from '../endpoint.ts';
import { ofContact, rowOf, whole } from '../rows.ts';
import { Fields, Id, outputs, window } from '../schemas.ts';

export const appointments = [
  endpoint({
    name: 'list_contact_appointments',
    title: 'List contact appointments',
    description:
      'Past and coming appointments of one contact. Times without offset are local to the location. May miss bookings the calendar has.',
    route: 'GET /contacts/{contactId}/appointments',
    scope: 'contacts.readonly',
    effect: 'read',
    input: z.strictObject({ contactId: Id, ...window, fields: Fields.optional() }),
    output: outputs.events,
    list: whole('events', ofContact(rowOf.event)),
  }),
];
