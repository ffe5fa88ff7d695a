import { forbidden, removedInV3 } from '../http-error.ts';
import { tokenResponse } from '../oauth/token-response.ts';
import { type Call, page, route } from '../route.ts';
import type { Location } from '../store.ts';
import { nonEmpty, numericText, oneOf, optional, string } from '../validation.ts';

/** The app id is the first part of the client id. */
const appIdOf = ({ tokens }: Call): string => tokens.client.clientId.slice(0, 24);

/** The address in one line. The OpenAPI description requires it, so it is empty for a location without one. */
const addressOf = ({ address, city, state, postalCode, country }: Location): string =>
  [address, city, [state, postalCode].filter(Boolean).join(' '), country].filter(Boolean).join(', ');

const booleanText = oneOf('true', 'false');

export const oauthRoutes = [
  route({
    route: 'POST /oauth/locationToken',
    scope: 'oauth.write',
    agency: 'required',
    acceptsForm: true,
    // Documented as 200, measured as 201.
    status: 201,
    body: { companyId: nonEmpty, locationId: nonEmpty },
    handle(call, { body: { companyId, locationId } }) {
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
    },
  }),

  route({
    route: 'GET /oauth/installedLocations',
    scope: 'oauth.readonly',
    agency: 'required',
    query: {
      companyId: nonEmpty,
      appId: nonEmpty,
      skip: optional(numericText(0)),
      limit: optional(numericText(1)),
      query: optional(string),
      isInstalled: optional(booleanText),
      onTrial: optional(booleanText),
      planId: optional(string),
      versionId: optional(string),
      locationId: optional(string),
    },
    handle(call, { query }) {
      const { companyId, appId, skip = 0, limit = 20, query: name = '', locationId } = query;
      if (call.version === 'v3' && call.switches.installedLocationsUnderV3 === 'removed') throw removedInV3(call.url);
      if (companyId !== call.grant.companyId) throw forbidden();
      // An agency installs the app in all of its locations, without plan and trial.
      const installed =
        appId === appIdOf(call) && query.isInstalled !== 'false' && query.onTrial !== 'true' && !query.planId;
      const found = call.store
        .locationsOf(companyId)
        .filter(
          (location) =>
            installed &&
            (!locationId || location.id === locationId) &&
            location.name.toLowerCase().includes(name.toLowerCase()),
        );
      const locations = page(found, skip, limit).map((location) => ({
        _id: location.id,
        name: location.name,
        address: addressOf(location),
        isInstalled: true,
      }));
      return { locations, count: found.length, installToFutureLocations: true, traceId: call.traceId() };
    },
  }),
];
