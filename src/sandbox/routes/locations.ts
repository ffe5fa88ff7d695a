import { boolean, filled, number, oneOf, optional, string, strings } from '../dto.ts';
import { postStatus, route } from '../route.ts';
import { taskOut } from '../wire.ts';

export const locationRoutes = [
  route({
    route: 'GET /locations/{locationId}',
    scope: 'locations.readonly',
    agency: 'allowed',
    handle: (call) => ({ location: call.office.location }),
  }),

  route({
    route: 'GET /locations/{locationId}/tags',
    scope: 'locations/tags.readonly',
    handle: (call) => ({ tags: call.office.tags }),
  }),

  route({
    route: 'GET /locations/{locationId}/customFields',
    scope: 'locations/customFields.readonly',
    query: { model: optional(oneOf('contact', 'opportunity', 'all')) },
    handle(call, { query: { model = 'contact' } }) {
      const customFields = call.office.customFields.filter((field) => model === 'all' || field.model === model);
      return { customFields };
    },
  }),

  route({
    route: 'POST /locations/{locationId}/tasks/search',
    scope: 'locations/tasks.readonly',
    status: postStatus(200),
    body: {
      contactId: optional(strings()),
      completed: optional(boolean),
      assignedTo: optional(strings()),
      query: optional(string),
      limit: optional(number(1)),
      skip: optional(number(0)),
      businessId: optional(filled),
    },
    handle(call, { body: { contactId, completed, assignedTo, query = '', limit = 25, skip = 0, businessId } }) {
      const tasks = call.store.tasks.all().flatMap((task) => {
        const contact = call.store.contacts.get(task.contactId);
        const wanted =
          contact?.locationId === call.office.location.id &&
          !contact.deleted &&
          (!contactId || contactId.includes(task.contactId)) &&
          (completed === undefined || task.completed === completed) &&
          (!assignedTo || assignedTo.some((user) => user === task.assignedTo)) &&
          (businessId === undefined || contact.businessId === businessId) &&
          `${task.title}\n${task.body ?? ''}`.toLowerCase().includes(query.toLowerCase());
        if (!wanted) return [];
        const { id, ...rest } = taskOut(task);
        const { firstName, lastName, email, phone } = contact;
        const details = { id: contact.id, firstName, lastName, email, phone };
        return [{ _id: id, ...rest, locationId: contact.locationId, contactDetails: details }];
      });
      return { tasks: tasks.slice(skip, skip + limit), traceId: call.traceId() };
    },
  }),
];
