import type { SandboxData } from './data.ts';
import type { Ids } from './ids.ts';
import type { CustomField, LocationRecords, NamedRecord, User } from './store.ts';
import { withoutUndefined } from './validation.ts';

/** The ids that a token refers to. */
export interface LocationIds {
  readonly locationId: string;
  readonly companyId: string;
}

export function loadLocation(
  { locationId, companyId }: LocationIds,
  data: SandboxData,
  ids: Ids,
): Omit<LocationRecords, 'index'> {
  const namedRecords = (
    items: readonly { id?: string | undefined; name: string }[] | undefined,
    id: () => string,
    more = {},
  ) => (items ?? []).map((item): NamedRecord => ({ ...more, ...item, id: item.id ?? id(), locationId }));
  const { id: _id, name = 'Sandbox', timezone = 'UTC', country = 'US', ...details } = data.location ?? {};
  return {
    location: { ...stringFields(details), id: locationId, companyId, name, timezone, country },
    tags: namedRecords(
      data.tags?.map((name) => ({ name })),
      ids.id,
    ),
    customFields: customFields(data, locationId, ids),
    users: (data.users ?? []).map((user) => loadUser(user, ids)),
    businesses: namedRecords(data.businesses, ids.hex),
    calendars: namedRecords(data.calendars, ids.id, { isActive: true }),
    workflows: namedRecords(data.workflows, ids.uuid, { status: 'published', version: 1 }),
    campaigns: namedRecords(data.campaigns, ids.id, { status: 'published' }),
  };
}

function loadUser(user: NonNullable<SandboxData['users']>[number], ids: Ids): User {
  const [firstName = user.name, ...rest] = user.name.split(' ');
  const { id = ids.id(), name, email = '' } = user;
  const { phone, role = 'user' } = stringFields(user);
  return { id, name, firstName, lastName: rest.join(' '), email, ...(phone && { phone }), role };
}

/** The fields that the data defines, and a text field for every other key that its contacts use. */
function customFields(data: SandboxData, locationId: string, ids: Ids): CustomField[] {
  const defined = (data.customFields ?? []).map(({ fieldKey, ...field }) => ({
    ...field,
    fieldKey: withPrefix(fieldKey ?? field.name.toLowerCase().replace(/[^a-z0-9]+/g, '_')),
  }));
  const used = data.contacts.flatMap(({ customFields: values }) => values?.flatMap(({ key }) => key ?? []) ?? []);
  const known = new Set(defined.map(({ fieldKey }) => fieldKey));
  const implied = [...new Set(used.map(withPrefix))].filter((fieldKey) => !known.has(fieldKey));
  const all = [
    ...defined,
    ...implied.map((fieldKey) => ({ id: undefined, fieldKey, name: fieldKey.replace('contact.', '') })),
  ];
  const common = { dataType: 'TEXT', placeholder: '', model: 'contact', locationId };
  return all.map(({ id, name, fieldKey, ...field }, position) => ({
    ...common,
    ...withoutUndefined(field),
    id: id ?? ids.id(),
    name,
    fieldKey,
    position,
  }));
}

const withPrefix = (key: string) => (key.startsWith('contact.') ? key : `contact.${key}`);

const stringFields = (details: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(details).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
