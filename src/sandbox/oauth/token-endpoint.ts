import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Backend, RecordedRequest } from '../backend.ts';
import { HttpError } from '../http-error.ts';
import { isRecord, nonEmpty, oneOf, optional, type Parsed, parse, type Shape, string } from '../validation.ts';
import { withCamelCase, withSnakeCase } from './key-case.ts';
import { tokenResponse } from './token-response.ts';
import type { TokenPair } from './token-store.ts';

const FIELDS = {
  client_id: nonEmpty,
  client_secret: nonEmpty,
  grant_type: oneOf('authorization_code', 'refresh_token', 'client_credentials'),
  code: optional(string),
  refresh_token: optional(string),
  user_type: optional(oneOf('Company', 'Location')),
  redirect_uri: optional(string),
};
const CODE_BODY = { ...FIELDS, code: nonEmpty };
const REFRESH_BODY = { ...FIELDS, refresh_token: nonEmpty };

/** POST /oauth/token. Under v3 the keys of request and response are in camel case. */
export function handleTokenRequest(backend: Backend, recorded: RecordedRequest, body: unknown, isV3: boolean) {
  const pair = exchange(backend, recorded, body, isV3);
  const company = pair.grant.userType === 'Company' && {
    approvedLocations: backend.store.locationsOf(pair.grant.companyId).map(({ id }) => id),
    approveAllLocations: true,
    installToFutureLocations: true,
  };
  const response = { ...tokenResponse(pair, backend.tokens.ttlMs), ...company, traceId: backend.traceId() };
  return isV3 ? withCamelCase(response) : response;
}

function exchange(backend: Backend, recorded: RecordedRequest, body: unknown, isV3: boolean): TokenPair {
  const grantType = isRecord(body) ? body[isV3 ? 'grantType' : 'grant_type'] : undefined;
  if (grantType === 'authorization_code') {
    const sent = parseFields(CODE_BODY, body, isV3);
    return redeem(backend, sent, sent.redirect_uri);
  }
  if (grantType === 'refresh_token') return refresh(backend, recorded, parseFields(REFRESH_BODY, body, isV3));
  parseFields(FIELDS, body, isV3);
  throw tokenError(400, 'unsupported_grant_type', 'The grant type is not supported');
}

const parseFields = <S extends Shape>(shape: S, body: unknown, isV3: boolean): Parsed<S> =>
  isV3 ? (withSnakeCase(parse(withCamelCase(shape), body)) as Parsed<S>) : parse(shape, body);

interface Credentials {
  readonly client_id: string;
  readonly client_secret: string;
}

/** The code is checked before the credentials, so that an invalid code reveals nothing about them. */
function redeem(backend: Backend, sent: Credentials & { code: string }, redirectUri: string | undefined): TokenPair {
  const consent = backend.tokens.findConsent(sent.code, backend.now());
  if (!consent) throw tokenError(401, 'UnAuthorized!', 'Authorization code not found');
  checkClient(backend, sent);
  // Optional in the OpenAPI description; if sent, it must equal the one of the consent.
  if (redirectUri !== undefined && redirectUri !== consent.redirectUri) {
    throw tokenError(401, 'UnAuthorized!', 'Redirect URI does not match');
  }
  return backend.tokens.redeem(sent.code, consent, backend.now());
}

function refresh(
  backend: Backend,
  recorded: RecordedRequest,
  sent: Credentials & { refresh_token: string },
): TokenPair {
  const { tokens } = backend;
  const tokenState = tokens.refreshStateOf(sent.refresh_token, backend.now());
  if (tokenState === 'spent') recorded.spentRefreshToken = true;
  if (tokenState === 'spent' || tokenState === 'unknown') throw refreshError(backend);
  checkClient(backend, sent);
  if (tokenState === 'grace') recorded.graceRefresh = true;
  const pair = tokens.refresh(sent.refresh_token, backend.now());
  if (!pair) throw refreshError(backend);
  return pair;
}

function checkClient({ tokens: { client } }: Backend, { client_id, client_secret }: Credentials): void {
  if (client_id === client.clientId && client_secret === client.clientSecret) return;
  throw tokenError(401, 'UnAuthorized!', 'Invalid client credentials');
}

/** The error for an invalid refresh token is not known: the format of this endpoint, or that of the OAuth standard. */
const refreshError = ({ switches }: Backend) =>
  switches.refusedRefresh === 'unauthorized'
    ? tokenError(401, 'UnAuthorized!', 'Refresh token not found')
    : tokenError(400, 'invalid_grant', 'The refresh token is invalid');

/** Errors of this endpoint have no statusCode in their body. */
const tokenError = (status: ContentfulStatusCode, error: string, error_description: string) =>
  new HttpError(status, { statusCode: undefined, error, error_description });
