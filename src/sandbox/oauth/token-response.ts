import type { TokenPair } from './token-store.ts';

/** The response of both token endpoints. JSON drops the undefined fields. */
export const tokenResponse = ({ accessToken, refreshToken, refreshTokenId, grant }: TokenPair, ttlMs: number) => ({
  access_token: accessToken,
  token_type: 'Bearer',
  expires_in: Math.floor(ttlMs / 1000),
  refresh_token: refreshToken,
  scope: [...grant.scopes].join(' '),
  refreshTokenId,
  userType: grant.userType,
  companyId: grant.companyId,
  locationId: grant.locationId,
  userId: grant.userId ?? grant.companyId,
  isBulkInstallation: grant.userType === 'Company',
});
