import type { Defect } from './defect.ts';

/** Defects of the report `adversary`, by its numbering. */
export const adversary: readonly Defect[] = [
  {
    item: 1,
    what: 'Any 400, 404 or 200 reconciles a lost write',
    tests: [
      ['test/tools/composite/onboard/conflicts.test.ts', 'an HTML page of a gateway instead of the contact'],
      ['test/api/write/lying-answers.test.ts', 'lying answers'],
      [
        'test/api/write/lying-answers.long.ts',
        'lying answers to every write and to the reads that reconcile it: none told wrongly',
      ],
      ['test/api/error-messages.test.ts', 'only HighLevel itself says that something is missing'],
    ],
  },
  {
    item: 2,
    what: 'Logging blocks or stops the server during a write',
    tests: [
      ['test/lib/log.long.ts', 'a host that never reads stderr has 5,000 writes answered'],
      ['test/lib/log.test.ts', 'goes on, uses no processor while idle, and ends with its host'],
      ['test/lib/log.test.ts', 'a host that closes its end of stderr is served on'],
    ],
  },
  {
    item: 3,
    what: 'Text from the CRM blocks the process',
    tests: [
      ['test/api/write/compare.test.ts', 'a timeline reads the bodies of the rows it shows'],
      ['test/api/write/compare.test.ts', 'a text that is all brackets ends'],
      ['test/api/write/long-input.test.ts', 'a refusal of a megabyte'],
      ['test/api/write/long-input.test.ts', 'very many %s among which a lost one is looked for'],
    ],
  },
  {
    item: 4,
    what: 'Two server processes duplicate notes, tasks and contacts',
    tests: [
      ['test/tools/composite/person-registry.test.ts', 'onboard a person by %s at once: one contact, note and task'],
      [
        'test/tools/composite/person-registry.test.ts',
        'the next process knows whom the last one created, before search shows it',
      ],
      ['test/tools/composite/two-processes.long.ts', 'a restart within the index delay adds nothing, by %s'],
      [
        'test/tools/core/equal-creates.test.ts',
        'twice within ten minutes is done twice, and the answer names the first',
      ],
    ],
  },
  {
    item: 5,
    what: 'A system clock that is set back makes the server unusable',
    tests: [
      ['test/api/clock-steps.test.ts', 'changes nothing about how long an answer is given again'],
      ['test/api/clock-steps.test.ts', 'changes nothing about the places of a window'],
      ['test/api/clock-steps.test.ts', 'changes nothing about the circuit breaker'],
      ['test/api/clock-steps.test.ts', 'while the answer of a note is lost that is'],
      ['test/api/clock-steps.test.ts', 'does not end a tool of several calls'],
      ['test/lib/file-lock.test.ts', 'because the clock was set forward'],
    ],
  },
  {
    item: 6,
    what: 'A task is written at the wrong time when the zone cannot be read',
    tests: [['test/lib/time.test.ts', 'because it %s, a local time is refused and nothing written']],
  },
  {
    item: 7,
    what: 'An OAuth sign-in is lost when the new pair cannot be stored',
    tests: [
      [
        'test/api/auth/store-failures.test.ts',
        'the new pair is used, is stored with the next call, and a restart works with it',
      ],
      ['test/api/auth/store-failures.test.ts', 'nothing is sent, the call says why, and it works once the store does'],
      ['test/api/auth/store-failures.test.ts', 'after the grace the other one spends nothing, and says what is so'],
    ],
  },
  {
    item: 8,
    what: 'Swapped settings show the token to the model',
    tests: [
      ['test/cli/config.test.ts', 'a secret in a setting where none belongs is never told'],
      ['test/cli/doctor.test.ts', 'doctor shows no secret from a setting where none belongs'],
    ],
  },
  {
    item: 9,
    what: 'A 200 that says it failed is reported as success',
    tests: [
      ['test/api/write/evidence.test.ts', 'a success that says it failed'],
      [
        'test/api/write/lying-answers.long.ts',
        'lying answers to every write and to the reads that reconcile it: none told wrongly',
      ],
    ],
  },
  {
    item: 10,
    what: 'A minus in GHL_TOOLS forbids one tool but not other tools with the same effect',
    tests: [
      ['test/tools/core/required-actions.test.ts', 'is sent by any use'],
      ['test/tools/core/tool-access.test.ts', 'by argument, and the tool stays'],
      ['test/tools/core/tool-access.test.ts', 'prompts, completions and subscriptions do not read what is forbidden'],
    ],
  },
  {
    item: 11,
    what: 'The journal loses entries and can delay an answer indefinitely',
    tests: [
      ['test/api/write/journal.test.ts', 'after half a line that another process left'],
      ['test/api/write/journal.test.ts', 'an append that does not end is given up'],
      ['test/api/write/journal.test.ts', 'a pipe without a reader'],
      ['test/api/write/journal.test.ts', 'a file system that never answers'],
      ['test/api/write/journal.test.ts', 'a file of ours that others may read is made private'],
    ],
  },
  {
    item: 12,
    what: 'One invalid rate-limit header stops the server',
    tests: [
      ['test/api/rate-limiter-extremes.test.ts', 'a pause of years'],
      ['test/api/rate-limiter-extremes.test.ts', 'a window of centuries is capped'],
      ['test/api/rate-limiter-extremes.test.ts', 'a timer beyond the maximum of setTimeout'],
      ['test/api/rate-limiter-extremes.test.ts', 'a call without a slot fails with the time to try again'],
    ],
  },
  {
    item: 13,
    what: 'Invisible characters reach the model',
    tests: [
      ['test/lib/text.test.ts', 'of all code points that are never shown, none stays between plain letters'],
      ['test/lib/text.test.ts', 'a variation selector after each letter'],
    ],
  },
  {
    item: 14,
    what: 'Invalid values in the state file persist',
    tests: [
      ['test/tools/composite/changes/cursors.test.ts', 'is used or ignored, and is never an error'],
      ['test/tools/composite/changes/cursors.test.ts', 'a Date header of 2100 moves no cursor beyond the local clock'],
      ['test/tools/composite/changes/tasks.test.ts', 'is ignored, also in later calls'],
      ['test/lib/state-file.test.ts', 'is read as far as it makes sense and written over'],
    ],
  },
  {
    item: 15,
    what: 'Prompts and error texts have no size limit',
    tests: [
      ['test/mcp/size-limits.test.ts', 'a prompt with %i tags of %i characters'],
      ['test/mcp/size-limits.test.ts', 'a refusal with 100,000 messages'],
    ],
  },
  {
    item: 16,
    what: 'An answer about another id is accepted',
    tests: [
      ['test/api/write/evidence.test.ts', 'a read that is answered'],
      [
        'test/api/write/lying-answers.long.ts',
        'lying answers to every write and to the reads that reconcile it: none told wrongly',
      ],
    ],
  },
  {
    item: 17,
    what: 'One oversized answer opens the circuit breaker',
    tests: [['test/api/http-attempt.test.ts', 'is not repeated blindly and does not stop other calls']],
  },
  {
    item: 18,
    what: 'Reconciling by time requires that two clocks of HighLevel agree',
    tests: [['test/api/write/evidence.test.ts', 'the time of the edge differs from that of the application']],
  },
  {
    item: 19,
    what: 'Arguments that block the process',
    tests: [
      ['test/tools/core/validate-input.test.ts', 'limits that are checked before the arguments are read'],
      ['test/api/write/compare.test.ts', '%i things are made unique with one look at each'],
      ['test/api/write/long-input.test.ts', 'very many tags and custom fields, each held against all'],
    ],
  },
  {
    item: 20,
    what: 'Line breaks in CRM values forge lines of command line output',
    tests: [['test/cli/output.test.ts', 'a value from HighLevel is one short line of the command line']],
  },
  {
    item: 21,
    what: 'One request is sent after its scope was withdrawn',
    tests: [['test/cli/connection.test.ts', 'after an OAuth scope shrank no request goes out under the old ones']],
  },
  {
    item: 22,
    what: 'Redaction does not recognise the credential in use',
    tests: [
      ['test/lib/redact.test.ts', 'is taken out once it is known, however it is spelt'],
      ['test/cli/sweep.long.ts', 'no fault brings a secret to light'],
    ],
  },
  {
    item: 23,
    what: 'The size limit of requests does not cover GET',
    tests: [['test/api/http-attempt.test.ts', 'a request is refused before it is sent where %s is too large']],
  },
  {
    item: 24,
    what: 'login accepts an address without state',
    tests: [
      ['test/cli/login.test.ts', 'an address %s state is rejected'],
      ['test/cli/login-terminal.test.ts', 'an address without state needs a confirmation'],
    ],
  },
  {
    item: 25,
    what: 'One row that is not an object discards the whole list',
    tests: [
      ['test/tools/odd-answers.test.ts', 'rows that are no records are left out, counted, and lose no other row'],
      ['test/tools/odd-answers.test.ts', 'an id that is no id ends in a sentence that says so'],
      ['test/tools/odd-answers.test.ts', 'values of other kinds at random places of answers to reads'],
      ['test/tools/composite/bulk-update/run.test.ts', 'search rows without a usable id are left out'],
      ['test/tools/composite/changes/tasks.test.ts', 'a contact with an invalid id is ignored'],
    ],
  },
  {
    item: 26,
    what: 'additionalEmails are shown as [object Object]',
    tests: [['test/resources/resources.test.ts', '%j is written in words']],
  },
  {
    item: 27,
    what: 'A 429 or a redirect after a write is taken as proof that it did not happen',
    tests: [['test/api/write/evidence.test.ts', 'a 429 or a redirect after the write']],
  },
  {
    item: 28,
    what: 'Local times that do not exist are changed silently',
    tests: [
      ['test/lib/time.test.ts', 'a time that does not exist is refused'],
      ['test/lib/time.test.ts', 'the hour that clocks skip'],
    ],
  },
  {
    item: 29,
    what: 'A list that repeats a page is read indefinitely',
    tests: [
      ['test/tools/composite/repeated-pages.test.ts', 'of tasks of the location ends, without a place to go on from'],
      ['test/tools/composite/repeated-pages.test.ts', 'of contacts ends a count, which says so'],
      ['test/tools/composite/repeated-pages.test.ts', 'of locations of an agency ends'],
    ],
  },
  {
    item: 30,
    what: 'Subscriptions, previews and argument depth have no limit',
    tests: [
      ['test/lib/log.test.ts', 'lie in a file and in folders that only the owner can read'],
      ['test/tools/core/validate-input.test.ts', '5,000 levels in JSON text'],
      ['test/mcp/size-limits.test.ts', 'are limited, the refusal says what to do'],
      ['test/tools/core/job-store.test.ts', 'together they hold some megabytes at most'],
      [
        'test/tools/composite/bulk-update/preview.test.ts',
        'is rejected for a change that exceeds the size of a request',
      ],
    ],
  },
];
