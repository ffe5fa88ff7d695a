import { unauthorized } from '../http-error.ts';
import { page, route } from '../route.ts';
import type { User } from '../store.ts';
import { nonEmpty, numericText, optional, string } from '../validation.ts';

const serializeUser = ({ role, ...user }: User, locationId: string) => ({
  ...user,
  permissions: { contactsEnabled: true },
  roles: { type: 'account', role, locationIds: [locationId] },
  deleted: false,
});

const inLocation = { locationId: nonEmpty };

export const lookupRoutes = [
  route({
    route: 'GET /users/',
    scope: 'users.readonly',
    agency: 'mismatch',
    query: inLocation,
    handle: ({ records }) => ({ users: records.users.map((user) => serializeUser(user, records.location.id)) }),
  }),

  route({
    route: 'GET /users/search',
    scope: 'users.readonly',
    agency: 'allowed',
    // Recorded: without parameters the error is a 401; with a location alone it is a 422 for companyId.
    checkFirst(query) {
      if (!query.companyId && !query.locationId) throw unauthorized('E01 - Unauthorized request');
    },
    query: {
      companyId: nonEmpty,
      locationId: optional(string),
      query: optional(string),
      skip: optional(numericText(0)),
      limit: optional(numericText(1, 100)),
    },
    handle({ records }, { query: { companyId, query = '', skip = 0, limit = 25 } }) {
      const found = records.users.filter(
        ({ name, email, phone = '' }) =>
          companyId === records.location.companyId &&
          `${name}\n${email}\n${phone}`.toLowerCase().includes(query.toLowerCase()),
      );
      const users = page(found, skip, limit);
      return { users: users.map((user) => serializeUser(user, records.location.id)), count: found.length };
    },
  }),

  route({
    route: 'GET /businesses/',
    scope: 'businesses.readonly',
    query: { ...inLocation, limit: optional(numericText(1, 100)), skip: optional(numericText(0)) },
    handle({ records }, { query: { limit = 100, skip = 0 } }) {
      return { success: true, businesses: page(records.businesses, skip, limit) };
    },
  }),

  route({
    route: 'GET /workflows/',
    scope: 'workflows.readonly',
    query: inLocation,
    handle: ({ records }) => ({ workflows: records.workflows }),
  }),

  route({
    route: 'GET /campaigns/',
    scope: 'campaigns.readonly',
    query: { ...inLocation, status: optional(string) },
    handle: ({ records }, { query: { status } }) => ({
      campaigns: records.campaigns.filter((campaign) => status === undefined || campaign.status === status),
    }),
  }),
];
