import type { Fact } from './fact.ts';

export const oauthFacts: readonly Fact[] = [
  {
    id: 'installed-locations',
    statement: 'The list of installed locations is served under v3.',
    source: 'recording',
    evidence: 'notes of live reads of 2026-08-03; issue 304 of the official documentation says removed',
    where: 'src/sandbox/routes/oauth.ts',
    switch: 'installedLocationsUnderV3',
  },
  {
    id: 'callback-state',
    statement: 'The callback of a sign-in has the state next to the code.',
    source: 'documentation',
    evidence: 'the standard; reported lost where the app was installed before',
    where: 'src/sandbox/oauth/consent.ts',
    switch: 'callbackState',
  },
  {
    id: 'refused-refresh',
    statement: 'An expired, revoked or unknown refresh token is a 401 in the format of the token endpoint.',
    source: 'guess',
    evidence: 'one client logs invalid_grant, without status or body',
    where: 'src/sandbox/oauth/token-endpoint.ts',
    switch: 'refusedRefresh',
  },
];
