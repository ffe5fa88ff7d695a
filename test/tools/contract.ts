/**
 * The API as its documentation has it, typed by hand: tool, method and path, scope. It checks the
 * endpoints and the sandbox independently. The two bulk routes declare no scope; they write, so they need contacts.write.
 * Path parameters are spelt as the documentation spells them.
 */
const ofTools = [
  ['get_contact', 'GET /contacts/{contactId}', 'contacts.readonly'],
  ['list_contacts', 'GET /contacts/', 'contacts.readonly'],
  ['list_contacts_by_business', 'GET /contacts/business/{businessId}', 'contacts.readonly'],
  ['create_contact', 'POST /contacts/', 'contacts.write'],
  ['update_contact', 'PUT /contacts/{contactId}', 'contacts.write'],
  ['delete_contact', 'DELETE /contacts/{contactId}', 'contacts.write'],
  ['search_contacts', 'POST /contacts/search', 'contacts.readonly'],
  ['find_duplicate_contact', 'GET /contacts/search/duplicate', 'contacts.readonly'],
  ['upsert_contact', 'POST /contacts/upsert', 'contacts.write'],
  ['list_contact_tasks', 'GET /contacts/{contactId}/tasks', 'contacts.readonly'],
  ['get_contact_task', 'GET /contacts/{contactId}/tasks/{taskId}', 'contacts.readonly'],
  ['create_contact_task', 'POST /contacts/{contactId}/tasks', 'contacts.write'],
  ['update_contact_task', 'PUT /contacts/{contactId}/tasks/{taskId}', 'contacts.write'],
  ['set_contact_task_completed', 'PUT /contacts/{contactId}/tasks/{taskId}/completed', 'contacts.write'],
  ['delete_contact_task', 'DELETE /contacts/{contactId}/tasks/{taskId}', 'contacts.write'],
  ['list_contact_notes', 'GET /contacts/{contactId}/notes', 'contacts.readonly'],
  ['get_contact_note', 'GET /contacts/{contactId}/notes/{id}', 'contacts.readonly'],
  ['create_contact_note', 'POST /contacts/{contactId}/notes', 'contacts.write'],
  ['update_contact_note', 'PUT /contacts/{contactId}/notes/{id}', 'contacts.write'],
  ['delete_contact_note', 'DELETE /contacts/{contactId}/notes/{id}', 'contacts.write'],
  ['list_contact_appointments', 'GET /contacts/{contactId}/appointments', 'contacts.readonly'],
  ['add_contact_tags', 'POST /contacts/{contactId}/tags', 'contacts.write'],
  ['remove_contact_tags', 'DELETE /contacts/{contactId}/tags', 'contacts.write'],
  ['bulk_update_contact_tags', 'POST /contacts/bulk/tags/update/{type}', 'contacts.write'],
  ['bulk_assign_contact_business', 'POST /contacts/bulk/business', 'contacts.write'],
  ['add_contact_followers', 'POST /contacts/{contactId}/followers', 'contacts.write'],
  ['remove_contact_followers', 'DELETE /contacts/{contactId}/followers', 'contacts.write'],
  ['add_contact_to_campaign', 'POST /contacts/{contactId}/campaigns/{campaignId}', 'contacts.write'],
  ['remove_contact_from_campaign', 'DELETE /contacts/{contactId}/campaigns/{campaignId}', 'contacts.write'],
  ['remove_contact_from_all_campaigns', 'DELETE /contacts/{contactId}/campaigns/removeAll', 'contacts.write'],
  ['add_contact_to_workflow', 'POST /contacts/{contactId}/workflow/{workflowId}', 'contacts.write'],
  ['remove_contact_from_workflow', 'DELETE /contacts/{contactId}/workflow/{workflowId}', 'contacts.write'],
  ['get_location', 'GET /locations/{locationId}', 'locations.readonly'],
  ['list_location_tags', 'GET /locations/{locationId}/tags', 'locations/tags.readonly'],
  ['list_custom_fields', 'GET /locations/{locationId}/customFields', 'locations/customFields.readonly'],
  ['list_users', 'GET /users/', 'users.readonly'],
  ['list_businesses', 'GET /businesses/', 'businesses.readonly'],
  ['list_calendars', 'GET /calendars/', 'calendars.readonly'],
  ['list_workflows', 'GET /workflows/', 'workflows.readonly'],
  ['list_campaigns', 'GET /campaigns/', 'campaigns.readonly'],
  ['search_location_tasks', 'POST /locations/{locationId}/tasks/search', 'locations/tasks.readonly'],
] as const;

/** Endpoints that are no tools: only tools of several calls use them, and no host can call them by name. */
const ofFlows = [
  ['list_calendar_events', 'GET /calendars/events', 'calendars/events.readonly'],
  ['get_calendar_event', 'GET /calendars/events/appointments/{eventId}', 'calendars/events.readonly'],
] as const;

export const contract = [...ofTools, ...ofFlows] as const;

/** Those that have examples, because examples are called as a host calls a tool. */
export type ToolName = (typeof ofTools)[number][0];
export const toolContract: readonly (readonly [ToolName, string, string])[] = ofTools;
