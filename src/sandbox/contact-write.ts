import { type ChangeSource, type Contact, fullName, normalizeTags, TEXT_FIELDS } from './contact.ts';
import type { ContactBody } from './contact-body.ts';
import { mergeCustomFields } from './custom-fields.ts';
import { birthDate, iso } from './dates.ts';
import { toE164 } from './phone.ts';
import type { Call } from './route.ts';

/** What a write needs of the call it belongs to. */
export type WriteContext = Pick<Call, 'switches' | 'locationData' | 'ids' | 'now'>;
type Draft = { -readonly [K in keyof Contact]: Contact[K] };

export function newContact(call: WriteContext): Contact {
  return {
    id: call.ids.id(),
    locationId: call.locationData.location.id,
    country: call.locationData.location.country,
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

/** The contact as the body leaves it. Omitted means unchanged; null and "" clear; tags replace; custom fields merge. */
export function applyBody(call: WriteContext, contact: Contact, sent: ContactBody): Contact {
  const body = call.switches.nullClears ? sent : withoutNulls(sent);
  const draft: Draft = { ...contact, dateUpdated: call.now, lastUpdatedBy: integrationSource(call) };
  applyTexts(draft, body);
  applyIdentifiers(draft, body, call.locationData.location.country);
  if (body.dnd !== undefined) draft.dnd = body.dnd;
  if (body.dndSettings) draft.dndSettings = { ...draft.dndSettings, ...body.dndSettings };
  if (body.inboundDndSettings) draft.inboundDndSettings = body.inboundDndSettings;
  if (body.tags) {
    draft.tags = normalizeTags(body.tags);
    registerTags(call, body.tags);
  }
  if (body.customFields) {
    const { customFields } = call.locationData;
    const { unknownCustomField } = call.switches;
    draft.customFields = mergeCustomFields(draft.customFields, body.customFields, customFields, unknownCustomField);
  }
  return draft;
}

function applyTexts(draft: Draft, body: ContactBody): void {
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

/** A name alone is split at its first space. */
function applyFullName(draft: Draft, name: string): void {
  const [first = name, ...rest] = name.split(/\s+/);
  draft.name = name;
  draft.firstName = first;
  if (rest.length > 0) draft.lastName = rest.join(' ');
  else delete draft.lastName;
}

/** A secondary email that becomes the primary leaves its place, and the old primary is kept nowhere. */
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

/** A tag nobody used before joins the location's dictionary, spelt as it was sent. */
export function registerTags(call: WriteContext, tags: readonly string[]): void {
  const { tags: known, location } = call.locationData;
  for (const name of tags.map((tag) => tag.trim()).filter((tag) => tag !== '')) {
    if (known.some((tag) => tag.name.toLowerCase() === name.toLowerCase())) continue;
    known.push({ id: call.ids.id(), name, locationId: location.id });
  }
}

export const integrationSource = (call: WriteContext): ChangeSource => ({
  source: 'INTEGRATION',
  channel: 'OAUTH',
  sourceId: call.locationData.location.companyId,
  timestamp: iso(call.now),
});

export const displayName = (contact: Contact): string => fullName(contact) || (contact.email ?? contact.phone ?? '');

const withoutNulls = (body: ContactBody): ContactBody =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
