import { type Contact, cleanTags, fullName, type Stamp, TEXT_FIELDS } from './contact.ts';
import type { ContactBody } from './contact-body.ts';
import { mergeCustomFields } from './custom-fields.ts';
import { birthDate, iso } from './dates.ts';
import { toE164 } from './phone.ts';
import type { Call } from './route.ts';

/** What a write needs of the call it belongs to. */
export type Writing = Pick<Call, 'switches' | 'office' | 'ids' | 'now'>;
type Draft = { -readonly [K in keyof Contact]: Contact[K] };

export function blankContact(call: Writing): Contact {
  return {
    id: call.ids.id(),
    locationId: call.office.location.id,
    country: call.office.location.country,
    source: 'public api',
    type: 'lead',
    tags: [],
    followers: [],
    additionalEmails: [],
    additionalPhones: [],
    customFields: [],
    dateAdded: call.now,
    dateUpdated: call.now,
    createdBy: stamp(call),
    deleted: false,
  };
}

/** The contact as the body leaves it. Omitted means unchanged; null and "" clear; tags replace; custom fields merge. */
export function applyBody(call: Writing, contact: Contact, sent: ContactBody): Contact {
  const body = call.switches.nullClears ? sent : withoutNulls(sent);
  const draft: Draft = { ...contact, dateUpdated: call.now, lastUpdatedBy: stamp(call) };
  applyTexts(draft, body);
  applyReach(draft, body, call.office.location.country);
  if (body.dnd !== undefined) draft.dnd = body.dnd;
  if (body.dndSettings) draft.dndSettings = { ...draft.dndSettings, ...body.dndSettings };
  if (body.inboundDndSettings) draft.inboundDndSettings = body.inboundDndSettings;
  if (body.tags) {
    draft.tags = cleanTags(body.tags);
    nameTags(call, body.tags);
  }
  if (body.customFields) {
    const { customFields } = call.office;
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
  else if (body.name) applyWholeName(draft, body.name.trim());
  if (body.dateOfBirth === null || body.dateOfBirth === '') delete draft.dateOfBirth;
  else if (body.dateOfBirth !== undefined) draft.dateOfBirth = birthDate(body.dateOfBirth) ?? body.dateOfBirth;
}

/** A name alone is split at its first space. */
function applyWholeName(draft: Draft, name: string): void {
  const [first = name, ...rest] = name.split(/\s+/);
  draft.name = name;
  draft.firstName = first;
  if (rest.length > 0) draft.lastName = rest.join(' ');
  else delete draft.lastName;
}

/** A secondary email that becomes the primary leaves its place, and the old primary is kept nowhere. */
function applyReach(draft: Draft, body: ContactBody, country: string): void {
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
export function nameTags(call: Writing, tags: readonly string[]): void {
  const { tags: known, location } = call.office;
  for (const name of tags.map((tag) => tag.trim()).filter((tag) => tag !== '')) {
    if (known.some((tag) => tag.name.toLowerCase() === name.toLowerCase())) continue;
    known.push({ id: call.ids.id(), name, locationId: location.id });
  }
}

export const stamp = (call: Writing): Stamp => ({
  source: 'INTEGRATION',
  channel: 'OAUTH',
  sourceId: call.office.location.companyId,
  timestamp: iso(call.now),
});

export const describe = (contact: Contact): string => fullName(contact) || (contact.email ?? contact.phone ?? '');

const withoutNulls = (body: ContactBody): ContactBody =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
