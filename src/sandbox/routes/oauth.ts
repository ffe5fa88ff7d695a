import { forbidden, removedInV3, routeNotFound } from '../http-error.ts';
import { withCamelCase } from '../oauth/key-case.ts';
import { tokenResponse } from '../oauth/token-response.ts';
import { type Call, page, route } from '../route.ts';
import type { Location } from '../store.ts';
import { nonEmpty, numericText, oneOf, optional, type Parsed, string } from '../validation.ts';

/** The app id is the first part of the client id. */
const appIdOf = ({ tokens }: Call): string => tokens.client.clientId.slice(0, 24);

/** The address in one line. The OpenAPI description requires it, so it is empty for a location without one. */
const addressOf = ({ address, city, state, postalCode, country }: Location): string =>
  [address, city, [state, postalCode].filter(Boolean).join(' '), country].filter(Boolean).join(', ');

const booleanText = oneOf('true', 'false');

const INSTALLED_QUERY = {
  companyId: nonEmpty,
  appId: nonEmpty,
  query: optional(string),
  isInstalled: optional(booleanText),
  onTrial: optional(booleanText),
  planId: optional(string),
  versionId: optional(string),
  locationId: optional(string),
};

/** The paths of v3 do not exist in earlier versions. */
function requireV3({ version, url }: Call, method: string): void {
  if (version !== 'v3') throw routeNotFound(method, url.pathname + url.search);
}

function issueLocationToken(call: Call, { companyId, locationId }: { companyId: string; locationId: string }) {
  const { grant, tokens } = call;
  if (companyId !== grant.companyId) throw forbidden();
  const { userId, versionId = appIdOf(call) } = grant;
  // The two scopes are added without a request.
  const scopes = new Set([...grant.scopes, 'oauth.readonly', 'oauth.write']);
  const pair = tokens.issuePair(
    { scopes, userType: 'Location', companyId, locationId, versionId, ...(userId && { userId }) },
    call.now,
  );
  // Recorded: 86400, while the other token responses have 86399.
  const response = tokenResponse(pair, tokens.ttlMs + 1000);
  return { ...response, appId: appIdOf(call), versionId, traceId: call.traceId() };
}

/** An agency installs the app in all of its locations, without plan and trial. */
function installedLocations(call: Call, query: Parsed<typeof INSTALLED_QUERY>) {
  const { companyId, appId, locationId, query: name = '' } = query;
  if (companyId !== call.grant.companyId) throw forbidden();
  if (appId !== appIdOf(call) || query.isInstalled === 'false' || query.onTrial === 'true' || query.planId) return [];
  return call.store
    .locationsOf(companyId)
    .filter((each) => !locationId || each.id === locationId)
    .filter((each) => each.name.toLowerCase().includes(name.toLowerCase()))
    .map((each) => ({ _id: each.id, name: each.name, address: addressOf(each), isInstalled: true }));
}

export const oauthRoutes = [
  route({
    route: 'POST /oauth/locationToken',
    scope: 'oauth.write',
    agency: 'required',
    acceptsForm: true,
    // Documented as 200, measured as 201.
    status: 201,
    body: { companyId: nonEmpty, locationId: nonEmpty },
    handle: (call, { body }) => issueLocationToken(call, body),
  }),

  route({
    route: 'POST /oauth/location-token',
    scope: 'oauth.write',
    agency: 'required',
    acceptsForm: true,
    status: 201,
    body: { companyId: nonEmpty, locationId: nonEmpty },
    handle(call, { body }) {
      requireV3(call, 'POST');
      return withCamelCase(issueLocationToken(call, body));
    },
  }),

  route({
    route: 'GET /oauth/installedLocations',
    scope: 'oauth.readonly',
    agency: 'required',
    query: { ...INSTALLED_QUERY, skip: optional(numericText(0)), limit: optional(numericText(1)) },
    handle(call, { query }) {
      const { skip = 0, limit = 20 } = query;
      if (call.version === 'v3' && call.switches.installedLocationsUnderV3 === 'removed') throw removedInV3(call.url);
      const found = installedLocations(call, query);
      const locations = page(found, skip, limit);
      return { locations, count: found.length, installToFutureLocations: true, traceId: call.traceId() };
    },
  }),

  route({
    route: 'GET /oauth/installed-locations',
    scope: 'oauth.readonly',
    agency: 'required',
    query: { ...INSTALLED_QUERY, pageSize: optional(numericText(1)), pageToken: optional(numericText(0)) },
    handle(call, { query }) {
      requireV3(call, 'GET');
      const { pageSize = 20, pageToken = 0 } = query;
      const found = installedLocations(call, query);
      const next = Number(pageToken) + Number(pageSize);
      return {
        items: page(found, pageToken, pageSize),
        pagination: next < found.length ? { nextPageToken: String(next) } : {},
        metadata: { count: found.length, installToFutureLocations: true },
        traceId: call.traceId(),
      };
    },
  }),
];
