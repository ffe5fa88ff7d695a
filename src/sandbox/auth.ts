import { badRequest, forbidden, unauthorized } from './http-error.ts';

export interface Grant {
  readonly scopes: ReadonlySet<string>;
  readonly userType: 'Location' | 'Company';
  readonly companyId: string;
  readonly locationId?: string;
  /** OAuth only: the user who installed the app, and its version. */
  readonly userId?: string;
  readonly versionId?: string;
}

const VERSIONS = new Set(['legacy', '2021-01-01', '2021-04-15', '2021-07-28', '2023-02-21', 'v3']);
const NO_SCOPE = 'The token is not authorized for this scope.';
const WRONG_AUTH_CLASS =
  'This authClass type is not allowed to access this scope. Please verify your IAM configuration if this is not the case.';

export const bearerToken = (header: string | undefined): string =>
  /^Bearer (.+)$/i.exec(header ?? '')?.[1]?.trim() ?? '';
const isPrivateToken = (token: string) => token.startsWith('pit-');

export function requireGrant(grant: Grant | undefined, token: string): Grant {
  if (grant) return grant;
  throw unauthorized(isPrivateToken(token) ? 'Invalid Private Integration token' : 'Invalid JWT');
}

/** A missing or unpublished version is a 401, although the token is valid. */
export function checkVersion(version: string | undefined): string {
  if (version === undefined) throw unauthorized('version header was not found.');
  if (VERSIONS.has(version)) return version;
  if (/^\d{4}-\d\d-\d\d$/.test(version)) throw unauthorized('version header is invalid');
  throw badRequest(`Invalid API version segment '${version}' at position 0`);
}

export interface RouteAccess {
  readonly scope: string;
  /** Whether an agency's token is accepted; `required`: only the OAuth token of an agency. */
  readonly agency: 'refused' | 'mismatch' | 'allowed' | 'required';
}

export function checkScope(grant: Grant, token: string, access: RouteAccess): void {
  const wrongAuthClass =
    access.agency === 'required'
      ? grant.userType !== 'Company' || isPrivateToken(token)
      : grant.userType === 'Company' && access.agency !== 'allowed';
  if (wrongAuthClass && isPrivateToken(token)) {
    throw unauthorized(access.agency === 'mismatch' ? "Token's user type mismatch!" : NO_SCOPE);
  }
  if (!grant.scopes.has(access.scope)) throw unauthorized(NO_SCOPE);
  if (wrongAuthClass) throw unauthorized(WRONG_AUTH_CLASS);
}

export function checkLocationAccess(grant: Grant, location: { id: string; companyId: string | undefined }): void {
  const allowed =
    grant.userType === 'Company' ? grant.companyId === location.companyId : grant.locationId === location.id;
  if (!allowed) throw forbidden();
}
