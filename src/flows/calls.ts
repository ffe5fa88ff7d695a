import type { Endpoint } from '../endpoint.ts';
import { appointments } from '../tools/appointments.ts';
import { businesses } from '../tools/businesses.ts';
import { contacts } from '../tools/contacts.ts';
import { lookups } from '../tools/lookups.ts';
import { notes } from '../tools/notes.ts';
import { tags } from '../tools/tags.ts';
import { tasks } from '../tools/tasks.ts';

const records = [...contacts, ...tasks, ...notes, ...appointments, ...tags, ...businesses, ...lookups];

/** An endpoint by its tool's name; a name that is none ends the program before it starts. */
function named(name: string): Endpoint {
  const found = records.find((record) => record.name === name);
  if (!found) throw new Error(`no endpoint ${name}`);
  return found;
}

/** The endpoints that tools of several calls are made of. */
export const getContact = named('get_contact');
export const createContact = named('create_contact');
export const updateContact = named('update_contact');
export const listContacts = named('list_contacts');
export const searchContacts = named('search_contacts');
export const findDuplicateContact = named('find_duplicate_contact');
export const listContactTasks = named('list_contact_tasks');
export const getContactTask = named('get_contact_task');
export const createContactTask = named('create_contact_task');
export const listContactNotes = named('list_contact_notes');
export const createContactNote = named('create_contact_note');
export const listContactAppointments = named('list_contact_appointments');
export const addContactTags = named('add_contact_tags');
export const bulkUpdateContactTags = named('bulk_update_contact_tags');
export const bulkAssignContactBusiness = named('bulk_assign_contact_business');
export const listLocationTags = named('list_location_tags');
export const listCustomFields = named('list_custom_fields');
export const listUsers = named('list_users');
export const listBusinesses = named('list_businesses');
export const listCalendars = named('list_calendars');
