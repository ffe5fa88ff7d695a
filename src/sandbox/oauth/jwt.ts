import type { Grant } from '../auth.ts';
import type { Ids } from '../ids.ts';

const HEADER = { alg: 'RS256', typ: 'JWT' };
const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');

/** A token in the format of a JWT with readable claims. The signature is random and never verified. */
export function jwt(ids: Ids, clientId: string, grant: Grant, iat: number, exp: number): string {
  const authClassId = grant.locationId ?? grant.companyId;
  const claims = {
    authClass: grant.userType,
    authClassId,
    primaryAuthClassId: authClassId,
    source: 'INTEGRATION',
    sourceId: clientId,
    channel: 'OAUTH',
    scopes: [...grant.scopes],
    iat: seconds(iat),
    exp: seconds(exp),
  };
  return `${part(HEADER)}.${part(claims)}.${ids.signature()}`;
}

const seconds = (ms: number) => Math.floor(ms / 1000);
