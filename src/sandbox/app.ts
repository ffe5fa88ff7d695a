import type { Context, MiddlewareHandler } from 'hono';
import { Hono } from 'hono/tiny';
import { bearerToken, checkLocationAccess, checkScope, checkVersion, type Grant, requireGrant } from './auth.ts';
import type { Backend, RecordedRequest } from './backend.ts';
import { readBody } from './body.ts';
import { forbidden, HttpError, routeNotFound, unauthorized } from './http-error.ts';
import { CONSENT_PATHS, handleConsent } from './oauth/consent.ts';
import { handleTokenRequest } from './oauth/token-endpoint.ts';
import { type Call, postStatus, type Route } from './route.ts';
import { routes } from './routes/index.ts';
import { oauthRoutes } from './routes/oauth.ts';
import type { LocationRecords } from './store.ts';
import { isRecord } from './validation.ts';

interface Env {
  Variables: { recorded: RecordedRequest };
}

/** The HTTP API of one backend. Middleware runs in the order of registration: requests are recorded first. */
export function createApi(backend: Backend): Hono<Env> {
  const api = new Hono<Env>({ strict: false });
  api.use(recordRequest(backend));
  api.use(backend.faults.middleware);
  api.use(limitRate(backend));
  const allRoutes = literalPathsFirst([...routes, ...oauthRoutes]);
  for (const route of allRoutes) {
    const [method = '', path = ''] = route.route.split(' ');
    api.on(method, path.replace(/\{(\w+)\}/g, ':$1').replace(/\/$/, ''), (c) => handleRoute(backend, route, c));
  }
  for (const path of CONSENT_PATHS) api.get(path, (c) => handleConsent(backend, c));
  api.post('/oauth/token', async (c) => {
    const isV3 = c.req.header('Version') === 'v3';
    const response = handleTokenRequest(backend, c.get('recorded'), await readBody(c, true), isV3);
    return c.json(response, postStatus(200)(backend.switches));
  });
  const knownPaths = allRoutes.map(patternOf);
  api.notFound((c) => {
    // Recorded: a path that differs from a known one only in case is rejected as unauthorized.
    if (knownPaths.some((pattern) => pattern.test(`${c.req.method} ${c.req.path}`)))
      return errorResponse(backend, c, unauthorized('Unauthorized'));
    if (backend.switches.unknownRoute === 'empty') return c.body(null, 404);
    return errorResponse(backend, c, routeNotFound(c.req.method, pathAndQuery(c)));
  });
  api.onError((error, c) => {
    if (error instanceof HttpError) return errorResponse(backend, c, error);
    throw error;
  });
  return api;
}

/** `/contacts/business/…` before `/contacts/{contactId}/…`, `campaigns/removeAll` before `campaigns/{campaignId}`. */
const literalPathsFirst = (unsorted: readonly Route[]) =>
  unsorted
    .map((route) => ({ route, key: route.route.replace(/\{\w+\}/g, '~') }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ route }) => route);

const patternOf = ({ route }: Route) => new RegExp(`^${route.replace(/\{\w+\}/g, '[^/]+').replace(/\/$/, '')}/?$`, 'i');

function recordRequest(backend: Backend): MiddlewareHandler<Env> {
  return async (c, next) => {
    const recorded = backend.recordRequest(c.req.method, pathAndQuery(c));
    c.set('recorded', recorded);
    // The same clock as for stored dates, however it was advanced.
    c.header('Date', new Date(backend.now()).toUTCString());
    await next();
    // A broken connection throws before this line and leaves status 0.
    recorded.status = c.res.status;
  };
}

function limitRate(backend: Backend): MiddlewareHandler {
  return async (c, next) => {
    const token = bearerToken(c.req.header('Authorization'));
    const grant = backend.grantOf(token);
    const key = `${token} ${grant?.locationId ?? grant?.companyId ?? ''}`;
    const quota = backend.limiter.consume(key, backend.now());
    for (const [name, value] of Object.entries(quota.headers)) c.header(name, value);
    if (quota.allowed) return next();
    if (backend.switches.retryAfter) c.header('Retry-After', String(quota.retryAfterSeconds));
    return errorResponse(backend, c, new HttpError(429, { message: 'Too Many Requests' }));
  };
}

/** Checks token, version, scope, class of token, location and body in this order, and reports the first failure. */
async function handleRoute(backend: Backend, route: Route, c: Context): Promise<Response> {
  const token = bearerToken(c.req.header('Authorization'));
  const grant = requireGrant(backend.grantOf(token), token);
  const version = checkVersion(c.req.header('Version'));
  checkScope(grant, token, route);
  const input = { params: c.req.param(), query: c.req.query(), body: await readBody(c, route.acceptsForm) };
  const call: Call = {
    store: backend.store,
    switches: backend.switches,
    ids: backend.ids,
    now: backend.now(),
    url: new URL(c.req.url),
    version,
    grant,
    tokens: backend.tokens,
    records: resolveLocation(backend, route, grant, input),
    param: (name) => input.params[name] ?? '',
    traceId: backend.traceId,
  };
  return c.json(route.run(call, input.query, input.body), route.status(backend.switches));
}

interface RequestInput {
  readonly params: Record<string, string>;
  readonly query: Record<string, string>;
  readonly body: unknown;
}

/** The token must cover every location named in the request and the location of the contact in the path. */
function resolveLocation(
  { store }: Backend,
  route: Route,
  grant: Grant,
  { params, query, body }: RequestInput,
): LocationRecords {
  const inBody = isRecord(body) ? body.locationId : undefined;
  const named = route.hasLocationId ? [query.locationId, inBody] : [];
  // Recorded for the plain list: a missing locationId is reported as a token without access.
  if (route.locationRequired && !query.locationId) throw forbidden();
  const contact = store.contacts.get(params.contactId ?? '');
  const requestedIds = [params.locationId, ...named, contact?.locationId].filter(
    (id): id is string => typeof id === 'string' && id !== '',
  );
  for (const id of requestedIds) {
    checkLocationAccess(grant, { id, companyId: store.locations.get(id)?.location.companyId });
  }
  const ofCompany = () => [...store.locations.values()].find(({ location }) => location.companyId === grant.companyId);
  const records = store.locations.get(requestedIds[0] ?? grant.locationId ?? '') ?? ofCompany();
  if (!records) throw forbidden();
  return records;
}

function errorResponse(backend: Backend, c: Context, { status, body, hasTraceId }: HttpError): Response {
  return c.json({ ...body, ...(hasTraceId && { traceId: backend.traceId() }) }, status);
}

function pathAndQuery(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
}
