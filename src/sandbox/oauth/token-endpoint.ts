import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Backend, RecordedRequest } from '../backend.ts';
import { HttpError } from '../http-error.ts';
import { isRecord, nonEmpty, oneOf, optional, parse, string } from '../validation.ts';
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

/** POST /oauth/token */
export function handleTokenRequest(machine: Backend, arrival: RecordedRequest, body: unknown) {
  const pair = exchange(machine, arrival, body);
  const company = pair.grant.userType === 'Company' && {
    approvedLocations: machine.store.locationsOf(pair.grant.companyId).map(({ id }) => id),
    approveAllLocations: true,
    installToFutureLocations: true,
  };
  return { ...tokenResponse(pair, machine.tokens.ttlMs), ...company, traceId: machine.traceId() };
}

function exchange(machine: Backend, arrival: RecordedRequest, body: unknown): TokenPair {
  const kind = isRecord(body) ? body.grant_type : undefined;
  if (kind === 'authorization_code') {
    const sent = parse(CODE_BODY, body);
    return redeem(machine, sent, sent.redirect_uri);
  }
  if (kind === 'refresh_token') return refresh(machine, arrival, parse(REFRESH_BODY, body));
  parse(FIELDS, body);
  throw tokenError(400, 'unsupported_grant_type', 'The grant type is not supported');
}

interface Credentials {
  readonly client_id: string;
  readonly client_secret: string;
}

/** The code is looked at before the client: with a bad code nobody learns whether the credentials were right. */
function redeem(machine: Backend, sent: Credentials & { code: string }, redirectUri: string | undefined): TokenPair {
  const consent = machine.tokens.consent(sent.code, machine.now());
  if (!consent) throw tokenError(401, 'UnAuthorized!', 'Authorization code not found');
  checkClient(machine, sent);
  // Optional in the description; where sent, it must be the one of the consent, to the letter.
  if (redirectUri !== undefined && redirectUri !== consent.redirectUri) {
    throw tokenError(401, 'UnAuthorized!', 'Redirect URI does not match');
  }
  return machine.tokens.redeem(sent.code, consent, machine.now());
}

function refresh(machine: Backend, arrival: RecordedRequest, sent: Credentials & { refresh_token: string }): TokenPair {
  const { tokens } = machine;
  const kind = tokens.refreshStateOf(sent.refresh_token, machine.now());
  if (kind === 'spent') arrival.spentRefreshToken = true;
  if (kind === 'spent' || kind === 'unknown') throw refreshError(machine);
  checkClient(machine, sent);
  if (kind === 'grace') arrival.graceRefresh = true;
  const pair = tokens.refresh(sent.refresh_token, machine.now());
  if (!pair) throw refreshError(machine);
  return pair;
}

function checkClient({ tokens: { client } }: Backend, { client_id, client_secret }: Credentials): void {
  if (client_id === client.clientId && client_secret === client.clientSecret) return;
  throw tokenError(401, 'UnAuthorized!', 'Invalid client credentials');
}

/** What a dead refresh token hears is not reported: the endpoint's own style, or the standard's that clients match. */
const refreshError = ({ switches }: Backend) =>
  switches.refusedRefresh === 'unauthorized'
    ? tokenError(401, 'UnAuthorized!', 'Refresh token not found')
    : tokenError(400, 'invalid_grant', 'The refresh token is invalid');

/** This endpoint's refusals carry no status in their body. */
const tokenError = (status: ContentfulStatusCode, error: string, error_description: string) =>
  new HttpError(status, { statusCode: undefined, error, error_description });
