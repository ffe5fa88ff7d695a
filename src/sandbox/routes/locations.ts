import type { Contact } from '../contact.ts';
import { iso } from '../dates.ts';
import { HttpError } from '../http-error.ts';
import { page, postStatus, route } from '../route.ts';
import { serializeTask } from '../serialize.ts';
import type { Location, Task, User } from '../store.ts';
import { boolean, nonEmpty, number, oneOf, optional, string, stringArray } from '../validation.ts';

/** A row of the location's task search: `_id` instead of `id`, each time under two names, contact and user details. */
function serializeTaskRow(task: Task, contact: Contact | undefined, users: readonly User[]) {
  const { id: _id, ...rest } = serializeTask(task);
  const { id, locationId, businessId, firstName, lastName, email, phone } = contact ?? {};
  const user = users.find(({ id }) => id === task.assignedTo);
  const [added, updated] = [iso(task.dateAdded), iso(task.dateUpdated)];
  return {
    _id,
    ...rest,
    locationId,
    businessId: businessId ?? null,
    deleted: task.deleted ?? false,
    // The keys are recorded, their values are not.
    status: task.completed ? 'completed' : 'incompleted',
    statusGroup: task.completed ? 'completed' : 'open',
    dateAdded: added,
    dateUpdated: updated,
    createdAt: added,
    updatedAt: updated,
    searchAfter: [task.dateAdded, _id],
    contactDetails: { id, firstName, lastName, email, phone },
    assignedToUserDetails: user && { id: user.id, firstName: user.firstName, lastName: user.lastName },
  };
}

const BUSINESS_FIELDS = ['name', 'address', 'city', 'state', 'country', 'postalCode', 'website', 'timezone'];

const pick = (location: Location, keys: readonly string[]) =>
  Object.fromEntries(keys.flatMap((key) => (location[key] === undefined ? [] : [[key, location[key]]])));

export const locationRoutes = [
  route({
    route: 'GET /locations/{locationId}',
    scope: 'locations.readonly',
    agency: 'allowed',
    handle: ({ records: { location }, switches }) => ({
      location: {
        ...location,
        business: pick(location, BUSINESS_FIELDS),
        social: {},
        settings: {
          allowDuplicateContact: switches.duplicatesAllowed,
          allowDuplicateOpportunity: false,
          allowFacebookNameMerge: false,
          disableContactTimezone: false,
          contactUniqueIdentifiers: switches.duplicateOrder === 'email first' ? ['email', 'phone'] : ['phone', 'email'],
        },
      },
    }),
  }),

  route({
    route: 'GET /locations/search',
    scope: 'locations.readonly',
    agency: 'allowed',
    handle({ grant, store }) {
      // Recorded for a location's private token.
      if (grant.userType !== 'Company') throw new HttpError(403, { message: 'Forbidden resource', error: 'Forbidden' });
      return { locations: store.locationsOf(grant.companyId) };
    },
  }),

  route({
    route: 'GET /locations/{locationId}/tags',
    scope: 'locations/tags.readonly',
    handle: (call) => ({ tags: call.records.tags }),
  }),

  route({
    route: 'GET /locations/{locationId}/customFields',
    scope: 'locations/customFields.readonly',
    query: { model: optional(oneOf('contact', 'opportunity', 'all')) },
    handle(call, { query: { model = 'all' } }) {
      const customFields = call.records.customFields.filter((field) => model === 'all' || field.model === model);
      return { customFields };
    },
  }),

  route({
    route: 'POST /locations/{locationId}/tasks/search',
    scope: 'locations/tasks.readonly',
    status: postStatus(200),
    body: {
      contactId: optional(stringArray()),
      completed: optional(boolean),
      assignedTo: optional(stringArray()),
      query: optional(string),
      limit: optional(number(1)),
      skip: optional(number(0)),
      businessId: optional(nonEmpty),
    },
    handle(call, { body: { contactId, completed, assignedTo, query = '', limit = 25, skip = 0, businessId } }) {
      const contactOf = (task: Task) => call.store.contacts.get(task.contactId);
      const matching = call.store.tasks.all().filter((task) => {
        const contact = contactOf(task);
        return (
          contact?.locationId === call.records.location.id &&
          !contact.deleted &&
          (!contactId || contactId.includes(task.contactId)) &&
          (completed === undefined || task.completed === completed) &&
          (!assignedTo || assignedTo.some((user) => user === task.assignedTo)) &&
          (businessId === undefined || contact.businessId === businessId) &&
          `${task.title}\n${task.body ?? ''}`.toLowerCase().includes(query.toLowerCase())
        );
      });
      const tasks = page(matching, skip, limit).map((task) =>
        serializeTaskRow(task, contactOf(task), call.records.users),
      );
      return { tasks, traceId: call.traceId() };
    },
  }),
];
