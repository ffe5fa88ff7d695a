import * as z from 'zod';
import { answer, Contact, enumInDescription, Filled, listOf, of, Skip, Time, User, upTo } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';
import { searchTasksPage } from './task-search.ts';

/** Keys of a row; `assignedTo` also shows the name. */
const FIELDS = [
  ...['id', 'title', 'body', 'dueDate', 'status', 'contactId', 'contact', 'assignedTo'],
  ...['phone', 'email'],
] as const;

export const searchLocationTasks = compositeTool({
  name: 'search_location_tasks',
  title: 'Search location tasks',
  scope: 'locations/tasks.readonly',
  effect: 'read',
  output: () => answer({ tasks: of.rows, total: of.count, asOf: of.text, next: of.object }),
  description:
    'Tasks of all contacts by due date: open (with overdue), overdue, completed, or due in a range; a date means the whole day.',
  input: () =>
    z.strictObject({
      status: z.enum(['open', 'overdue', 'completed']).optional(),
      dueFrom: Time.optional(),
      dueTo: Time.optional(),
      assignedTo: User.describe('user: name or id').optional(),
      contactId: Contact.optional(),
      query: Filled.optional(),
      limit: upTo(100).optional(),
      skip: Skip.optional(),
      fields: listOf(z.enum(FIELDS).meta(enumInDescription), FIELDS.length).describe('also phone, email').optional(),
    }),
  calls: [searchTasksPage],
  run: lazyTool('searchLocationTasks'),
});
