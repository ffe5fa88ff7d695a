import * as z from 'zod';
import { endpoint } from '../api/endpoint.ts';
import { findNewTask, recordIsDeleted, recordMatchesFields } from '../api/write/strategies/related-records.ts';
import { rowOf, unpagedList } from './core/row-shape.ts';
import { Contact, Fields, Filled, Id, LongText, NO_CHANGE, of, outputs, Time, User, window } from './core/schemas.ts';
import { droppedRemarks } from './core/write-remarks.ts';

const DueDate = Time.describe('ISO with offset, or local time 2026-11-24T09:00');

export const listContactTasks = endpoint({
  name: 'list_contact_tasks',
  title: 'List contact tasks',
  description: 'All tasks of one contact; for the whole location search_location_tasks.',
  route: 'GET /contacts/{contactId}/tasks',
  scope: 'contacts.readonly',
  effect: 'read',
  input: () => z.strictObject({ contactId: Contact, ...window, fields: Fields.optional() }),
  output: () => outputs.tasks,
  list: unpagedList('tasks', rowOf.task, ['contactId', 'completed']),
});

export const getContactTask = endpoint({
  name: 'get_contact_task',
  title: 'Get contact task',
  description: 'One task.',
  route: 'GET /contacts/{contactId}/tasks/{taskId}',
  scope: 'contacts.readonly',
  effect: 'read',
  answer: { one: 'task', id: 'taskId' },
  input: () => z.strictObject({ contactId: Contact, taskId: Id }),
  output: () => outputs.task,
});

export const createContactTask = endpoint({
  name: 'create_contact_task',
  title: 'Create contact task',
  description: 'Add a task to a contact.',
  route: 'POST /contacts/{contactId}/tasks',
  scope: 'contacts.write',
  effect: 'create',
  reconcile: findNewTask(listContactTasks),
  times: ['dueDate'],
  answer: { one: 'task' },
  input: () =>
    z.strictObject({
      contactId: Contact,
      title: Filled,
      body: LongText.optional(),
      dueDate: DueDate,
      completed: z.boolean().optional(),
      assignedTo: User.describe('user: name or id').optional(),
    }),
  output: () => outputs.task,
  remarks: droppedRemarks(getContactTask.name),
  request: (args) => ({ completed: false, ...args }),
});

export const updateContactTask = endpoint({
  name: 'update_contact_task',
  title: 'Update contact task',
  description: 'Change the fields given of a task.',
  route: 'PUT /contacts/{contactId}/tasks/{taskId}',
  scope: 'contacts.write',
  effect: 'update',
  reconcile: recordMatchesFields(getContactTask, 'task'),
  times: ['dueDate'],
  body: true,
  answer: { one: 'task', id: 'taskId' },
  input: () =>
    z
      .strictObject({
        contactId: Contact,
        taskId: Id,
        title: Filled.optional(),
        body: LongText.optional(),
        dueDate: DueDate.optional(),
        completed: z.boolean().optional(),
        assignedTo: User.describe('user: name or id').optional(),
      })
      .refine((args) => Object.keys(args).length > 2, NO_CHANGE),
  output: () => outputs.task,
  remarks: droppedRemarks(getContactTask.name),
});

export const setContactTaskCompleted = endpoint({
  name: 'set_contact_task_completed',
  title: 'Set contact task completed',
  description: 'Complete a task, or reopen it with false.',
  route: 'PUT /contacts/{contactId}/tasks/{taskId}/completed',
  scope: 'contacts.write',
  effect: 'update',
  reconcile: recordMatchesFields(getContactTask, 'task'),
  answer: { one: 'task', id: 'taskId' },
  input: () => z.strictObject({ contactId: Contact, taskId: Id, completed: z.boolean() }),
  output: () => outputs.task,
  remarks: droppedRemarks(getContactTask.name),
});

export const deleteContactTask = endpoint({
  name: 'delete_contact_task',
  title: 'Delete contact task',
  description: 'Delete a task.',
  route: 'DELETE /contacts/{contactId}/tasks/{taskId}',
  scope: 'contacts.write',
  effect: 'delete',
  reconcile: recordIsDeleted({ read: getContactTask, kind: 'task' }),
  answer: { succeeded: true },
  input: () => z.strictObject({ contactId: Id, taskId: Id }),
  output: () => outputs.record({ succeeded: of.flag, task: of.object }),
});

export const tasks = [
  listContactTasks,
  getContactTask,
  createContactTask,
  updateContactTask,
  setContactTaskCompleted,
  deleteContactTask,
];
