import { record, search, statusIs } from './checks.ts';
import { type Fact, LIVE_TESTS, OPENAPI } from './fact.ts';

/** What holds for every route: validation, unknown routes, statuses, rate limits, tokens. */
export const requestFacts: readonly Fact[] = [
  {
    id: 'order-of-checks',
    statement: 'A request is checked for token, version, scope, class of token, location, and body, in this order.',
    source: 'guess',
    evidence: 'fits the notes of 2026-08-19',
    where: 'src/sandbox/app.ts',
  },
  {
    id: 'missing-text',
    statement: 'A missing string gives one message, "X must be a string".',
    source: 'guess',
    evidence: `observed for queries (${LIVE_TESTS}; a calendar client); for bodies others list two messages`,
    where: 'src/sandbox/validation.ts',
    async check({ request }) {
      const { status, body } = await request('POST', '/contacts/search', { body: { pageLimit: 1 } });
      const { message } = record(body);
      const count = Array.isArray(message) ? message.length : 0;
      return { holds: status === 422 && count === 1, observed: `${status} with ${count} messages` };
    },
  },
  {
    id: 'body-limit',
    statement: 'A body over 100 KiB is a 413.',
    source: 'guess',
    evidence: 'default of the framework',
    where: 'src/sandbox/body.ts',
  },
  {
    id: 'unknown-route',
    statement: 'An unknown route is a 404 with an empty body; a known route written in another case is a 401.',
    source: 'recording',
    evidence: `${LIVE_TESTS}; two other notes have the text of the framework`,
    where: 'src/sandbox/app.ts',
    switch: 'unknownRoute',
    async check({ request }) {
      const { status, body } = await request('GET', '/contacts-no-such-route');
      const empty = body === undefined;
      return { holds: status === 404 && empty, observed: `${status}, ${empty ? 'empty' : 'a body'}` };
    },
  },
  {
    id: 'post-status',
    statement: 'Search, upsert and bulk business respond with 200.',
    source: 'documentation',
    evidence: `${OPENAPI}; other POSTs documented as 200 were measured as 201`,
    where: 'src/sandbox/route.ts',
    switch: 'postStatus',
    check: statusIs(200, (account) => search(account, {})),
  },
  {
    id: 'rate-headers',
    statement: 'Every response has six rate headers in lower case; the day ends x-ratelimit-daily-reset ms from now.',
    source: 'recording',
    evidence: `${LIVE_TESTS}; headers captured on 2025-02-15; notes of 2026-08-03`,
    where: 'src/sandbox/rate-limiter.ts',
  },
  {
    id: 'rate-day',
    statement: 'The day of the quota begins with the first request in it.',
    source: 'guess',
    evidence: 'fits all recorded resets; only its length was recorded',
    where: 'src/sandbox/rate-limiter.ts',
  },
  {
    id: 'rate-quota',
    statement: 'The quota is 100 in 10 s and 200,000 a day; a private token of a trial has 25 and 10,000.',
    source: 'recording',
    evidence: `official page; trial: ${LIVE_TESTS}`,
    where: 'src/sandbox/rate-limiter.ts',
  },
  {
    id: 'retry-after',
    statement: 'A 429 is {statusCode, message} without Retry-After.',
    source: 'recording',
    evidence: `${LIVE_TESTS}; captured on 2025-02-15`,
    where: 'src/sandbox/app.ts',
    switch: 'retryAfter',
  },
  {
    id: 'gateway-401',
    statement: 'A gateway that times out responds with 401 "Command timed out" (a fault preset).',
    source: 'recording',
    evidence: `${LIVE_TESTS}, once; how the text was wrapped is not recorded`,
    where: 'src/sandbox/faults/fault.ts',
  },
  {
    id: 'user-search',
    statement: 'A user search without parameters is a 401 E01; with a location alone it is a 422 for companyId.',
    source: 'recording',
    evidence: LIVE_TESTS,
    where: 'src/sandbox/routes/lookups.ts',
  },
  {
    id: 'agency-routes',
    statement: "Agency routes reject a location's private token with 403 Forbidden resource, or 401.",
    source: 'recording',
    evidence: LIVE_TESTS,
    where: 'src/sandbox/routes/locations.ts',
  },
];
