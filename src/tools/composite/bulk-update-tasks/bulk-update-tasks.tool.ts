import * as z from 'zod';
import { answer, Id, listOf, of, Time, User } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';
import { searchArguments } from '../../search-arguments.ts';
import { updateContactTask } from '../../tasks.ts';
import { HANDLE_RULE, isHandleAlone, jobAnswer, jobArguments } from '../bulk-job/schemas.ts';
import { searchTasksPage } from '../location-tasks/task-search.ts';

/** Task ids of one call. */
const MAX_IDS = 5_000;

const SetFields = z
  .strictObject({
    assignedTo: User.optional(),
    dueDate: Time.optional(),
    completed: z.boolean().refine(Boolean, 'must be true: only open tasks are changed').optional(),
  })
  .refine((fields) => Object.keys(fields).length > 0, 'names no field to change');

export const bulkUpdateTasks = compositeTool({
  name: 'bulk_update_tasks',
  title: 'Bulk update tasks',
  description:
    'Reassign, reschedule or complete open tasks: by ids, or all that fit assignee, due range and contact tag. Over 25 it asks or previews first; next runs it.',
  scope: updateContactTask.scope,
  extraScopes: [searchTasksPage.scope],
  effect: 'update',
  input: () =>
    z
      .strictObject({
        tasks: listOf(Id, MAX_IDS).optional(),
        assignedTo: User.optional(),
        dueFrom: Time.optional(),
        dueTo: Time.optional(),
        tag: searchArguments.tag,
        set: SetFields.optional(),
        ...jobArguments,
      })
      .refine(isHandleAlone, HANDLE_RULE)
      .refine(
        ({ handle, tasks, assignedTo, dueFrom, dueTo, tag }) =>
          handle !== undefined || [tasks, assignedTo, dueFrom, dueTo, tag].some((given) => given !== undefined),
        'give which tasks: tasks, assignedTo, dueFrom, dueTo or tag',
      )
      .refine(({ handle, set }) => handle !== undefined || set !== undefined, 'give what to change: set'),
  output: () => answer({ ...jobAnswer, set: of.object, tasks: of.rows }),
  calls: [searchTasksPage],
  run: lazyTool('bulkUpdateTasks'),
});
