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
      ['test/api/write/compare.test.ts', 'a reader sees it'],
      ['test/api/write/compare.test.ts', 'differs only within angle brackets is another one'],
    ],
  },
  {
    item: 4,
    what: 'A 422 on a write that cannot be read back is reported as unknown',
    tests: [['test/api/write/evidence.test.ts', 'a write that no read shows, refused for its values (422)']],
  },
  {
    item: 5,
    what: 'Contacts that were tagged are reported as failed after a bulk write is reconciled',
    tests: [
      [
        'test/api/write/evidence.test.ts',
        'contacts that are missing from a reconciled bulk answer are no failures of the others',
      ],
    ],
  },
  {
    item: 6,
    what: 'Synchronous disk reads on every call',
    tests: [['test/cli/connection.test.ts', 'waits for no disk: the list of accounts is read where it changed']],
  },
  {
    item: 7,
    what: 'GHL_TOOLS=constructor is accepted, and __proto__ causes a stack trace',
    tests: [
      ['test/cli/config.test.ts', 'what is malformed is one line that names the setting and the mend'],
      ['test/cli/config.test.ts', '__proto__'],
      ['test/tools/search-filters.test.ts', 'a field called %s is asked for as it is'],
    ],
  },
  {
    item: 8,
    what: 'A failed token refresh after an uncertain attempt skips reconciliation and journal',
    tests: [
      [
        'test/api/write/evidence.test.ts',
        'after an attempt of unknown outcome, and cannot be renewed: the write is looked into and journalled',
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
        'and renewed, but the second attempt is cancelled: is not told as a refused token',
      ],
    ],
  },
  {
    item: 11,
    what: 'Ranges in filters are not read in the time zone of the account',
    tests: [
      ['test/tools/search-filters.test.ts', 'a range of times is read in the zone of the account'],
      ['test/tools/search-filters.test.ts', 'a day that does not exist is refused in every tool that takes filters'],
    ],
  },
  {
    item: 12,
    what: 'Redaction changes ordinary text in the journal',
    tests: [
      ['test/api/write/journal.test.ts', 'keeps the words of people as they are'],
      ['test/lib/redact.test.ts', 'words of people stay as they are'],
    ],
  },
  {
    item: 13,
    what: 'An in-flight read is shared regardless of its deadline',
    tests: [['test/api/read-cache.test.ts', 'in flight are shared where time and lane suit']],
  },
  {
    item: 14,
    what: 'State is not keyed by location',
    tests: [
      ['test/lib/time.test.ts', 'is asked for once an hour, and anew after a sign-in elsewhere'],
      ['test/tools/composite/person-registry.test.ts', 'keeps locations apart'],
      ['test/cli/connection.test.ts', 'what was prepared for one location is not sent with the token of another'],
      ['test/mcp/account-change.test.ts', 'after a change of account nothing of the one before'],
      ['test/mcp/account-change.test.ts', 'a create that was in doubt in one account'],
    ],
  },
  {
    item: 15,
    what: 'Logged facts are not redacted and the last line is lost',
    tests: [
      ['test/lib/log.test.ts', 'hold no secret in whatever a fact becomes'],
      ['test/lib/log.test.ts', 'holds the line that is logged last before the process ends'],
    ],
  },
  {
    item: 16,
    what: 'doctor accepts Node 20.18.0',
    tests: [['test/cli/output.test.ts', 'the version of Node that doctor asks for']],
  },
];
