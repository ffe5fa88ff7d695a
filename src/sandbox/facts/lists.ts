import { keys, list, listContacts, readContact, record, rows, search, statusIs } from './checks.ts';
import { type Fact, LIVE_TESTS } from './fact.ts';

/** Contact search. */
const searchFacts: readonly Fact[] = [
  {
    id: 'search-rows',
    statement:
      'Search rows have dateOfBirth in epoch ms, custom fields of type DATE with a time, validEmail null, no dndSettings, and opportunities.',
    source: 'recording',
    evidence: 'captured search rows of 2025-02-15 and 2025-09-22',
    where: 'src/sandbox/serialize.ts',
  },
  {
    id: 'search-fields',
    statement:
      'Search accepts `tags contains`, lists of tags, contains_set, the boxes of text lists as customFields.<field>.<box>, and the fields website, timezone, dateOfBirth, validEmail, lastAppointment, activeWorkflows, finishedWorkflows, nested opportunities, and sorts by businessName.',
    source: 'recording',
    evidence:
      '`tags contains` in six projects in production; the rest from one list; the older official table has none',
    where: 'src/sandbox/search/fields.ts',
    switch: 'searchFields',
    check: statusIs(200, (account) =>
      search(account, { filters: [{ field: 'tags', operator: 'contains', value: 'vip' }] }),
    ),
  },
  {
    id: 'tags-lists',
    statement: 'Of several tags, eq matches any and contains_set all; contains matches a part of a tag.',
    source: 'guess',
    evidence: 'in use with one tag only',
    where: 'src/sandbox/search/filters.ts',
    check: statusIs(200, (account) =>
      search(account, { filters: [{ field: 'tags', operator: 'contains_set', value: ['vip'] }] }),
    ),
  },
  {
    id: 'sort-fields',
    statement: 'A search sorts by three fields at most.',
    source: 'guess',
    evidence: 'no number in the official page; one list says two',
    where: 'src/sandbox/search/sort.ts',
    switch: 'sortFields',
    check: statusIs(200, (account) =>
      search(account, { sort: ['dateAdded', 'email', 'source'].map((field) => ({ field, direction: 'asc' })) }),
    ),
  },
  {
    id: 'search-window',
    statement: 'Page times pageLimit beyond 10,000 is a 400.',
    source: 'guess',
    evidence: 'the limit is documented, the error is not',
    where: 'src/sandbox/routes/search.ts',
    check: statusIs(400, (account) => search(account, { pageLimit: 500, page: 21 })),
  },
  {
    id: 'wildcard',
    statement: 'Search accepts the operator wildcard.',
    source: 'recording',
    evidence: 'public code that uses it on phones; not in the official table',
    where: 'src/sandbox/search/fields.ts',
  },
  {
    id: 'phone-filter',
    statement: 'A phone filter also finds contacts with additional emails.',
    source: 'guess',
    evidence: 'issue 289 of the official documentation reports one missed',
    where: 'src/sandbox/search/fields.ts',
    switch: 'phoneFilterMissesAdditionalEmails',
  },
  {
    id: 'index-delay',
    statement:
      'List and search show a write after a delay; reads by id, duplicate lookups and duplicate errors see it at once.',
    source: 'recording',
    evidence: 'several projects: seconds to about a minute; the official page says a few seconds',
    where: 'src/sandbox/search-index.ts',
  },
];

/** The plain list, `GET /contacts/`. */
const plainListFacts: readonly Fact[] = [
  {
    id: 'list-birthday',
    statement: 'Rows of the plain list have dateOfBirth as an ISO string.',
    source: 'guess',
    evidence: 'no recorded row has one',
    where: 'src/sandbox/serialize.ts',
    async check(account) {
      const contacts = await listContacts(account, '&limit=100');
      const found = contacts.find(({ dateOfBirth }) => dateOfBirth !== null && dateOfBirth !== undefined);
      if (!found) return { holds: undefined, observed: 'no birthday' };
      const observed = typeof found.dateOfBirth;
      return { holds: observed === 'string', observed };
    },
  },
  {
    id: 'list-under-v3',
    statement: 'The plain list is served under v3.',
    source: 'recording',
    evidence: 'observed to respond; absent from the v3 description',
    where: 'src/sandbox/routes/lists.ts',
    switch: 'listUnderV3',
    check: statusIs(200, (account) => list(account, '&limit=1', 'v3')),
  },
  {
    id: 'list-body',
    statement: 'The plain list is {contacts, meta, count}.',
    source: 'recording',
    evidence: 'three integrations read meta; the description has count alone',
    where: 'src/sandbox/routes/lists.ts',
    switch: 'listBody',
    async check(account) {
      const { body } = await list(account, '&limit=1');
      return { holds: 'meta' in record(body), observed: keys(body) };
    },
  },
  {
    id: 'last-page-cursor',
    statement: 'The last page of the plain list has no cursor.',
    source: 'guess',
    evidence: 'reports differ',
    where: 'src/sandbox/routes/lists.ts',
    switch: 'lastPageCursor',
    async check(account) {
      const { contacts, meta } = record((await list(account, '&limit=100')).body);
      if (rows(contacts).length >= 100) return { holds: undefined, observed: 'more than one page of contacts' };
      const { startAfterId } = record(meta);
      return { holds: !startAfterId, observed: startAfterId ? 'a cursor' : 'none' };
    },
  },
  {
    id: 'list-custom-fields',
    statement: 'Rows of the plain list have custom fields.',
    source: 'recording',
    evidence: 'most integrations read them; one reports empty lists',
    where: 'src/sandbox/serialize.ts',
    switch: 'listCustomFields',
    async check(account) {
      const count = (contact: Record<string, unknown>) => rows(contact.customFields).length;
      for (const row of await listContacts(account, '&limit=5')) {
        const expected = count(await readContact(account, row.id));
        if (expected > 0) return { holds: count(row) === expected, observed: `${count(row)} of ${expected}` };
      }
      return { holds: undefined, observed: 'none of the first contacts has any' };
    },
  },
  {
    id: 'list-without-location',
    statement: 'GET /contacts/ without locationId is a 403 that blames the token.',
    source: 'recording',
    evidence: LIVE_TESTS,
    where: 'src/sandbox/app.ts',
  },
];

export const listFacts: readonly Fact[] = [...searchFacts, ...plainListFacts];
