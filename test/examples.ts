import type { Json } from '../src/lib/json.ts';
import { CLEARABLE } from '../src/tools/core/contact-arguments.ts';
import { connect, find } from './connect.ts';
import type { ToolName } from './tools/contract.ts';

/** Seeded records that the examples use. Their ids are the same in every sandbox. */
export interface Fixture {
  /** A contact with a task, a note and an appointment. */
  readonly contactId: string;
  readonly email: string;
  readonly phone: string;
  readonly tag: string;
  readonly otherContactId: string;
  readonly taskId: string;
  readonly noteId: string;
  readonly userId: string;
  readonly businessId: string;
  readonly campaignId: string;
  readonly workflowId: string;
  /** Ids of custom fields: a text, a number and a list of choices. */
  readonly fields: Readonly<Record<'bike_model' | 'lifetime_spend' | 'interests', string>>;
  /** Cursors of the second page of a list and of a search. */
  readonly listCursor: Json;
  readonly searchCursor: Json;
}

/** Arguments of calls, by what each shows. Each succeeds in a new sandbox. */
type Examples = (fixture: Fixture) => Readonly<Record<string, Json>>;

/** Any handle: asking is off. */
const confirm = 'k3w8y5t2zq';

const person = {
  firstName: 'Nora',
  lastName: 'Whelan',
  name: 'Nora Whelan',
  email: 'nora.whelan@example.com',
  phone: '+1 312-555-0187',
  address1: '400 W Fulton St',
  city: 'Chicago',
  state: 'IL',
  postalCode: '60661',
  country: 'US',
  website: 'https://whelan.example',
  timezone: 'America/Chicago',
  companyName: 'Whelan Landscaping',
  dnd: false,
  source: 'spring fair',
  dateOfBirth: '1988-04-09',
};

const dnd = {
  dndSettings: {
    Call: { status: 'inactive' },
    Email: { status: 'active', message: 'asked on the phone', code: '103' },
    SMS: { status: 'permanent', message: 'replied STOP' },
    WhatsApp: { status: 'active' },
    GMB: { status: 'inactive' },
    FB: { status: 'inactive' },
  },
  inboundDndSettings: { all: { status: 'active', message: 'asked on the phone' } },
};

const byId = ({ fields }: Fixture) => ({
  customFields: [
    { field: fields.bike_model, value: 'Trek FX 3' },
    { field: fields.lifetime_spend, value: 1250.5 },
    { field: fields.interests, value: ['Gravel', 'Cargo'] },
  ],
});
const byKey = {
  customFields: [
    { field: 'bike_model', value: 'Trek FX 3' },
    { field: 'contact.lifetime_spend', value: 1250.5 },
    { field: 'contact.interests', value: ['Gravel', 'Cargo'] },
  ],
};

const window = { limit: 5, skip: 1 };

export const examples: Readonly<Record<ToolName, Examples>> = {
  get_contact: ({ contactId }) => ({
    whole: { contactId },
    'some fields': { contactId, fields: ['id', 'email', 'dateAdded'] },
  }),
  list_contacts: ({ listCursor }) => ({
    'first page': {},
    'by query': { query: 'a', limit: 3, fields: ['id', 'country'] },
    'second page': { ...listCursor, limit: 3 },
  }),
  list_contacts_by_business: ({ businessId }) => ({
    'first page': { businessId },
    'by query, second page': { businessId, query: 'a', ...window, fields: ['id', 'email'] },
  }),
  create_contact: (fixture) => ({
    'only a first name': { firstName: 'Nora' },
    'every field': { ...person, ...dnd, gender: 'female', tags: ['Fair', 'vip'], assignedTo: fixture.userId },
    'custom fields by id': { email: person.email, ...byId(fixture) },
    'custom fields by key': { email: person.email, ...byKey },
  }),
  update_contact: (fixture) => ({
    'every field': { ...person, ...dnd, contactId: fixture.contactId, tags: ['vip'], assignedTo: fixture.userId },
    'custom fields by id': { contactId: fixture.contactId, ...byId(fixture) },
    'custom fields by key': { contactId: fixture.contactId, ...byKey },
    'a custom field cleared': {
      contactId: fixture.contactId,
      customFields: [{ field: fixture.fields.bike_model, value: '' }],
    },
    'every tag removed': {
      contactId: fixture.contactId,
      tags: [],
      ifUnchangedSince: '2026-11-20T09:59:00-05:00',
    },
    'every clearable field cleared': {
      contactId: fixture.contactId,
      clear: [...CLEARABLE],
    },
  }),
  delete_contact: ({ contactId }) => ({ permanently: { contactId }, confirmed: { contactId, confirm } }),
  search_contacts: ({ userId, fields, searchCursor }) => ({
    'first page': {},
    'by query, second page': { query: 'a', pageLimit: 3, page: 2, fields: ['id', 'dateUpdated'] },
    'by cursor': { ...searchCursor, pageLimit: 3 },
    'by plain arguments': {
      ...{ tag: 'VIP', assignedTo: userId, business: 'Acme Couriers', hasEmail: true, hasPhone: false, dnd: false },
      ...{ createdAfter: '2020-01-01', createdBefore: '2030-01-01T09:00', updatedAfter: '2020-01-01T00:00:00Z' },
    },
    'sorted here, a part of an email': {
      filters: [{ field: 'email', operator: 'contains', value: '@' }],
      sort: [{ field: `customFields.${fields.bike_model}`, direction: 'asc' }],
    },
    filters: {
      filters: [
        { field: 'firstName', operator: 'contains', value: 'A' },
        { field: 'email', operator: 'exists' },
        { field: 'dateAdded', operator: 'range', value: { gte: '2020-01-01T00:00:00Z', lt: '2030-01-01T00:00:00Z' } },
        {
          group: 'OR',
          filters: [
            { field: 'tags', operator: 'eq', value: 'VIP' },
            { field: 'assignedTo', operator: 'not_eq', value: userId },
            { field: 'dnd', operator: 'eq', value: false },
            { field: `customFields.${fields.bike_model}`, operator: 'not_exists' },
          ],
        },
      ],
      sort: [
        { field: 'lastNameLowerCase', direction: 'asc' },
        { field: 'dateAdded', direction: 'desc' },
      ],
    },
  }),
  find_duplicate_contact: ({ email, phone }) => ({
    'by email': { email },
    'by phone': { number: phone },
    'no match': { email: 'nobody@example.com', number: '+13125550199' },
  }),
  upsert_contact: (fixture) => ({
    'a new contact': { email: person.email },
    'an existing contact, every field': {
      ...person,
      ...dnd,
      email: fixture.email,
      phone: fixture.phone,
      gender: 'female',
      tags: ['vip'],
      assignedTo: fixture.userId,
      createNewIfDuplicateAllowed: false,
    },
    'custom fields by id': { email: fixture.email, ...byId(fixture) },
    'custom fields by key': { email: fixture.email, ...byKey },
  }),

  list_contact_tasks: ({ contactId }) => ({
    all: { contactId },
    'some rows and fields': { contactId, limit: 1, skip: 0, fields: ['id', 'title'] },
  }),
  get_contact_task: ({ contactId, taskId }) => ({ one: { contactId, taskId } }),
  create_contact_task: ({ contactId, userId }) => ({
    short: { contactId, title: 'Send the quote', dueDate: '2026-11-24T09:00' },
    'every field': {
      contactId,
      title: 'Call about the cargo bike',
      body: 'Ask which battery she needs.',
      dueDate: '2026-11-24T09:00:00-05:00',
      completed: true,
      assignedTo: userId,
    },
  }),
  update_contact_task: ({ contactId, taskId, userId }) => ({
    'one field': { contactId, taskId, completed: true },
    'every field': {
      contactId,
      taskId,
      title: 'Call again',
      body: '',
      dueDate: '2026-11-30',
      completed: false,
      assignedTo: userId,
    },
  }),
  set_contact_task_completed: ({ contactId, taskId }) => ({
    done: { contactId, taskId, completed: true },
    reopened: { contactId, taskId, completed: false },
  }),
  delete_contact_task: ({ contactId, taskId }) => ({ one: { contactId, taskId } }),

  list_contact_notes: ({ contactId }) => ({
    all: { contactId },
    'some rows and fields': { contactId, query: 'after', limit: 1, skip: 0, fields: ['id', 'body'] },
  }),
  get_contact_note: ({ contactId, noteId }) => ({ one: { contactId, noteId } }),
  create_contact_note: ({ contactId, userId }) => ({
    short: { contactId, body: 'Prefers to be called after five.' },
    'every field': {
      contactId,
      body: 'Prefers to be called after five.',
      title: 'Calling',
      color: '#FFAA00',
      pinned: true,
      userId,
    },
  }),
  update_contact_note: ({ contactId, noteId, userId }) => ({
    'one field': { contactId, noteId, pinned: true },
    'every field': {
      contactId,
      noteId,
      body: 'Prefers mornings now.',
      title: 'Calling',
      color: '#00aa88',
      pinned: false,
      userId,
    },
  }),
  delete_contact_note: ({ contactId, noteId }) => ({ one: { contactId, noteId } }),

  list_contact_appointments: ({ contactId }) => ({
    all: { contactId },
    'some rows and fields': { contactId, limit: 1, skip: 0, fields: ['id', 'startTime'] },
  }),

  add_contact_tags: ({ contactId, tag }) => ({ 'one new, one existing': { contactId, tags: ['Spring Fair', tag] } }),
  remove_contact_tags: ({ contactId, tag }) => ({
    'one existing, one missing': { contactId, tags: [tag, 'never used'] },
  }),
  bulk_update_contact_tags: ({ contactId, otherContactId, tag }) => {
    const contacts = [contactId, otherContactId];
    return {
      add: { type: 'add', contacts, tags: ['spring fair'] },
      remove: { type: 'remove', contacts, tags: [tag] },
      'remove all': { type: 'remove', contacts: [contactId], tags: [], removeAllTags: true, confirm },
      'one unknown contact': { type: 'add', contacts: [contactId, 'nobody'], tags: ['spring fair'] },
    };
  },

  bulk_assign_contact_business: ({ contactId, otherContactId, businessId }) => ({
    link: { ids: [contactId, otherContactId], businessId },
    unlink: { ids: [contactId, otherContactId], unlinkBusiness: true, confirm },
  }),

  add_contact_followers: ({ contactId, userId }) => ({ one: { contactId, followers: [userId] } }),
  remove_contact_followers: ({ contactId, userId }) => ({ one: { contactId, followers: [userId] } }),

  add_contact_to_campaign: ({ contactId, campaignId }) => ({ one: { contactId, campaignId } }),
  remove_contact_from_campaign: ({ contactId, campaignId }) => ({ one: { contactId, campaignId } }),
  remove_contact_from_all_campaigns: ({ contactId }) => ({ all: { contactId, confirm } }),

  add_contact_to_workflow: ({ contactId, workflowId }) => ({
    now: { contactId, workflowId },
    later: { contactId, workflowId, eventStartTime: '2026-12-01T09:00:00-05:00' },
  }),
  remove_contact_from_workflow: ({ contactId, workflowId }) => ({
    now: { contactId, workflowId },
    later: { contactId, workflowId, eventStartTime: '2026-12-01T09:00' },
  }),

  get_location: () => ({ whole: {}, 'some fields': { fields: ['id', 'timezone'] } }),
  list_location_tags: () => ({ all: {}, 'some rows and fields': { ...window, fields: ['name'] } }),
  list_custom_fields: () => ({ all: {}, 'some rows and fields': { ...window, fields: ['id', 'name'] } }),
  list_users: () => ({ all: {}, 'some rows and fields': { ...window, fields: ['id', 'name'] } }),
  list_businesses: () => ({ all: {}, 'some rows and fields': { ...window, fields: ['id', 'name'] } }),
  list_calendars: () => ({ all: {}, 'some rows and fields': { ...window, fields: ['id', 'name'] } }),
  list_workflows: () => ({ all: {}, 'some rows and fields': { ...window, fields: ['id', 'name'] } }),
  list_campaigns: () => ({ all: {}, 'some rows and fields': { ...window, fields: ['id', 'name'] } }),
  search_location_tasks: ({ contactId, userId }) => ({
    all: {},
    'open tasks of a week': { status: 'open', dueFrom: '2026-11-20', dueTo: '2026-11-27T17:00', limit: 10, skip: 1 },
    'of one contact and assignee': { contactId, assignedTo: userId, query: 'call' },
    'some fields': { fields: ['id', 'title', 'contact', 'phone'], limit: 5 },
  }),
};

/** Reads the seeded records from a new sandbox. */
export async function findFixture(): Promise<Fixture> {
  const { call } = await connect();
  const rows = async (tool: ToolName, key: string, args: Json = {}) => (await call(tool, args))[key] as Json[];
  const firstId = async (tool: ToolName, key: string, args: Json = {}) => idOf((await rows(tool, key, args))[0]);
  const next = async (tool: ToolName, args: Json) => (await call(tool, args)).next as Json;

  const maria = await find(call, 'maria lopez');
  const contactId = maria.id;
  const definitions = await rows('list_custom_fields', 'customFields');
  const field = (key: string) => idOf(definitions.find(({ fieldKey }) => fieldKey === `contact.${key}`));
  return {
    contactId,
    email: String(maria.email),
    phone: String(maria.phone),
    tag: String((maria.tags as string[])[0]),
    otherContactId: (await find(call, 'tomasz')).id,
    taskId: await firstId('list_contact_tasks', 'tasks', { contactId }),
    noteId: await firstId('list_contact_notes', 'notes', { contactId }),
    userId: await firstId('list_users', 'users'),
    businessId: await firstId('list_businesses', 'businesses'),
    campaignId: await firstId('list_campaigns', 'campaigns'),
    workflowId: await firstId('list_workflows', 'workflows'),
    fields: {
      bike_model: field('bike_model'),
      lifetime_spend: field('lifetime_spend'),
      interests: field('interests'),
    },
    listCursor: await next('list_contacts', { limit: 1 }),
    searchCursor: await next('search_contacts', { pageLimit: 1 }),
  };
}

function idOf(row: Json | undefined): string {
  if (typeof row?.id !== 'string') throw new Error('The seed lacks a record that the examples use.');
  return row.id;
}
