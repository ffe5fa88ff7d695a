import type { MissingRecordFormat } from './http-error.ts';

/** Points on which reports about the live API disagree. The default is the likelier answer. */
export interface Switches {
  /** A missing record is a 400 with its sentence under `error`; `message` is the shape of other refusals, 404 another. */
  missingContact: MissingRecordFormat;
  missingTaskOrNote: MissingRecordFormat;
  /** The plain list is absent from the v3 file, yet was seen answering under v3. */
  listUnderV3: 'served' | 'removed';
  listBody: 'meta' | 'count';
  /** What the last page of the list says of the next: nothing, or its own last row once more. */
  lastPageCursor: 'null' | 'echo';
  listCustomFields: 'filled' | 'empty';
  /** A contact's own list was reported empty though the calendar has its bookings. */
  contactAppointments: 'listed' | 'empty';
  /** Where a deleted booking is still returned, marked `deleted`: by the calendar, or by its contact as well. */
  deletedAppointments: 'calendar' | 'everywhere';
  /** Whether the location's search goes on returning deleted tasks, marked `deleted`; their contact has them no more. */
  deletedTasks: 'listed' | 'gone';
  /** Search and upsert are documented as 200; Nest's own default for POST is 201. */
  postStatus: 'documented' | 201;
  unknownCustomField: 'drop' | 'refuse';
  nullClears: boolean;
  /** Create with none of email, phone, firstName and lastName: the status of the refusal, whose body says 422. */
  createWithoutIdentity: '400' | '422' | '422 list' | 'accept';
  /** Not in the update body's schema, but sent by other clients. */
  companyNameOnPut: 'accept' | 'refuse';
  /** What a create answers with: the storage record of the description, or the few fields of a live one. */
  createdRecord: 'storage' | 'short';
  /** A path that no route has: 404 without a body, as recorded, or with the text of the framework. */
  unknownRoute: 'empty' | 'text';
  /** Search fields, operators and sorts seen in use beside those of the official table. */
  searchFields: 'recorded' | 'documented';
  /** How many fields a search sorts by at most. */
  sortFields: 3 | 2;
  /** One report has the list of installed locations removed under v3, another saw it answer. */
  installedLocationsUnderV3: 'served' | 'removed';
  /** A create refused with 422 was once reported to have created the contact all the same. */
  refusedCreateWrites: boolean;
  duplicatesAllowed: boolean;
  duplicateOrder: 'email first' | 'phone first';
  retryAfter: boolean;
  /** Whether writing a task or note moves its contact's dateUpdated. */
  activityTouchesContact: boolean;
  /** A phone filter was reported to miss contacts that have additional emails. */
  phoneFilterMissesAdditionalEmails: boolean;
  /** The state of a sign-in was reported lost where the app was installed before. */
  callbackState: 'kept' | 'dropped';
  /** A refresh token that is dead: 401 in the token endpoint's own style, or the standard's 400. */
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
  refusedRefresh: 'unauthorized',
};
