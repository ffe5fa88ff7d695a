import type { Defect } from './defect.ts';

/** Defects of the report `adversary`, by its numbering. */
export const adversary: readonly Defect[] = [
  {
    item: 1,
    what: 'Any 400, 404 or 200 reconciles a lost write',
    tests: [
      ['test/tools/composite/onboard/conflicts.test.ts', 'an HTML page of a gateway instead of the contact'],
      ['test/api/write/lying-answers.test.ts', 'a sample of false responses causes no wrong outcome'],
      [
        'test/api/write/lying-answers.long.ts',
        'false responses to every write and to the reads that reconcile it cause no wrong outcome',
      ],
      ['test/api/error-messages.test.ts', 'only an error of HighLevel itself means that a record is missing'],
    ],
  },
  {
    item: 2,
    what: 'Logging blocks or stops the server during a write',
    tests: [
      ['test/lib/log.long.ts', '5,000 writes are answered although the host never reads stderr: %s, a %s'],
      ['test/lib/log.test.ts', '%s works, uses no processor time while idle, and ends with its host'],
      ['test/lib/log.test.ts', 'a host that closes stderr is still served, and the process ends with it'],
    ],
  },
  {
    item: 3,
    what: 'Text from the CRM blocks the process',
    tests: [
      ['test/api/write/compare.test.ts', 'a timeline reads only the bodies of the rows it returns'],
      ['test/api/write/compare.test.ts', 'a text of brackets only is processed in linear time'],
      ['test/api/write/long-input.test.ts', 'of an error of one megabyte'],
      ['test/api/write/long-input.test.ts', 'of very many %s that are searched for a lost one'],
    ],
  },
  {
    item: 4,
    what: 'Two server processes duplicate notes, tasks and contacts',
    tests: [
      ['test/tools/composite/shared-lock.test.ts', 'onboard a person by %s at once: one contact, note and task'],
      [
        'test/tools/composite/shared-lock.test.ts',
        'the next process finds a contact that the previous one created, before search shows it',
      ],
      [
        'test/tools/composite/onboard/two-processes.long.ts',
        'add nothing after a restart within the index delay, by %s',
      ],
      [
        'test/tools/core/equal-creates.test.ts',
        'twice within ten minutes is done twice, and the second result names the first',
      ],
    ],
  },
  {
    item: 5,
    what: 'A system clock that is set back makes the server unusable',
    tests: [
      ['test/api/clock-steps.test.ts', 'does not change how long a cached answer is used'],
      ['test/api/clock-steps.test.ts', 'does not change the slots of a window'],
      ['test/api/clock-steps.test.ts', 'does not change the circuit breaker, and its message has the new time'],
      ['test/api/clock-steps.test.ts', 'while the response to a note that is %s is lost: the outcome is correct'],
      ['test/api/clock-steps.test.ts', 'does not stop a composite tool'],
      ['test/lib/file-lock.test.ts', 'because the clock was set forward'],
    ],
  },
  {
    item: 6,
    what: 'A task is written at the wrong time when the zone cannot be read',
    tests: [['test/lib/time.test.ts', 'because it %s, a local time is rejected and nothing is written']],
  },
  {
    item: 7,
    what: 'An OAuth sign-in is lost when the new pair cannot be stored',
    tests: [
      [
        'test/api/auth/store-failures.test.ts',
        'the new pair is used and stored with the next call, and a restart works with it',
      ],
      [
        'test/api/auth/store-failures.test.ts',
        '%s: nothing is sent, the call gives the reason, and it works when the store works again',
      ],
      [
        'test/api/auth/store-failures.test.ts',
        'after the grace period the other process uses no refresh token and says what to do',
      ],
    ],
  },
  {
    item: 8,
    what: 'Swapped settings show the token to the model',
    tests: [
      ['test/cli/config.test.ts', 'a secret in the wrong setting is never shown'],
      ['test/cli/doctor.test.ts', 'doctor shows no secret from a wrong setting'],
    ],
  },
  {
    item: 9,
    what: 'A 200 that says it failed is reported as success',
    tests: [
      ['test/api/write/evidence.test.ts', 'a 2xx whose body reports a failure'],
      [
        'test/api/write/lying-answers.long.ts',
        'false responses to every write and to the reads that reconcile it cause no wrong outcome',
      ],
    ],
  },
  {
    item: 10,
    what: 'A minus in GHL_TOOLS forbids one tool but not other tools with the same effect',
    tests: [
      [
        'test/tools/core/required-actions.test.ts',
        'no call sends a request that a minus in GHL_TOOLS forbids, for ${SELECTIONS} selections',
      ],
      ['test/tools/core/tool-access.test.ts', '%s: %s rejects %j by argument and stays listed'],
      ['test/tools/core/tool-access.test.ts', 'prompts, completion and subscriptions do not read what is forbidden'],
    ],
  },
  {
    item: 11,
    what: 'The journal loses entries and can delay an answer indefinitely',
    tests: [
      ['test/api/write/journal.test.ts', 'starts a new line after an unfinished line of another process'],
      ['test/api/write/journal.test.ts', 'an append that hangs is abandoned, and later ones at once until it ends'],
      ['test/api/write/journal.test.ts', 'a pipe without a reader'],
      ['test/api/write/journal.test.ts', 'a file system that hangs: the tool returns, and SIGTERM ends the process'],
      ['test/api/write/journal.test.ts', 'makes its own file private if others can read it'],
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
      ['test/lib/text.test.ts', 'all invisible code points between letters are removed'],
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
      ['test/lib/state-file.test.ts', 'with other content (%#) is read as far as it is valid, and overwritten'],
    ],
  },
  {
    item: 15,
    what: 'Prompts and error texts have no size limit',
    tests: [
      ['test/mcp/size-limits.test.ts', 'a prompt with %i tags of %i characters'],
      ['test/mcp/size-limits.test.ts', 'an error with 100,000 messages shows some and counts the others'],
    ],
  },
  {
    item: 16,
    what: 'An answer about another id is accepted',
    tests: [
      ['test/api/write/evidence.test.ts', 'a read with the response'],
      [
        'test/api/write/lying-answers.long.ts',
        'false responses to every write and to the reads that reconcile it cause no wrong outcome',
      ],
    ],
  },
  {
    item: 17,
    what: 'One oversized answer opens the circuit breaker',
    tests: [['test/api/http-attempt.test.ts', 'that is %s is not retried blindly and does not affect other calls']],
  },
  {
    item: 18,
    what: 'Reconciling by time requires that two clocks of HighLevel agree',
    tests: [['test/api/write/evidence.test.ts', 'the clocks of the network edge and of the application differ']],
  },
  {
    item: 19,
    what: 'Arguments that block the process',
    tests: [
      ['test/tools/core/validate-input.test.ts', 'limits checked before the arguments are parsed'],
      ['test/tools/composite/onboard/match-tasks.test.ts', '20,000 tasks are made unique and matched in linear time'],
      ['test/api/write/long-input.test.ts', 'of very many tags and custom fields that are compared'],
    ],
  },
  {
    item: 20,
    what: 'Line breaks in CRM values forge lines of command line output',
    tests: [['test/cli/output.test.ts', 'a value from HighLevel is printed as one short line']],
  },
  {
    item: 21,
    what: 'One request is sent after its scope was withdrawn',
    tests: [['test/cli/connection.test.ts', 'after OAuth scopes were narrowed no request uses the old ones']],
  },
  {
    item: 22,
    what: 'Redaction does not recognise the credential in use',
    tests: [
      ['test/lib/redact.test.ts', '%s is redacted in any encoding when it is known'],
      ['test/cli/sweep.long.ts', 'no fault reveals a secret'],
    ],
  },
  {
    item: 23,
    what: 'The size limit of requests does not cover GET',
    tests: [['test/api/http-attempt.test.ts', 'a request is rejected before it is sent if %s is too large']],
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
      [
        'test/tools/odd-answers.test.ts',
        'rows that are not objects are left out and counted, and no other row is lost',
      ],
      ['test/tools/odd-answers.test.ts', 'an invalid id in a response is reported'],
      [
        'test/tools/odd-answers.test.ts',
        'values of other types at random positions of responses to reads, seed ${seed}',
      ],
      ['test/tools/composite/bulk-update/run.test.ts', 'search rows without a usable id are left out'],
      ['test/tools/composite/changes/tasks.test.ts', 'a contact with an invalid id is ignored'],
    ],
  },
  {
    item: 26,
    what: 'additionalEmails are shown as [object Object]',
    tests: [['test/resources/resources.test.ts', '%j is written as text']],
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
      ['test/lib/time.test.ts', 'a time that does not exist is rejected'],
      ['test/lib/time.test.ts', 'the hour skipped by the change to summer time'],
    ],
  },
  {
    item: 29,
    what: 'A list that repeats a page is read indefinitely',
    tests: [
      ['test/tools/composite/repeated-pages.test.ts', 'of tasks of the location ends without a cursor'],
      ['test/tools/composite/repeated-pages.test.ts', 'of contacts ends a count with a notice'],
      ['test/tools/composite/repeated-pages.test.ts', 'of locations of an agency ends'],
    ],
  },
  {
    item: 30,
    what: 'Subscriptions, previews and argument depth have no limit',
    tests: [
      ['test/lib/log.test.ts', 'are in a file and in folders that only the owner can read, whatever the umask'],
      ['test/tools/core/validate-input.test.ts', '5,000 levels in JSON text'],
      ['test/mcp/size-limits.test.ts', 'are limited, the refusal says what to do'],
      [
        'test/tools/core/job-store.test.ts',
        'the total size is limited: the least recently used jobs are removed, but no running one and not the newest',
      ],
      [
        'test/tools/composite/bulk-update/preview.test.ts',
        'is rejected for a change that exceeds the size of a request',
      ],
    ],
  },
];
