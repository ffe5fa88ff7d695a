import type { Endpoint } from '../../api/endpoint.ts';
import type { LookupKind } from '../core/lookup-cache.ts';
import {
  listBusinesses,
  listCalendars,
  listCampaigns,
  listCustomFields,
  listUsers,
  listWorkflows,
} from '../lookups.ts';

/** Kinds of things that people name and the API takes by id. */
export const LOOKUPS = {
  users: { endpoint: listUsers, one: 'user' },
  customFields: { endpoint: listCustomFields, one: 'custom field' },
  businesses: { endpoint: listBusinesses, one: 'business' },
  calendars: { endpoint: listCalendars, one: 'calendar' },
  workflows: { endpoint: listWorkflows, one: 'workflow' },
  campaigns: { endpoint: listCampaigns, one: 'campaign' },
} as const satisfies Record<LookupKind, { readonly endpoint: Endpoint; readonly one: string }>;
