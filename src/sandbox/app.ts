import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bearerToken, checkLocationAccess, checkScope, checkVersion, type Grant, requireGrant } from './auth.ts';
import type { Backend, RecordedRequest } from './backend.ts';
import { readBody } from './body.ts';
import { forbidden, HttpError, routeNotFound, unauthorized } from './http-error.ts';
import { CONSENT_PATHS, handleConsent } from './oauth/consent.ts';
import { handleTokenRequest } from './oauth/token-endpoint.ts';
import { type Call, postStatus, type Route } from './route.ts';
import { routes } from './routes/index.ts';
import { oauthRoutes } from './routes/oauth.ts';
import type { LocationData } from './store.ts';
import { isRecord } from './validation.ts';

interface Env {
  Variables: { arrival: RecordedRequest };
}

/** The API of one machine. Middleware runs in the order of registration: the arrival is recorded before all else. */
export function createApi(machine: Backend): Hono<Env> {
  const api = new Hono<Env>({ strict: false });
  api.use(recordRequest(machine));
  api.use(machine.faults.middleware);
  api.use(limitRate(machine));
  const allRoutes = literalPathsFirst([...routes, ...oauthRoutes]);
  for (const each of allRoutes) {
    const [method = '', path = ''] = each.route.split(' ');
    api.on(method, path.replace(/\{(\w+)\}/g, ':$1').replace(/\/$/, ''), (c) => handleRoute(machine, each, c));
  }
  for (const path of CONSENT_PATHS) api.get(path, (c) => handleConsent(machine, c));
  api.post('/oauth/token', async (c) =>
    c.json(handleTokenRequest(machine, c.get('arrival'), await readBody(c, true)), postStatus(200)(machine.switches)),
  );
  const knownPaths = allRoutes.map(patternOf);
  api.notFound((c) => {
    // Recorded: a path that only differs in case is taken for a bad sign-in.
    if (knownPaths.some((pattern) => pattern.test(`${c.req.method} ${c.req.path}`)))
      return errorResponse(machine, c, unauthorized('Unauthorized'));
    if (machine.switches.unknownRoute === 'empty') return c.body(null, 404);
    return errorResponse(machine, c, routeNotFound(c.req.method, pathAndQuery(c)));
  });
  api.onError((error, c) => {
    if (error instanceof HttpError) return errorResponse(machine, c, error);
    throw error;
  });
  return api;
}

/** `/contacts/business/…` before `/contacts/{contactId}/…`, `campaigns/removeAll` before `campaigns/{campaignId}`. */
const literalPathsFirst = (all: readonly Route[]) =>
  all
    .map((each) => ({ each, key: each.route.replace(/\{\w+\}/g, '~') }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ each }) => each);

const patternOf = ({ route }: Route) => new RegExp(`^${route.replace(/\{\w+\}/g, '[^/]+').replace(/\/$/, '')}/?$`, 'i');

function recordRequest(machine: Backend): MiddlewareHandler<Env> {
  return async (c, next) => {
    const arrival = machine.recordRequest(c.req.method, pathAndQuery(c));
    // A broken connection throws its way out, and leaves the 0.
    arrival.status = 0;
    c.set('arrival', arrival);
    // One clock for what is said and what is stored, however it was moved.
    c.header('Date', new Date(machine.now()).toUTCString());
    await next();
    arrival.status = c.res.status;
  };
}

function limitRate(machine: Backend): MiddlewareHandler {
  return async (c, next) => {
    const token = bearerToken(c.req.header('Authorization'));
    const grant = machine.grantOf(token);
    const quota = machine.limiter.consume(`${token} ${grant?.locationId ?? grant?.companyId ?? ''}`, machine.now());
    for (const [name, value] of Object.entries(quota.headers)) c.header(name, value);
    if (quota.allowed) return next();
    if (machine.switches.retryAfter) c.header('Retry-After', String(quota.retryAfterSeconds));
    return errorResponse(machine, c, new HttpError(429, { message: 'Too Many Requests' }));
  };
}

/** Token, version, scope and class of token, location, body: whatever fails first is what the client hears of. */
async function handleRoute(machine: Backend, route: Route, c: Context): Promise<Response> {
  const token = bearerToken(c.req.header('Authorization'));
  const grant = requireGrant(machine.grantOf(token), token);
  const version = checkVersion(c.req.header('Version'));
  checkScope(grant, token, route);
  const sent = { params: c.req.param(), query: c.req.query(), body: await readBody(c, route.acceptsForm) };
  const call: Call = {
    store: machine.store,
    switches: machine.switches,
    ids: machine.ids,
    now: machine.now(),
    url: new URL(c.req.url),
    version,
    grant,
    tokens: machine.tokens,
    locationData: resolveLocation(machine, route, grant, sent),
    param: (name) => sent.params[name] ?? '',
    traceId: machine.traceId,
  };
  return c.json(route.run(call, sent.query, sent.body), route.status(machine.switches));
}

interface RequestInput {
  readonly params: Record<string, string>;
  readonly query: Record<string, string>;
  readonly body: unknown;
}

/** A location named anywhere in the request, and the location of the contact in the path, must be the token's. */
function resolveLocation(
  { store }: Backend,
  route: Route,
  grant: Grant,
  { params, query, body }: RequestInput,
): LocationData {
  const inBody = isRecord(body) ? body.locationId : undefined;
  const named = route.hasLocationId ? [query.locationId, inBody] : [];
  // Recorded of the plain list: the token is blamed for a location that is not named.
  if (route.locationRequired && !query.locationId) throw forbidden();
  const contact = store.contacts.get(params.contactId ?? '');
  const requestedIds = [params.locationId, ...named, contact?.locationId].filter(
    (id) => typeof id === 'string' && id !== '',
  );
  for (const id of requestedIds) {
    checkLocationAccess(grant, { id: String(id), companyId: store.locations.get(String(id))?.location.companyId });
  }
  const ofCompany = () => [...store.locations.values()].find(({ location }) => location.companyId === grant.companyId);
  const locationData = store.locations.get(String(requestedIds[0] ?? grant.locationId)) ?? ofCompany();
  if (!locationData) throw forbidden();
  return locationData;
}

function errorResponse(machine: Backend, c: Context, { status, body, hasTraceId }: HttpError): Response {
  return c.json({ ...body, ...(hasTraceId && { traceId: machine.traceId() }) }, status);
}

function pathAndQuery(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
}
