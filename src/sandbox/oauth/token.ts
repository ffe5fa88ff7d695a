import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { filled, isRecord, oneOf, optional, parse, string } from '../dto.ts';
import type { Arrival, Machine } from '../machine.ts';
import { Refusal } from '../refusal.ts';
import { tokenAnswer } from './answer.ts';
import type { Pair } from './tokens.ts';

const FIELDS = {
  client_id: filled,
  client_secret: filled,
  grant_type: oneOf('authorization_code', 'refresh_token', 'client_credentials'),
  code: optional(string),
  refresh_token: optional(string),
  user_type: optional(oneOf('Company', 'Location')),
  redirect_uri: optional(string),
};
const REDEEM = { ...FIELDS, code: filled };
const RENEW = { ...FIELDS, refresh_token: filled };

/** POST /oauth/token */
export function token(machine: Machine, arrival: Arrival, body: unknown) {
  const pair = pairFor(machine, arrival, body);
  const company = pair.grant.userType === 'Company' && {
    approvedLocations: machine.store.locationsOf(pair.grant.companyId).map(({ id }) => id),
    approveAllLocations: true,
    installToFutureLocations: true,
  };
  return { ...tokenAnswer(pair, machine.tokens.ttlMs), ...company, traceId: machine.traceId() };
}

function pairFor(machine: Machine, arrival: Arrival, body: unknown): Pair {
  const kind = isRecord(body) ? body.grant_type : undefined;
  if (kind === 'authorization_code') {
    const sent = parse(REDEEM, body);
    return redeem(machine, sent, sent.redirect_uri);
  }
  if (kind === 'refresh_token') return renew(machine, arrival, parse(RENEW, body));
  parse(FIELDS, body);
  throw refused(400, 'unsupported_grant_type', 'The grant type is not supported');
}

interface Credentials {
  readonly client_id: string;
  readonly client_secret: string;
}

/** The code is looked at before the client: with a bad code nobody learns whether the credentials were right. */
function redeem(machine: Machine, sent: Credentials & { code: string }, redirectUri: string | undefined): Pair {
  const consent = machine.tokens.consent(sent.code, machine.now());
  if (!consent) throw refused(401, 'UnAuthorized!', 'Authorization code not found');
  checkClient(machine, sent);
  // Optional in the description; where sent, it must be the one of the consent, to the letter.
  if (redirectUri !== undefined && redirectUri !== consent.redirectUri) {
    throw refused(401, 'UnAuthorized!', 'Redirect URI does not match');
  }
  return machine.tokens.redeem(sent.code, consent, machine.now());
}

function renew(machine: Machine, arrival: Arrival, sent: Credentials & { refresh_token: string }): Pair {
  const { tokens } = machine;
  const kind = tokens.kindOf(sent.refresh_token, machine.now());
  if (kind === 'spent') arrival.spentRefreshToken = true;
  if (kind === 'spent' || kind === 'unknown') throw refreshRefused(machine);
  checkClient(machine, sent);
  if (kind === 'grace') arrival.graceRefresh = true;
  const pair = tokens.renew(sent.refresh_token, machine.now());
  if (!pair) throw refreshRefused(machine);
  return pair;
}

function checkClient({ tokens: { client } }: Machine, { client_id, client_secret }: Credentials): void {
  if (client_id === client.clientId && client_secret === client.clientSecret) return;
  throw refused(401, 'UnAuthorized!', 'Invalid client credentials');
}

/** What a dead refresh token hears is not reported: the endpoint's own style, or the standard's that clients match. */
const refreshRefused = ({ switches }: Machine) =>
  switches.refusedRefresh === 'unauthorized'
    ? refused(401, 'UnAuthorized!', 'Refresh token not found')
    : refused(400, 'invalid_grant', 'The refresh token is invalid');

/** This endpoint's refusals carry no status in their body. */
const refused = (status: ContentfulStatusCode, error: string, error_description: string) =>
  new Refusal(status, { statusCode: undefined, error, error_description });
