import type { Defect } from './defect.ts';

/** Defects of the report `review`, by its numbering. */
export const review: readonly Defect[] = [
  {
    item: 1,
    what: 'A date that does not exist, given with an offset, is changed',
    tests: [['test/lib/time.test.ts', 'a 31st of November with an offset']],
  },
  {
    item: 2,
    what: 'A cancelled list_changed_contacts moves the cursor',
    tests: [['test/tools/composite/changes/cursors.test.ts', 'does not advance the cursor while tasks are read']],
  },
  {
    item: 3,
    what: 'Text in angle brackets is removed',
    tests: [
      ['test/api/write/compare.test.ts', 'the readable text of HTML'],
      ['test/api/write/compare.test.ts', 'two notes or tasks that differ only within angle brackets are distinct'],
    ],
  },
  {
    item: 4,
    what: 'A 422 on a write that cannot be read back is reported as unknown',
    tests: [['test/api/write/evidence.test.ts', 'a 422 on a write that no read can verify']],
  },
  {
    item: 5,
    what: 'Contacts that were tagged are reported as failed after a bulk write is reconciled',
    tests: [
      [
        'test/api/write/evidence.test.ts',
        'contacts missing from a reconciled bulk response do not make the others fail',
      ],
    ],
  },
  {
    item: 6,
    what: 'Synchronous disk reads on every call',
    tests: [['test/cli/connection.test.ts', 'reads the accounts file only if it changed, and never synchronously']],
  },
  {
    item: 7,
    what: 'GHL_TOOLS=constructor is accepted, and __proto__ causes a stack trace',
    tests: [
      ['test/cli/config.test.ts', 'a malformed setting is reported in one line that names it and the correction'],
      ['test/cli/config.test.ts', '__proto__'],
      ['test/tools/search/filters.test.ts', 'the unknown field %s is refused before anything is sent'],
    ],
  },
  {
    item: 8,
    what: 'A failed token refresh after an uncertain attempt skips reconciliation and journal',
    tests: [
      [
        'test/api/write/evidence.test.ts',
        'after an uncertain attempt, if it cannot be refreshed: the write is reconciled and journalled',
      ],
    ],
  },
  {
    item: 9,
    what: 'login lists locations before it stores the sign-in',
    tests: [['test/cli/accounts.test.ts', 'the sign-in is stored and accounts lists again']],
  },
  {
    item: 10,
    what: 'A second attempt cancelled after a token refresh reports the old 401',
    tests: [
      [
        'test/api/write/evidence.test.ts',
        'that is refreshed, if the second attempt is cancelled: the error is not about the token',
      ],
    ],
  },
  {
    item: 11,
    what: 'Ranges in filters are not read in the time zone of the account',
    tests: [
      ['test/tools/search/filters.test.ts', 'a time range is read in the time zone of the account'],
      ['test/tools/search/filters.test.ts', 'a date that does not exist is rejected by every tool that takes filters'],
    ],
  },
  {
    item: 12,
    what: 'Redaction changes ordinary text in the journal',
    tests: [
      ['test/api/write/journal.test.ts', 'contains ordinary text unchanged'],
      ['test/lib/redact.test.ts', 'ordinary text is not changed: %s'],
    ],
  },
  {
    item: 13,
    what: 'An in-flight read is shared regardless of its deadline',
    tests: [['test/api/read-cache.test.ts', 'are shared in flight only if deadline and priority allow: %s']],
  },
  {
    item: 14,
    what: 'State is not keyed by location',
    tests: [
      ['test/lib/time.test.ts', 'is read once an hour and after a sign-in to another location'],
      ['test/tools/composite/onboard/known-people.test.ts', 'separates locations'],
      ['test/cli/connection.test.ts', 'a request prepared for one location is not sent with the token of another'],
      [
        'test/mcp/account-change.test.ts',
        'after a change of account nothing of the previous account is shown or continued',
      ],
      [
        'test/mcp/account-change.test.ts',
        'a create with unknown outcome in one account does not count as a repetition in another',
      ],
    ],
  },
  {
    item: 15,
    what: 'Logged facts are not redacted and the last line is lost',
    tests: [
      ['test/lib/log.test.ts', 'contain no secret, whatever the type of a fact'],
      ['test/lib/log.test.ts', 'contains the last line before the process ends'],
    ],
  },
  {
    item: 16,
    what: 'doctor accepts Node 20.18.0',
    tests: [['test/cli/output.test.ts', 'the version of Node that doctor requires']],
  },
];
