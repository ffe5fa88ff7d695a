import type { SandboxData } from './data.ts';
import { given } from './dto.ts';
import type { Ids } from './ids.ts';
import type { CustomField, Named, Office, User } from './store.ts';

/** The two ids that tokens speak of. */
export interface Place {
  readonly locationId: string;
  readonly companyId: string;
}

export function loadOffice(place: Place, data: SandboxData, ids: Ids): Omit<Office, 'index'> {
  const { locationId, companyId } = place;
  const named = (
    items: readonly { id?: string | undefined; name: string }[] | undefined,
    id: () => string,
    more = {},
  ) => (items ?? []).map((item): Named => ({ ...more, ...item, id: item.id ?? id(), locationId }));
  const { id: _id, name = 'Sandbox', timezone = 'UTC', country = 'US', ...details } = data.location ?? {};
  return {
    location: { ...texts(details), id: locationId, companyId, name, timezone, country },
    tags: named(
      data.tags?.map((name) => ({ name })),
      ids.id,
    ),
    customFields: customFields(data, locationId, ids),
    users: (data.users ?? []).map((user) => loadUser(user, ids)),
    businesses: named(data.businesses, ids.hex),
    calendars: named(data.calendars, ids.id, { isActive: true }),
    workflows: named(data.workflows, ids.uuid, { status: 'published', version: 1 }),
    campaigns: named(data.campaigns, ids.id, { status: 'published' }),
  };
}

function loadUser(user: NonNullable<SandboxData['users']>[number], ids: Ids): User {
  const [firstName = user.name, ...rest] = user.name.split(' ');
  const { id = ids.id(), name, email = '' } = user;
  const { phone, role = 'user' } = texts(user);
  return { id, name, firstName, lastName: rest.join(' '), email, ...(phone && { phone }), role };
}

/** The fields the data defines, and a text field for every key that its contacts use without one. */
function customFields(data: SandboxData, locationId: string, ids: Ids): CustomField[] {
  const defined = (data.customFields ?? []).map(({ fieldKey, ...field }) => ({
    ...field,
    fieldKey: prefixed(fieldKey ?? field.name.toLowerCase().replace(/[^a-z0-9]+/g, '_')),
  }));
  const used = data.contacts.flatMap(({ customFields: values }) => values?.flatMap(({ key }) => key ?? []) ?? []);
  const known = new Set(defined.map(({ fieldKey }) => fieldKey));
  const implied = [...new Set(used.map(prefixed))].filter((fieldKey) => !known.has(fieldKey));
  const all = [...defined, ...implied.map((fieldKey) => ({ fieldKey, name: fieldKey.replace('contact.', '') }))];
  const common = { dataType: 'TEXT', placeholder: '', model: 'contact', locationId };
  return all.map(({ name, fieldKey, ...field }, position) => ({
    ...common,
    ...given(field),
    id: (field as { id?: string }).id ?? ids.id(),
    name,
    fieldKey,
    position,
  }));
}

const prefixed = (key: string) => (key.startsWith('contact.') ? key : `contact.${key}`);

const texts = (details: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(details).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
