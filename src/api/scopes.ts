/** HighLevel's names of scopes; a tool is offered only while its scope is in effect. */
export const SCOPES = [
  'contacts.readonly',
  'contacts.write',
  'locations.readonly',
  'locations/tags.readonly',
  'locations/customFields.readonly',
  'locations/tasks.readonly',
  'users.readonly',
  'businesses.readonly',
  'calendars.readonly',
  'calendars/events.readonly',
  'workflows.readonly',
  'campaigns.readonly',
] as const;
export type Scope = (typeof SCOPES)[number];
