import type { Defect } from './defect.ts';

/** Defects of the report `fidelity`, by its numbering. */
export const fidelity: readonly Defect[] = [
  {
    item: 1,
    what: 'The error for a missing record has its text under error, not message',
    tests: [
      ['test/sandbox/contacts.test.ts', 'of a missing contact is a 400, not a 404'],
      ['test/api/error-messages.test.ts', 'the text may be under message or error'],
      ['test/sandbox/tasks-and-notes.test.ts', 'are not found after deletion, and a missing one is a 400'],
    ],
  },
  {
    item: 2,
    what: 'A contact cannot be created with name alone',
    tests: [
      ['test/sandbox/switches.test.ts', 'createWithoutIdentity: %s'],
      ['test/tools/composite/onboard/new-contact.test.ts', '%j is created with first and last name, and found again'],
      ['test/api/write/evidence.test.ts', 'a contact without name, email and phone'],
    ],
  },
  {
    item: 3,
    what: 'Deleted bookings and tasks are still returned by the API',
    tests: [
      ['test/api/deleted-rows.test.ts', 'a deleted appointment in %s'],
      ['test/api/deleted-rows.test.ts', 'a deleted task that the search over the location still returns'],
      ['test/sandbox/appointments.test.ts', 'a deleted appointment stays in the calendar with deleted: true'],
    ],
  },
  {
    item: 4,
    what: 'A 401 of the gateway is not a rejected token',
    tests: [['test/api/write/evidence.test.ts', 'a 401']],
  },
  {
    item: 5,
    what: 'The daily quota resets when X-RateLimit-Daily-Reset says',
    tests: [
      [
        'test/sandbox/rate-limiter.test.ts',
        'the day begins with its first request, and the header has the ms until its end',
      ],
      ['test/api/rate-limiter-quota.test.ts', 'is available again at the time in the header'],
      ['test/api/rate-limiter-quota.test.ts', 'a 429 names the time at which it is available again'],
    ],
  },
  {
    item: 6,
    what: 'End-to-end tests run without index delay',
    tests: [
      ['test/systems/stories.test.ts', 'with an index delay of %i ms'],
      ['test/systems/systems.test.ts', 'the same flows in memory with an index delay of %i ms'],
    ],
  },
  {
    item: 7,
    what: 'Search accepts more operators and values than the client allows',
    tests: [
      ['test/sandbox/search-filters.test.ts', 'accepts what recordings show in addition to the official table: %j'],
      ['test/tools/search/filters.test.ts', 'fields and operators'],
    ],
  },
  {
    item: 8,
    what: 'Search rows have other types than records read by id',
    tests: [
      ['test/sandbox/search.test.ts', 'rows have other value types than a contact read by id'],
      ['test/tools/core/tool-result.test.ts', 'a date of birth that search returns as %j is %s, as by id'],
      ['test/tools/core/tool-result.test.ts', 'a custom value that search returns as %j is %j'],
    ],
  },
  {
    item: 9,
    what: 'The limit of a trial is 25 requests in 10 s and 10,000 a day',
    tests: [
      [
        'test/sandbox/rate-limiter.test.ts',
        'the day begins with its first request, and the header has the ms until its end',
      ],
      ['test/api/rate-limiter.test.ts', 'forty concurrent reads receive no 429 at a limit of 25'],
      ['test/tools/composite/bulk-update/preview.test.ts', 'gives the share of the daily quota that a large job takes'],
    ],
  },
  {
    item: 10,
    what: 'Calendar events match a time range by overlap',
    tests: [['test/sandbox/appointments.test.ts', 'are returned if they overlap the range: %s']],
  },
  {
    item: 11,
    what: 'An unknown route returns 404 with an empty body',
    tests: [
      ['test/sandbox/request-checks.test.ts', 'an unknown route is a 404 with an empty body'],
      ['test/api/error-messages.test.ts', 'a 404 with an empty body names'],
    ],
  },
];
