import { missingRecord } from '../http-error.ts';
import { type Call, requireContact, route, touchContact } from '../route.ts';
import { serializeTask } from '../serialize.ts';
import type { Task } from '../store.ts';
import { boolean, isoDate, nonEmpty, optional, string, withoutUndefined } from '../validation.ts';

function requireTask(call: Call): Task {
  const contact = requireContact(call);
  const id = call.param('taskId');
  const task = call.store.tasks.find(contact.id, id);
  if (task && !task.deleted) return task;
  throw missingRecord('Task', id, call.switches.missingTaskOrNote);
}

function save(call: Call, written: Task) {
  const task = { ...written, dateUpdated: call.now };
  call.store.tasks.put(task);
  touchContact(call, requireContact(call));
  return { task: serializeTask(task) };
}

export const taskRoutes = [
  route({
    route: 'GET /contacts/{contactId}/tasks',
    scope: 'contacts.readonly',
    query: {},
    handle(call) {
      const tasks = call.store.tasks.forContact(requireContact(call).id);
      return { tasks: tasks.filter(({ deleted }) => !deleted).map(serializeTask) };
    },
  }),

  route({
    route: 'GET /contacts/{contactId}/tasks/{taskId}',
    scope: 'contacts.readonly',
    handle: (call) => ({ task: serializeTask(requireTask(call)) }),
  }),

  route({
    route: 'POST /contacts/{contactId}/tasks',
    scope: 'contacts.write',
    status: 201,
    body: {
      title: nonEmpty,
      body: optional(string),
      dueDate: isoDate,
      completed: boolean,
      assignedTo: optional(string),
    },
    handle(call, { body }) {
      const contactId = requireContact(call).id;
      const { title, completed } = body;
      return save(call, {
        ...withoutUndefined(body),
        id: call.ids.id(),
        contactId,
        title,
        dueDate: Date.parse(body.dueDate),
        completed,
        dateAdded: call.now,
        dateUpdated: call.now,
      });
    },
  }),

  route({
    route: 'PUT /contacts/{contactId}/tasks/{taskId}',
    scope: 'contacts.write',
    body: {
      title: optional(nonEmpty),
      body: optional(string),
      dueDate: optional(isoDate),
      completed: optional(boolean),
      assignedTo: optional(string),
    },
    handle(call, { body: { dueDate, ...rest } }) {
      const due = dueDate === undefined ? {} : { dueDate: Date.parse(dueDate) };
      return save(call, { ...requireTask(call), ...withoutUndefined(rest), ...due });
    },
  }),

  route({
    route: 'PUT /contacts/{contactId}/tasks/{taskId}/completed',
    scope: 'contacts.write',
    body: { completed: boolean },
    handle: (call, { body }) => save(call, { ...requireTask(call), completed: body.completed }),
  }),

  route({
    route: 'DELETE /contacts/{contactId}/tasks/{taskId}',
    scope: 'contacts.write',
    handle(call) {
      const task = requireTask(call);
      if (call.switches.deletedTasks === 'gone') call.store.tasks.remove(task);
      else call.store.tasks.put({ ...task, deleted: true, dateUpdated: call.now });
      touchContact(call, requireContact(call));
      return { succeded: true };
    },
  }),
];
