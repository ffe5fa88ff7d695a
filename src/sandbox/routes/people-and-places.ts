import { filled, numeric, optional, string } from '../dto.ts';
import { unauthorized } from '../refusal.ts';
import { route } from '../route.ts';
import type { User } from '../store.ts';

const userOut = ({ role, ...user }: User, locationId: string) => ({
  ...user,
  permissions: { contactsEnabled: true },
  roles: { type: 'account', role, locationIds: [locationId] },
  deleted: false,
});

const inLocation = { locationId: filled };

export const peopleAndPlaceRoutes = [
  route({
    route: 'GET /users/',
    scope: 'users.readonly',
    agency: 'mismatch',
    query: inLocation,
    handle: ({ office }) => ({ users: office.users.map((user) => userOut(user, office.location.id)) }),
  }),

  route({
    route: 'GET /users/search',
    scope: 'users.readonly',
    agency: 'allowed',
    // Recorded: with nothing named at all the sign-in is blamed, with a location the company is asked for.
    check(query) {
      if (!query.companyId && !query.locationId) throw unauthorized('E01 - Unauthorized request');
    },
    query: {
      companyId: filled,
      locationId: optional(string),
      query: optional(string),
      skip: optional(numeric(0)),
      limit: optional(numeric(1, 100)),
    },
    handle({ office }, { query: { companyId, query = '', skip = 0, limit = 25 } }) {
      const found = office.users.filter(
        ({ name, email, phone = '' }) =>
          companyId === office.location.companyId &&
          `${name}\n${email}\n${phone}`.toLowerCase().includes(query.toLowerCase()),
      );
      const users = found.slice(Number(skip), Number(skip) + Number(limit));
      return { users: users.map((user) => userOut(user, office.location.id)), count: found.length };
    },
  }),

  route({
    route: 'GET /businesses/',
    scope: 'businesses.readonly',
    query: { ...inLocation, limit: optional(numeric(1, 100)), skip: optional(numeric(0)) },
    handle({ office }, { query: { limit = 100, skip = 0 } }) {
      return { success: true, businesses: office.businesses.slice(Number(skip), Number(skip) + Number(limit)) };
    },
  }),

  route({
    route: 'GET /workflows/',
    scope: 'workflows.readonly',
    query: inLocation,
    handle: ({ office }) => ({ workflows: office.workflows }),
  }),

  route({
    route: 'GET /campaigns/',
    scope: 'campaigns.readonly',
    query: { ...inLocation, status: optional(string) },
    handle: ({ office }, { query: { status } }) => ({
      campaigns: office.campaigns.filter((campaign) => status === undefined || campaign.status === status),
    }),
  }),
];
