import { isMissingRecord, keys, readContact, rows, searchContacts, statusIs, UNUSED_ID } from './checks.ts';
import { type Fact, LIVE_TESTS, OPENAPI } from './fact.ts';

/** Reading one contact, and the shape of its record. */
const recordFacts: readonly Fact[] = [
  {
    id: 'missing-contact',
    statement: 'A missing contact is a 400 with its sentence under `error`, its status, and no `message`.',
    source: 'recording',
    evidence: `${LIVE_TESTS}; five clients know the text, others expect a 404`,
    where: 'src/sandbox/http-error.ts',
    switch: 'missingContact',
    check: async ({ request }) => isMissingRecord(await request('GET', `/contacts/${UNUSED_ID}`)),
  },
  {
    id: 'missing-task-or-note',
    statement: 'A missing task or note is a 400 with its sentence under `error` alone.',
    source: 'recording',
    evidence: `tasks: ${LIVE_TESTS}; notes by analogy`,
    where: 'src/sandbox/http-error.ts',
    switch: 'missingTaskOrNote',
    async check(account) {
      const [contact] = await searchContacts(account);
      if (!contact) return { holds: undefined, observed: 'no contact' };
      return isMissingRecord(await account.request('GET', `/contacts/${String(contact.id)}/tasks/${UNUSED_ID}`));
    },
  },
  {
    id: 'trace-of-contacts',
    statement: 'Responses to get, create, update and delete of a contact have a traceId.',
    source: 'recording',
    evidence: 'live responses of 2026-03',
    where: 'src/sandbox/routes/contacts.ts',
  },
  {
    id: 'by-id-shape',
    statement:
      'A contact read by id has followers, additionalEmails and additionalPhones even if they are empty, no dnd until it was first written, and a timestamp in createdBy.',
    source: 'recording',
    evidence: 'a captured contact of 2026-01-30; live responses of 2026-03',
    where: 'src/sandbox/serialize.ts',
  },
  {
    id: 'created-record',
    statement:
      'A create responds with the storage record: bounceEmail, offers, products, and the birthday split into birthMonth and birthDay.',
    source: 'documentation',
    evidence: `${OPENAPI}; live responses of 2026-03 have none of these`,
    where: 'src/sandbox/serialize.ts',
    switch: 'createdRecord',
  },
  {
    id: 'additional-items',
    statement: 'Items of additionalEmails and additionalPhones by id are objects with email, or phone and label.',
    source: 'guess',
    evidence: 'every recording has empty lists; the schema has objects',
    where: 'src/sandbox/serialize.ts',
    async check(account) {
      const contacts = await searchContacts(account, { pageLimit: 100 });
      const found = contacts.find(({ additionalEmails }) => rows(additionalEmails).length > 0);
      if (!found) return { holds: undefined, observed: 'no contact has any' };
      const [item] = rows((await readContact(account, found.id)).additionalEmails);
      return { holds: item !== undefined && 'email' in item, observed: keys(item) };
    },
  },
];

/** Create, update, upsert and the duplicate rules. */
const writeFacts: readonly Fact[] = [
  {
    id: 'create-without-identity',
    statement:
      'A create with none of email, phone, firstName and lastName is rejected: HTTP 400, statusCode 422 in the body, a string as message. `name` and companyName do not count.',
    source: 'recording',
    evidence: `sentence: six unrelated projects; status: ${LIVE_TESTS}, others say 422; companyName follows from the sentence`,
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
    statement: 'A duplicate lookup without email and number is rejected with the same message as such an upsert.',
    source: 'guess',
    evidence: 'the message names `number` and a query parameter, which only the lookup has',
    where: 'src/sandbox/routes/contacts.ts',
    check: statusIs(400, ({ request, locationId }) =>
      request('GET', `/contacts/search/duplicate?locationId=${locationId}`),
    ),
  },
  {
    id: 'upsert-says-succeeded-twice',
    statement: 'An upsert that updates responds with both succeded and succeeded.',
    source: 'recording',
    evidence: 'notes of live probes of 2026-09-08; live responses of 2026-03',
    where: 'src/sandbox/routes/contacts.ts',
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
    statement: 'Duplicates are looked up by email, then by phone, in the order of contactUniqueIdentifiers.',
    source: 'recording',
    evidence: 'two captured locations with ["email", "phone"]',
    where: 'src/sandbox/duplicates.ts',
    switch: 'duplicateOrder',
  },
  {
    id: 'refused-create',
    statement: 'A rejected create has created nothing.',
    source: 'guess',
    evidence: 'issue 64 of the official documentation reports a contact created by a rejected request',
    where: 'src/sandbox/routes/contacts.ts',
    switch: 'refusedCreateWrites',
  },
  {
    id: 'null-clears',
    statement: 'null and an empty string clear a nullable field.',
    source: 'guess',
    evidence: `nullable in the ${OPENAPI}; whether an empty string clears is not known`,
    where: 'src/sandbox/contact-write.ts',
    switch: 'nullClears',
  },
  {
    id: 'company-name-on-put',
    statement: 'An update accepts companyName.',
    source: 'recording',
    evidence: `other clients send it; the ${OPENAPI} leaves it out`,
    where: 'src/sandbox/routes/contacts.ts',
    switch: 'companyNameOnPut',
  },
  {
    id: 'invalid-phone',
    statement: 'An invalid phone is a 422 "phone must be a valid phone number".',
    source: 'guess',
    evidence: 'wording of its likely validator',
    where: 'src/sandbox/phone.ts',
  },
  {
    id: 'unknown-owner',
    statement: 'Unknown user ids are accepted as owners and followers.',
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
];

/** Custom fields. */
const customFieldFacts: readonly Fact[] = [
  {
    id: 'unknown-custom-field',
    statement: 'A custom field that the location does not have is dropped without an error.',
    source: 'recording',
    evidence: 'notes of live probes of 2026-09-08',
    where: 'src/sandbox/custom-fields.ts',
    switch: 'unknownCustomField',
  },
  {
    id: 'custom-field-models',
    statement: 'The list of custom fields holds those of all models unless `model` names one.',
    source: 'recording',
    evidence: LIVE_TESTS,
    where: 'src/sandbox/routes/locations.ts',
  },
];

export const contactFacts: readonly Fact[] = [...recordFacts, ...writeFacts, ...customFieldFacts];
