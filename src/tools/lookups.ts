import * as z from 'zod';
import { endpoint } from '../api/endpoint.ts';
import { hasNextPage, unpagedList } from './core/row-shape.ts';
import { Fields, of, outputs, Skip, upTo, window } from './core/schemas.ts';

/** A lookup that the API answers in one list; `fields` are shown unless others are named. */
const lookup = (key: string, ...fields: string[]) => ({
  effect: 'read' as const,
  input: () => z.strictObject({ ...window, fields: Fields.optional() }),
  output: () => outputs.list(key),
  list: { ...unpagedList(key), fields },
});

export const getLocation = endpoint({
  name: 'get_location',
  title: 'Get location',
  description: 'Name, time zone and address of this account (location).',
  route: 'GET /locations/{locationId}',
  scope: 'locations.readonly',
  effect: 'read',
  answer: { one: 'location', id: 'locationId' },
  input: () => z.strictObject({ fields: Fields.optional() }),
  output: () => outputs.record({ location: of.object }),
});

export const listUsers = endpoint({
  name: 'list_users',
  title: 'List users',
  description: 'Users (team members): ids for assignedTo, followers, userId.',
  route: 'GET /users/',
  scope: 'users.readonly',
  locationId: true,
  ...lookup('users', 'id', 'name', 'email', 'phone'),
});

export const listLocationTags = endpoint({
  name: 'list_location_tags',
  title: 'List location tags',
  description: 'Tags in use in this location.',
  route: 'GET /locations/{locationId}/tags',
  scope: 'locations/tags.readonly',
  ...lookup('tags', 'id', 'name'),
});

export const listCustomFields = endpoint({
  name: 'list_custom_fields',
  title: 'List custom fields',
  description: 'Custom fields of contacts: id, key, type, options.',
  route: 'GET /locations/{locationId}/customFields',
  scope: 'locations/customFields.readonly',
  request: (args) => ({ ...args, model: 'contact' }),
  ...lookup('customFields', 'id', 'name', 'fieldKey', 'dataType', 'picklistOptions', 'textBoxListOptions'),
});

export const listBusinesses = endpoint({
  name: 'list_businesses',
  title: 'List businesses',
  description: 'Businesses (companies): ids for businessId.',
  route: 'GET /businesses/',
  scope: 'businesses.readonly',
  effect: 'read',
  locationId: true,
  input: () => z.strictObject({ limit: upTo(100).optional(), skip: Skip.optional(), fields: Fields.optional() }),
  output: () => outputs.list('businesses'),
  request: ({ skip, ...rest }) => (skip ? { ...rest, skip } : rest),
  list: {
    key: 'businesses',
    row: (raw) => raw,
    fields: ['id', 'name', 'email', 'phone', 'website', 'city'],
    next: (page) => (hasNextPage(page, 'limit', 100, 'businesses') ? { ...page.args, skip: page.reached } : undefined),
  },
});

export const listCalendars = endpoint({
  name: 'list_calendars',
  title: 'List calendars',
  description: 'Calendars that take bookings.',
  route: 'GET /calendars/',
  scope: 'calendars.readonly',
  locationId: true,
  version: '2021-04-15',
  ...lookup('calendars', 'id', 'name', 'description', 'isActive'),
});

export const listWorkflows = endpoint({
  name: 'list_workflows',
  title: 'List workflows',
  description: 'Workflows with status (a draft does nothing).',
  route: 'GET /workflows/',
  scope: 'workflows.readonly',
  locationId: true,
  ...lookup('workflows', 'id', 'name', 'status'),
});

export const listCampaigns = endpoint({
  name: 'list_campaigns',
  title: 'List campaigns',
  description: 'Campaigns with status.',
  route: 'GET /campaigns/',
  scope: 'campaigns.readonly',
  locationId: true,
  ...lookup('campaigns', 'id', 'name', 'status'),
});

export const lookups = [
  getLocation,
  listLocationTags,
  listCustomFields,
  listUsers,
  listBusinesses,
  listCalendars,
  listWorkflows,
  listCampaigns,
];
