import { boolean, filled, given, isoDate, optional, string } from '../dto.ts';
import { missing } from '../refusal.ts';
import { type Call, route, theContact, touch } from '../route.ts';
import type { Task } from '../store.ts';
import { taskOut } from '../wire.ts';

function theTask(call: Call): Task {
  const contact = theContact(call);
  const id = call.param('taskId');
  const task = call.store.tasks.find(contact.id, id);
  if (task && !task.deleted) return task;
  throw missing('Task', id, call.switches.missingTaskOrNote);
}

function save(call: Call, written: Task) {
  const task = { ...written, dateUpdated: call.now };
  call.store.tasks.put(task);
  touch(call, theContact(call));
  return { task: taskOut(task) };
}

export const taskRoutes = [
  route({
    route: 'GET /contacts/{contactId}/tasks',
    scope: 'contacts.readonly',
    query: {},
    handle(call) {
      const tasks = call.store.tasks.of(theContact(call).id);
      return { tasks: tasks.filter(({ deleted }) => !deleted).map(taskOut) };
    },
  }),

  route({
    route: 'GET /contacts/{contactId}/tasks/{taskId}',
    scope: 'contacts.readonly',
    handle: (call) => ({ task: taskOut(theTask(call)) }),
  }),

  route({
    route: 'POST /contacts/{contactId}/tasks',
    scope: 'contacts.write',
    status: 201,
    body: {
      title: filled,
      body: optional(string),
      dueDate: isoDate,
      completed: boolean,
      assignedTo: optional(string),
    },
    handle(call, { body }) {
      const contactId = theContact(call).id;
      const { title, completed } = body;
      return save(call, {
        ...given(body),
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
      title: optional(filled),
      body: optional(string),
      dueDate: optional(isoDate),
      completed: optional(boolean),
      assignedTo: optional(string),
    },
    handle(call, { body: { dueDate, ...rest } }) {
      const due = dueDate === undefined ? {} : { dueDate: Date.parse(dueDate) };
      return save(call, { ...theTask(call), ...given(rest), ...due });
    },
  }),

  route({
    route: 'PUT /contacts/{contactId}/tasks/{taskId}/completed',
    scope: 'contacts.write',
    body: { completed: boolean },
    handle: (call, { body }) => save(call, { ...theTask(call), completed: body.completed }),
  }),

  route({
    route: 'DELETE /contacts/{contactId}/tasks/{taskId}',
    scope: 'contacts.write',
    handle(call) {
      const task = theTask(call);
      if (call.switches.deletedTasks === 'gone') call.store.tasks.remove(task);
      else call.store.tasks.put({ ...task, deleted: true, dateUpdated: call.now });
      touch(call, theContact(call));
      return { succeded: true };
    },
  }),
];
