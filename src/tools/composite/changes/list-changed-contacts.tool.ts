import * as z from 'zod';
import { getCalendarEvent, listCalendarEvents } from '../../appointments.ts';
import { answer, Fields, Filled, Id, listOf, of, Time, upTo } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';
import { searchTasksPage } from '../location-tasks/task-search.ts';

/** Rows of one answer: the tasks of each may be a call. */
const MAX_ROWS = 50;
/** Contacts whose notes one call may ask for by id. */
const MAX_NOTES_OF = 200;

export const listChangedContacts = compositeTool({
  name: 'list_changed_contacts',
  title: 'List changed contacts',
  description:
    'Contacts created or updated since a time, since "last" (where the last conversation stopped) or since cursor, each once. Complete up to completeTo: later ones come with the next call. tasks adds their tasks, and tasks changed anywhere where locations/tasks.readonly is in effect. appointments: of 7 days back to 60 ahead; deleted: ids of deleted contacts; notesOf, notesOfTag: notes of these contacts, one request each.',
  scope: 'contacts.readonly',
  effect: 'read',
  input: () =>
    z
      .strictObject({
        since: z
          .string()
          .refine(
            (text) => text === 'last' || Time.safeParse(text).success,
            'must be a time such as 2026-11-24T09:00, or last',
          )
          .describe('ISO or local time, or last')
          .optional(),
        cursor: z.string().optional(),
        tasks: z.boolean().optional(),
        appointments: z.boolean().optional(),
        deleted: z.boolean().optional(),
        notesOf: listOf(Id, MAX_NOTES_OF).optional(),
        notesOfTag: Filled.optional(),
        limit: upTo(MAX_ROWS).optional(),
        fields: Fields.optional(),
      })
      .refine((args) => (args.since === undefined) !== (args.cursor === undefined), 'give either since or cursor'),
  output: () =>
    answer({
      contacts: of.rows,
      changedTasks: of.rows,
      changedAppointments: of.rows,
      deletedContacts: of.rows,
      changedNotes: of.rows,
      cursor: of.text,
      completeTo: of.text,
      unseen: of.texts,
      requests: of.object,
      next: of.object,
    }),
  calls: [searchTasksPage, listCalendarEvents, getCalendarEvent],
  run: lazyTool('listChangedContacts'),
});
