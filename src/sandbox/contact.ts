export interface CustomValue {
  readonly id: string;
  readonly value: unknown;
}
export interface DndSetting {
  readonly status: string;
  readonly message?: string | undefined;
  readonly code?: string | undefined;
}
export interface ChangeSource {
  readonly source: string;
  readonly channel: string;
  readonly sourceId: string;
  /** Only if the source is a user. */
  readonly sourceName?: string;
  readonly timestamp: string;
}

export interface Opportunity {
  readonly id: string;
  readonly pipelineId: string;
  readonly pipelineStageId: string;
  readonly status: string;
  readonly monetaryValue: number;
}

/** Text fields that a client can set or clear one by one. */
export const TEXT_FIELDS = [
  'firstName',
  'lastName',
  'address1',
  'city',
  'state',
  'postalCode',
  'country',
  'website',
  'timezone',
  'companyName',
  'source',
  'assignedTo',
  'gender',
] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

/** A contact as stored. Never changed in place: the search index may still refer to an older version. */
export interface Contact extends Readonly<Partial<Record<TextField, string>>> {
  readonly id: string;
  readonly locationId: string;
  /** Only if the name was last written as `name`. */
  readonly name?: string;
  readonly email?: string;
  readonly additionalEmails: readonly string[];
  readonly phone?: string;
  readonly additionalPhones: readonly string[];
  readonly businessId?: string;
  /** Absent until it is first written. */
  readonly dnd?: boolean;
  readonly dndSettings?: Readonly<Record<string, DndSetting | undefined>>;
  readonly inboundDndSettings?: { readonly all: DndSetting };
  readonly type: string;
  readonly followers: readonly string[];
  readonly tags: readonly string[];
  /** YYYY-MM-DD */
  readonly dateOfBirth?: string;
  readonly dateAdded: number;
  readonly dateUpdated: number;
  readonly lastActivity?: number;
  readonly lastEmailOpenedDate?: number;
  readonly lastEmailClickedDate?: number;
  readonly customFields: readonly CustomValue[];
  /** Only search rows contain them. */
  readonly opportunities?: readonly Opportunity[];
  readonly attribution?: Readonly<Record<string, unknown>>;
  readonly createdBy: ChangeSource;
  readonly lastUpdatedBy?: ChangeSource;
  readonly deleted: boolean;
}

export const fullName = (contact: Contact): string =>
  [contact.firstName, contact.lastName].filter((part) => part !== undefined).join(' ');

/** Contacts store tags in lower case and without repeats. */
export const normalizeTags = (tags: readonly string[]): string[] => [
  ...new Set(tags.map((tag) => tag.trim().toLowerCase()).filter((tag) => tag !== '')),
];

/** Keys for the duplicate lookup by email or phone. Secondary emails count, secondary phones do not. */
export const identifierKeys = (contact: Contact): string[] =>
  contact.deleted
    ? []
    : [contact.email, ...contact.additionalEmails, contact.phone]
        .filter((identifier) => identifier !== undefined)
        .map((identifier) => `${contact.locationId} ${identifier.toLowerCase()}`);
