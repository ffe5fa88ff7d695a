/** Where the body of a missing record has its sentence: under `error`, or under `message` as in other errors. */
export type MissingRecordFormat = 'error' | 'message' | 404;

/** Points on which reports about the live API disagree. The default is the more likely behaviour. */
export interface Switches {
  /** A missing record is a 400 with its sentence under `error` or, as in other errors, `message`; or it is a 404. */
  missingContact: MissingRecordFormat;
  missingTaskOrNote: MissingRecordFormat;
  /** The plain list is absent from the v3 description, but was observed to respond under v3. */
  listUnderV3: 'served' | 'removed';
  listBody: 'meta' | 'count';
  /** The cursor on the last page of the list: none, or its own last row. */
  lastPageCursor: 'null' | 'echo';
  listCustomFields: 'filled' | 'empty';
  /** The appointments of a contact were reported to be empty although the calendar has them. */
  contactAppointments: 'listed' | 'empty';
  /** Where a deleted appointment is still returned with `deleted: true`: in the calendar, or in the contact too. */
  deletedAppointments: 'calendar' | 'everywhere';
  /** Whether the location's task search still returns deleted tasks with `deleted: true`; the contact does not. */
  deletedTasks: 'listed' | 'gone';
  /** Search and upsert are documented as 200; the default of Nest for POST is 201. */
  postStatus: 'documented' | 201;
  unknownCustomField: 'drop' | 'refuse';
  nullClears: boolean;
  /** Create with none of email, phone, firstName and lastName: the HTTP status of the error, whose body has 422. */
  createWithoutIdentity: '400' | '422' | '422 list' | 'accept';
  /** Not in the update body's schema, but sent by other clients. */
  companyNameOnPut: 'accept' | 'refuse';
  /** The response to a create: the storage record of the OpenAPI description, or the fewer fields of live responses. */
  createdRecord: 'storage' | 'short';
  /** An unknown path: 404 without a body, as recorded, or with the message of the framework. */
  unknownRoute: 'empty' | 'text';
  /** Whether search accepts fields, operators and sorts that are in use but not in the official table. */
  searchFields: 'recorded' | 'documented';
  /** How many fields a search sorts by at most. */
  sortFields: 3 | 2;
  /** One report says the list of installed locations is removed under v3, another observed a response. */
  installedLocationsUnderV3: 'served' | 'removed';
  /** A create rejected with 422 was once reported to have created the contact. */
  refusedCreateWrites: boolean;
  duplicatesAllowed: boolean;
  duplicateOrder: 'email first' | 'phone first';
  retryAfter: boolean;
  /** Whether writing a task or note changes the dateUpdated of its contact. */
  activityTouchesContact: boolean;
  /** A phone filter was reported to miss contacts that have additional emails. */
  phoneFilterMissesAdditionalEmails: boolean;
  /** The state of a sign-in was reported missing if the app had been installed before. */
  callbackState: 'kept' | 'dropped';
  /** Which failed deliveries are retried: the guide of 2026-08 says any, its copies of 2025-09 to 2026-03 only 429. */
  webhookRetries: 'any failure' | 'only 429';
  /** The older header, with an RSA signature, was announced to end on 2026-09-01. */
  webhookSignatures: 'ed25519' | 'ed25519 and rsa' | 'rsa';
  /** Whether a change of tags or do-not-disturb sends ContactUpdate next to its own event. */
  contactUpdateEvents: 'other fields' | 'all fields';
  /** An invalid refresh token: 401 in the format of the token endpoint, or the 400 of the OAuth standard. */
  refusedRefresh: 'unauthorized' | 'invalid_grant';
}

export const DEFAULT_SWITCHES: Readonly<Switches> = {
  missingContact: 'error',
  missingTaskOrNote: 'error',
  listUnderV3: 'served',
  listBody: 'meta',
  lastPageCursor: 'null',
  listCustomFields: 'filled',
  contactAppointments: 'listed',
  deletedAppointments: 'calendar',
  deletedTasks: 'listed',
  postStatus: 'documented',
  unknownCustomField: 'drop',
  nullClears: true,
  createWithoutIdentity: '400',
  companyNameOnPut: 'accept',
  createdRecord: 'storage',
  unknownRoute: 'empty',
  searchFields: 'recorded',
  sortFields: 3,
  installedLocationsUnderV3: 'served',
  refusedCreateWrites: false,
  duplicatesAllowed: false,
  duplicateOrder: 'email first',
  retryAfter: false,
  activityTouchesContact: false,
  phoneFilterMissesAdditionalEmails: false,
  callbackState: 'kept',
  webhookRetries: 'any failure',
  webhookSignatures: 'ed25519',
  contactUpdateEvents: 'other fields',
  refusedRefresh: 'unauthorized',
};
