import { type ChangeSource, type Contact, fullName, normalizeTags, TEXT_FIELDS } from './contact.ts';
import type { ContactBody } from './contact-body.ts';
import { mergeCustomFields } from './custom-fields.ts';
import { birthDate, iso } from './dates.ts';
import { toE164 } from './phone.ts';
import type { Call } from './route.ts';

/** The parts of a call that a write needs. */
export type WriteContext = Pick<Call, 'switches' | 'records' | 'ids' | 'now'>;
type Draft = { -readonly [K in keyof Contact]: Contact[K] };

export function newContact(call: WriteContext): Contact {
  return {
    id: call.ids.id(),
    locationId: call.records.location.id,
    country: call.records.location.country,
    source: 'public api',
    type: 'lead',
    tags: [],
    followers: [],
    additionalEmails: [],
    additionalPhones: [],
    customFields: [],
    dateAdded: call.now,
    dateUpdated: call.now,
    createdBy: integrationSource(call),
    deleted: false,
  };
}

/** The contact with the body applied: omitted fields stay, null and "" clear, tags replace, custom fields merge. */
export function applyBody(call: WriteContext, contact: Contact, sent: ContactBody): Contact {
  const body = call.switches.nullClears ? sent : withoutNulls(sent);
  const draft: Draft = { ...contact, dateUpdated: call.now, lastUpdatedBy: integrationSource(call) };
  applyTextFields(draft, body);
  applyIdentifiers(draft, body, call.records.location.country);
  if (body.dnd !== undefined) draft.dnd = body.dnd;
  if (body.dndSettings) draft.dndSettings = { ...draft.dndSettings, ...body.dndSettings };
  if (body.inboundDndSettings) draft.inboundDndSettings = body.inboundDndSettings;
  if (body.tags) {
    draft.tags = normalizeTags(body.tags);
    registerTags(call, body.tags);
  }
  if (body.customFields) {
    const { customFields } = call.records;
    const { unknownCustomField } = call.switches;
    draft.customFields = mergeCustomFields(draft.customFields, body.customFields, customFields, unknownCustomField);
  }
  return draft;
}

function applyTextFields(draft: Draft, body: ContactBody): void {
  for (const field of TEXT_FIELDS) {
    const value = body[field];
    if (value === null || value === '') delete draft[field];
    else if (value !== undefined) draft[field] = value;
  }
  if (body.firstName !== undefined || body.lastName !== undefined) delete draft.name;
  else if (body.name) applyFullName(draft, body.name.trim());
  if (body.dateOfBirth === null || body.dateOfBirth === '') delete draft.dateOfBirth;
  else if (body.dateOfBirth !== undefined) draft.dateOfBirth = birthDate(body.dateOfBirth) ?? body.dateOfBirth;
}

/** `name` without firstName and lastName is split at its first space. */
function applyFullName(draft: Draft, name: string): void {
  const [first = name, ...rest] = name.split(/\s+/);
  draft.name = name;
  draft.firstName = first;
  if (rest.length > 0) draft.lastName = rest.join(' ');
  else delete draft.lastName;
}

/** A secondary email that becomes the primary is removed from the secondary ones; the old primary is lost. */
function applyIdentifiers(draft: Draft, body: ContactBody, country: string): void {
  const { email } = body;
  if (email === null) delete draft.email;
  else if (email !== undefined) {
    draft.email = email;
    draft.additionalEmails = draft.additionalEmails.filter((other) => other.toLowerCase() !== email.toLowerCase());
  }
  if (body.phone === null) delete draft.phone;
  else if (body.phone !== undefined) draft.phone = toE164(body.phone, country);
}

/** Adds new tags to the location's list of tags, spelled as they were sent. */
export function registerTags(call: WriteContext, tags: readonly string[]): void {
  const { tags: known, location } = call.records;
  for (const name of tags.map((tag) => tag.trim()).filter((tag) => tag !== '')) {
    if (known.some((tag) => tag.name.toLowerCase() === name.toLowerCase())) continue;
    known.push({ id: call.ids.id(), name, locationId: location.id });
  }
}

export const integrationSource = (call: WriteContext): ChangeSource => ({
  source: 'INTEGRATION',
  channel: 'OAUTH',
  sourceId: call.records.location.companyId,
  timestamp: iso(call.now),
});

/** Saves the contact with these changes and who made them. */
export function updateContact(call: Call, contact: Contact, changes: Partial<Contact>): void {
  const updated = { ...contact, ...changes, dateUpdated: call.now, lastUpdatedBy: integrationSource(call) };
  call.store.save(updated, call.now);
}

export const displayName = (contact: Contact): string => fullName(contact) || (contact.email ?? contact.phone ?? '');

const withoutNulls = (body: ContactBody): ContactBody =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
