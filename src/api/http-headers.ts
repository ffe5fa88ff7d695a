/** The dated API version that every endpoint was written for; an endpoint names its own where it differs. */
const API_VERSION = '2021-07-28';

/** Headers that every request to HighLevel carries. */
export const BASE_HEADERS = { accept: 'application/json', 'user-agent': 'ghl-contacts-mcp' } as const;

/** Headers of a request that is signed with an access token. */
export const signedHeaders = (token: string, version = API_VERSION): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  version,
  ...BASE_HEADERS,
});
