import type { Switches } from './switches.ts';

/** An answer of the API, as it came; `body` is JSON where it was that, else text, and undefined where it was empty. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks one account, by reads alone. */
export interface Questioner {
  readonly locationId: string;
  ask(method: 'GET' | 'POST', path: string, more?: { body?: object; version?: string }): Promise<Answer>;
}

/** What an account says to a question: undefined where it has nothing to tell by. */
export interface Verdict {
  readonly holds: boolean | undefined;
  readonly seen: string;
}

/**
 * What the sandbox takes the API to do, and how that is known. `recording`: captured from the live API, or measured on
 * it by somebody who says how. `documentation`: an official page or description. `guess`: neither.
 */
export interface Fact {
  readonly id: string;
  readonly statement: string;
  readonly source: 'recording' | 'documentation' | 'guess';
  /** Who says so; of a guess, what speaks for it. */
  readonly evidence: string;
  /** Where the sandbox does it. */
  readonly where: string;
  /** The switch that gives the other answer, where reports disagree. */
  readonly switch?: keyof Switches;
  /** How a read would settle it. Only of what is open. */
  readonly ask?: (account: Questioner) => Promise<Verdict>;
}

/** Whether a real account still has something to tell about it. */
export const isOpen = (fact: Fact): boolean => fact.source === 'guess' || fact.switch !== undefined;

/** An id of the right shape that nobody has. */
const NOBODY = 'zzzzzzzzzzzzzzzzzzzz';

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const rows = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.map(record) : []);
const keys = (value: unknown): string => Object.keys(record(value)).join(', ') || 'nothing';

const status =
  (wanted: number, question: (account: Questioner) => Promise<Answer>) =>
  async (account: Questioner): Promise<Verdict> => {
    const answer = await question(account);
    return { holds: answer.status === wanted, seen: `${answer.status}` };
  };

const search = (account: Questioner, body: object): Promise<Answer> =>
  account.ask('POST', '/contacts/search', { body: { locationId: account.locationId, pageLimit: 1, ...body } });
const list = (account: Questioner, more = '', version?: string): Promise<Answer> =>
  account.ask('GET', `/contacts/?locationId=${account.locationId}${more}`, version ? { version } : {});

/** A missing record: 400, its sentence under `error`. Bodies are told by their keys, never by their values. */
const missing = ({ status: seen, body }: Answer): Verdict => {
  const { error, message } = record(body);
  const holds = seen === 400 && message === undefined && /not found/.test(String(error));
  return { holds, seen: `${seen} with ${keys(body)}` };
};

const RR = 'live test suite against a trial account, 2026 (rocketride-org/rocketride-server)';
const OPENAPI = 'official OpenAPI description of 2021-07-28';

export const FACTS: readonly Fact[] = [
  {
    id: 'missing-contact',
    statement: 'A missing contact is a 400 with its sentence under `error`, its status, and no `message`.',
    source: 'recording',
    evidence: `${RR}; five clients know the text, others expect a 404`,
    where: 'src/sandbox/refusal.ts',
    switch: 'missingContact',
    ask: async ({ ask }) => missing(await ask('GET', `/contacts/${NOBODY}`)),
  },
  {
    id: 'missing-task-or-note',
    statement: 'A missing task or note is a 400 with its sentence under `error` alone.',
    source: 'recording',
    evidence: `tasks: ${RR}; notes by analogy`,
    where: 'src/sandbox/refusal.ts',
    switch: 'missingTaskOrNote',
    async ask(account) {
      const [contact] = rows(record((await search(account, {})).body).contacts);
      if (!contact) return { holds: undefined, seen: 'no contact' };
      return missing(await account.ask('GET', `/contacts/${String(contact.id)}/tasks/${NOBODY}`));
    },
  },
  {
    id: 'create-without-identity',
    statement:
      'A create with none of email, phone, firstName and lastName is refused: HTTP 400, statusCode 422 in the body, a text for message. `name` and companyName do not count.',
    source: 'recording',
    evidence: `sentence: six unrelated projects; status: ${RR}, others say 422; companyName follows from the sentence`,
    where: 'src/sandbox/routes/contacts.ts',
    switch: 'createWithoutIdentity',
  },
  {
    id: 'upsert-by-nothing',
    statement: 'An upsert without email and phone is a 400 "Pass at least one of number, email query parameter".',
    source: 'recording',
    evidence: 'a captured workflow execution with its traceId; two more projects',
    where: 'src/sandbox/routes/contacts.ts',
  },
  {
    id: 'duplicate-lookup-by-nothing',
    statement: 'A duplicate lookup without email and number is refused as an upsert without both.',
    source: 'guess',
    evidence: 'the sentence speaks of number and of a query parameter, which only the lookup has',
    where: 'src/sandbox/routes/contacts.ts',
    ask: status(400, ({ ask, locationId }) => ask('GET', `/contacts/search/duplicate?locationId=${locationId}`)),
  },
  {
    id: 'upsert-says-succeeded-twice',
    statement: 'An upsert that updates says succeded and succeeded.',
    source: 'recording',
    evidence: 'notes of live probes of 2026-09-08; live answers of 2026-03',
    where: 'src/sandbox/routes/contacts.ts',
  },
  {
    id: 'trace-of-contacts',
    statement: 'Answers to get, create, update and delete of a contact have a traceId.',
    source: 'recording',
    evidence: 'live answers of 2026-03',
    where: 'src/sandbox/routes/contacts.ts',
  },
  {
    id: 'by-id-shape',
    statement:
      'A contact by id has followers, additionalEmails and additionalPhones even where they are empty, no dnd until it was written, and a timestamp in createdBy.',
    source: 'recording',
    evidence: 'a captured contact of 2026-01-30; live answers of 2026-03',
    where: 'src/sandbox/wire.ts',
  },
  {
    id: 'created-record',
    statement: 'A create answers with the storage record: bounceEmail, offers, products and the birthday in pieces.',
    source: 'documentation',
    evidence: `${OPENAPI}; live answers of 2026-03 have none of these`,
    where: 'src/sandbox/wire.ts',
    switch: 'createdRecord',
  },
  {
    id: 'additional-items',
    statement: 'Items of additionalEmails and additionalPhones by id are objects with email, or phone and label.',
    source: 'guess',
    evidence: 'every recording has empty lists; the schema has objects',
    where: 'src/sandbox/wire.ts',
    async ask(account) {
      const found = rows(record((await search(account, { pageLimit: 100 })).body).contacts);
      const has = found.find(({ additionalEmails }) => Array.isArray(additionalEmails) && additionalEmails.length > 0);
      if (!has) return { holds: undefined, seen: 'no contact has any' };
      const { contact } = record((await account.ask('GET', `/contacts/${String(has.id)}`)).body);
      const [item] = rows(record(contact).additionalEmails);
      return { holds: item !== undefined && 'email' in item, seen: keys(item) };
    },
  },
  {
    id: 'search-rows',
    statement:
      'Rows of search have dateOfBirth in epoch ms, custom days with a time, validEmail null, no dndSettings, and deals.',
    source: 'recording',
    evidence: 'captured search rows of 2025-02-15 and 2025-09-22',
    where: 'src/sandbox/wire.ts',
  },
  {
    id: 'list-birthday',
    statement: 'Rows of the plain list have dateOfBirth as ISO.',
    source: 'guess',
    evidence: 'no recorded row has one',
    where: 'src/sandbox/wire.ts',
    async ask(account) {
      const found = rows(record((await list(account, '&limit=100')).body).contacts);
      const born = found.find(({ dateOfBirth }) => dateOfBirth !== null && dateOfBirth !== undefined);
      return {
        holds: born && typeof born.dateOfBirth === 'string',
        seen: born ? typeof born.dateOfBirth : 'no birthday',
      };
    },
  },
  {
    id: 'search-fields',
    statement:
      'Search takes `tags contains`, lists of tags, contains_set, and the fields website, timezone, dateOfBirth, validEmail, lastAppointment, activeWorkflows, nested opportunities, and sorts by businessName.',
    source: 'recording',
    evidence:
      '`tags contains` in six projects in production; the rest from one list; the older official table has none',
    where: 'src/sandbox/search-fields.ts',
    switch: 'searchFields',
    ask: status(200, (account) =>
      search(account, { filters: [{ field: 'tags', operator: 'contains', value: 'vip' }] }),
    ),
  },
  {
    id: 'tags-lists',
    statement: 'Of several tags, eq wants any and contains_set all; contains looks into a tag.',
    source: 'guess',
    evidence: 'in use with one tag only',
    where: 'src/sandbox/search-filters.ts',
    ask: status(200, (account) =>
      search(account, { filters: [{ field: 'tags', operator: 'contains_set', value: ['vip'] }] }),
    ),
  },
  {
    id: 'sort-fields',
    statement: 'A search sorts by three fields at most.',
    source: 'guess',
    evidence: 'no number in the official page; one list says two',
    where: 'src/sandbox/search-sort.ts',
    switch: 'sortFields',
    ask: status(200, (account) =>
      search(account, { sort: ['dateAdded', 'email', 'source'].map((field) => ({ field, direction: 'asc' })) }),
    ),
  },
  {
    id: 'search-window',
    statement: 'Page times pageLimit beyond 10,000 is a 400.',
    source: 'guess',
    evidence: 'the limit is documented, its refusal is not',
    where: 'src/sandbox/routes/search.ts',
    ask: status(400, (account) => search(account, { pageLimit: 500, page: 21 })),
  },
  {
    id: 'wildcard',
    statement: 'Search takes the operator wildcard.',
    source: 'recording',
    evidence: 'public code that uses it on phones; not in the official table',
    where: 'src/sandbox/search-fields.ts',
  },
  {
    id: 'phone-filter',
    statement: 'A phone filter finds contacts with additional emails as any other.',
    source: 'guess',
    evidence: 'issue 289 of the official documentation saw one missed',
    where: 'src/sandbox/search-fields.ts',
    switch: 'phoneFilterMissesAdditionalEmails',
  },
  {
    id: 'index-delay',
    statement:
      'List and search trail writes by a delay; reads by id, duplicate lookups and refusals of duplicates do not.',
    source: 'recording',
    evidence: 'several projects: seconds to about a minute; the official page says a few seconds',
    where: 'src/sandbox/index-view.ts',
  },
  {
    id: 'list-under-v3',
    statement: 'The plain list answers under v3.',
    source: 'recording',
    evidence: 'seen answering; absent from the v3 description',
    where: 'src/sandbox/routes/lists.ts',
    switch: 'listUnderV3',
    ask: status(200, (account) => list(account, '&limit=1', 'v3')),
  },
  {
    id: 'list-body',
    statement: 'The plain list is {contacts, meta, count}.',
    source: 'recording',
    evidence: 'three integrations read meta; the description has count alone',
    where: 'src/sandbox/routes/lists.ts',
    switch: 'listBody',
    async ask(account) {
      const { body } = await list(account, '&limit=1');
      return { holds: 'meta' in record(body), seen: keys(body) };
    },
  },
  {
    id: 'last-page-cursor',
    statement: 'The last page of the plain list names no next one.',
    source: 'guess',
    evidence: 'reports differ',
    where: 'src/sandbox/routes/lists.ts',
    switch: 'lastPageCursor',
    async ask(account) {
      const { contacts, meta } = record((await list(account, '&limit=100')).body);
      if (rows(contacts).length >= 100) return { holds: undefined, seen: 'over a page of contacts' };
      const { startAfterId } = record(meta);
      return { holds: !startAfterId, seen: startAfterId ? 'a cursor' : 'none' };
    },
  },
  {
    id: 'list-custom-fields',
    statement: 'Rows of the plain list hold custom fields.',
    source: 'recording',
    evidence: 'most integrations read them; one saw empty lists',
    where: 'src/sandbox/wire.ts',
    switch: 'listCustomFields',
    async ask(account) {
      const count = (contact: unknown) => rows(record(contact).customFields).length;
      for (const row of rows(record((await list(account, '&limit=5')).body).contacts)) {
        const { contact } = record((await account.ask('GET', `/contacts/${String(row.id)}`)).body);
        if (count(contact) > 0)
          return { holds: count(row) === count(contact), seen: `${count(row)} of ${count(contact)}` };
      }
      return { holds: undefined, seen: 'none of the first contacts has any' };
    },
  },
  {
    id: 'list-without-location',
    statement: 'GET /contacts/ without locationId is a 403 that blames the token.',
    source: 'recording',
    evidence: RR,
    where: 'src/sandbox/app.ts',
  },
  {
    id: 'missing-text',
    statement: 'A missing text is told once, as "X must be a string".',
    source: 'guess',
    evidence: `seen of queries (${RR}; a calendar client); of bodies others list two messages`,
    where: 'src/sandbox/dto.ts',
    async ask({ ask }) {
      const { status: seen, body } = await ask('POST', '/contacts/search', { body: { pageLimit: 1 } });
      const { message } = record(body);
      const count = Array.isArray(message) ? message.length : 0;
      return { holds: seen === 422 && count === 1, seen: `${seen} with ${count} messages` };
    },
  },
  {
    id: 'unknown-route',
    statement: 'An unknown route is a 404 with an empty body, and one in another case a 401.',
    source: 'recording',
    evidence: `${RR}; two other notes have the text of the framework`,
    where: 'src/sandbox/app.ts',
    switch: 'unknownRoute',
    async ask({ ask }) {
      const { status: seen, body } = await ask('GET', '/contacts-no-such-route');
      return { holds: seen === 404 && body === undefined, seen: `${seen}, ${body === undefined ? 'empty' : 'a body'}` };
    },
  },
  {
    id: 'post-status',
    statement: 'Search, upsert and bulk business answer 200.',
    source: 'documentation',
    evidence: `${OPENAPI}; other POSTs documented as 200 were measured as 201`,
    where: 'src/sandbox/route.ts',
    switch: 'postStatus',
    ask: status(200, (account) => search(account, {})),
  },
  {
    id: 'duplicates',
    statement: 'A location does not allow duplicates unless its settings say so, and its settings can be read.',
    source: 'recording',
    evidence: 'two captured locations with settings; the default is that of a new location',
    where: 'src/sandbox/duplicates.ts',
    switch: 'duplicatesAllowed',
  },
  {
    id: 'duplicate-order',
    statement: 'Duplicates are looked for by email, then by phone, in the order of contactUniqueIdentifiers.',
    source: 'recording',
    evidence: 'two captured locations with ["email", "phone"]',
    where: 'src/sandbox/duplicates.ts',
    switch: 'duplicateOrder',
  },
  {
    id: 'refused-create',
    statement: 'A create that is refused has created nothing.',
    source: 'guess',
    evidence: 'issue 64 of the official documentation saw a contact all the same',
    where: 'src/sandbox/routes/contacts.ts',
    switch: 'refusedCreateWrites',
  },
  {
    id: 'unknown-custom-field',
    statement: 'A custom field that the location does not have is dropped.',
    source: 'recording',
    evidence: 'notes of live probes of 2026-09-08',
    where: 'src/sandbox/custom-fields.ts',
    switch: 'unknownCustomField',
  },
  {
    id: 'custom-field-models',
    statement: 'Custom fields are those of all models unless model names one.',
    source: 'recording',
    evidence: RR,
    where: 'src/sandbox/routes/locations.ts',
  },
  {
    id: 'null-clears',
    statement: 'null and an empty text clear a field that may be null.',
    source: 'guess',
    evidence: `nullable in the ${OPENAPI}; whether an empty text clears is not known`,
    where: 'src/sandbox/contact-write.ts',
    switch: 'nullClears',
  },
  {
    id: 'company-name-on-put',
    statement: 'An update takes companyName.',
    source: 'recording',
    evidence: `other clients send it; the ${OPENAPI} leaves it out`,
    where: 'src/sandbox/routes/contacts.ts',
    switch: 'companyNameOnPut',
  },
  {
    id: 'invalid-phone',
    statement: 'A phone that is none is a 422 "phone must be a valid phone number".',
    source: 'guess',
    evidence: 'wording of its likely validator',
    where: 'src/sandbox/phone.ts',
  },
  {
    id: 'unknown-owner',
    statement: 'Unknown users are taken as owners and followers.',
    source: 'guess',
    evidence: 'no report',
    where: 'src/sandbox/routes/memberships.ts',
  },
  {
    id: 'unknown-enrolment',
    statement: 'An unknown campaign, workflow or business is a 400.',
    source: 'guess',
    evidence: 'by analogy with contacts',
    where: 'src/sandbox/route.ts',
  },
  {
    id: 'activity-and-date-updated',
    statement: 'Writing a task or note does not move the dateUpdated of its contact.',
    source: 'guess',
    evidence: 'no report',
    where: 'src/sandbox/route.ts',
    switch: 'activityTouchesContact',
  },
  {
    id: 'contact-appointments',
    statement: 'The appointments of a contact are its bookings.',
    source: 'recording',
    evidence: `${RR}, five other clients; two reports of empty lists stay unexplained`,
    where: 'src/sandbox/routes/calendars.ts',
    switch: 'contactAppointments',
  },
  {
    id: 'deleted-bookings',
    statement: 'A calendar goes on returning deleted bookings with deleted: true and their status as it was.',
    source: 'recording',
    evidence: 'a calendar client that measured a real account, 2026-08-26',
    where: 'src/sandbox/routes/calendars.ts',
  },
  {
    id: 'deleted-bookings-of-contact',
    statement: 'A deleted booking is gone from the list of its contact.',
    source: 'guess',
    evidence: 'only the calendar was measured',
    where: 'src/sandbox/routes/calendars.ts',
    switch: 'deletedAppointments',
  },
  {
    id: 'deleted-tasks',
    statement: "The location's search goes on returning deleted tasks with deleted: true.",
    source: 'guess',
    evidence: `its rows have the key (${RR}); none was seen true`,
    where: 'src/sandbox/routes/tasks.ts',
    switch: 'deletedTasks',
  },
  {
    id: 'event-overlap',
    statement: 'Events of a calendar are those that overlap the span.',
    source: 'recording',
    evidence: 'a calendar client that measured a real account, 2026-08-26',
    where: 'src/sandbox/routes/calendars.ts',
  },
  {
    id: 'location-task-rows',
    statement:
      'Rows of the location task search have status, statusGroup, searchAfter, four times, deleted and assignedToUserDetails.',
    source: 'recording',
    evidence: RR,
    where: 'src/sandbox/routes/locations.ts',
  },
  {
    id: 'location-task-status',
    statement: 'What status and statusGroup of such a row say is made up.',
    source: 'guess',
    evidence: 'recorded by name only',
    where: 'src/sandbox/routes/locations.ts',
    async ask({ ask, locationId }) {
      const { body } = await ask('POST', `/locations/${locationId}/tasks/search`, { body: { limit: 1 } });
      const [task] = rows(record(body).tasks);
      if (!task) return { holds: undefined, seen: 'no task, or no scope for them' };
      const known = ['completed', 'incompleted'].includes(String(task.status));
      return { holds: known, seen: known ? 'a known word' : `${typeof task.status}` };
    },
  },
  {
    id: 'rate-headers',
    statement: 'Every answer has six rate headers in lower case; the day ends x-ratelimit-daily-reset ms from now.',
    source: 'recording',
    evidence: `${RR}; headers captured on 2025-02-15; notes of 2026-08-03`,
    where: 'src/sandbox/rate.ts',
  },
  {
    id: 'rate-day',
    statement: 'The day of the quota begins with the first request in it.',
    source: 'guess',
    evidence: 'fits all recorded resets; only its length was recorded',
    where: 'src/sandbox/rate.ts',
  },
  {
    id: 'rate-quota',
    statement: 'The quota is 100 in 10 s and 200,000 a day; a private token of a trial has 25 and 10,000.',
    source: 'recording',
    evidence: `official page; trial: ${RR}`,
    where: 'src/sandbox/rate.ts',
  },
  {
    id: 'retry-after',
    statement: 'A 429 is {statusCode, message} without Retry-After.',
    source: 'recording',
    evidence: `${RR}; captured on 2025-02-15`,
    where: 'src/sandbox/app.ts',
    switch: 'retryAfter',
  },
  {
    id: 'gateway-401',
    statement: 'A gateway that times out answers 401 "Command timed out" (a fault by name).',
    source: 'recording',
    evidence: `${RR}, once; how the text was wrapped is not recorded`,
    where: 'src/sandbox/faults.ts',
  },
  {
    id: 'user-search',
    statement: 'A user search with nothing named is a 401 E01, with a location a 422 for companyId.',
    source: 'recording',
    evidence: RR,
    where: 'src/sandbox/routes/people-and-places.ts',
  },
  {
    id: 'agency-routes',
    statement: "Routes of agencies answer a location's private token 403 Forbidden resource, or 401.",
    source: 'recording',
    evidence: RR,
    where: 'src/sandbox/routes/locations.ts',
  },
  {
    id: 'installed-locations',
    statement: 'The list of installed locations answers under v3.',
    source: 'recording',
    evidence: 'notes of live reads of 2026-08-03; issue 304 of the official documentation says removed',
    where: 'src/sandbox/routes/oauth.ts',
    switch: 'installedLocationsUnderV3',
  },
  {
    id: 'callback-state',
    statement: 'The state of a sign-in comes back with the code.',
    source: 'documentation',
    evidence: 'the standard; reported lost where the app was installed before',
    where: 'src/sandbox/oauth/consent.ts',
    switch: 'callbackState',
  },
  {
    id: 'refused-refresh',
    statement: 'A dead refresh token is a 401 in the style of the token endpoint.',
    source: 'guess',
    evidence: 'one client logs invalid_grant, without status or body',
    where: 'src/sandbox/oauth/token.ts',
    switch: 'refusedRefresh',
  },
  {
    id: 'order-of-checks',
    statement: 'A request is checked for token, version, scope, class of token, location, and body, in this order.',
    source: 'guess',
    evidence: 'fits the notes of 2026-08-19',
    where: 'src/sandbox/app.ts',
  },
  {
    id: 'body-limit',
    statement: 'A body over 100 KiB is a 413.',
    source: 'guess',
    evidence: 'default of the framework',
    where: 'src/sandbox/body.ts',
  },
];
