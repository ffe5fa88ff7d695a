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
    id: 'oauth-paths-v3',
    statement:
      'Under v3 there are location-token and installed-locations as well, and the keys of token requests and responses are in camel case.',
    source: 'documentation',
    evidence: 'the official v3 description; locationToken was still served under v3 on 2026-08-19',
    where: 'src/sandbox/routes/oauth.ts',
  },
  {
    id: 'installed-locations-pages-v3',
    statement: 'A page of installed-locations has nextPageToken under pagination, and count under metadata.',
    source: 'guess',
    evidence: 'the v3 description names items, pagination and metadata; what is in them is not known',
    where: 'src/sandbox/routes/oauth.ts',
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
