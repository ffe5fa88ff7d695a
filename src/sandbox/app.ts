import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bearer, checkReach, checkScope, checkVersion, type Grant, knownGrant } from './auth.ts';
import { readBody } from './body.ts';
import { isRecord } from './dto.ts';
import type { Arrival, Machine } from './machine.ts';
import { CONSENT_PATHS, consent } from './oauth/consent.ts';
import { token } from './oauth/token.ts';
import { forbidden, Refusal, routeNotFound, unauthorized } from './refusal.ts';
import { type Call, postStatus, type Route } from './route.ts';
import { routes } from './routes/index.ts';
import { oauthRoutes } from './routes/oauth.ts';
import type { Office } from './store.ts';

interface Env {
  Variables: { arrival: Arrival };
}

/** The API of one machine. Middleware runs in the order of registration: the arrival is recorded before all else. */
export function createApi(machine: Machine): Hono<Env> {
  const api = new Hono<Env>({ strict: false });
  api.use(recordArrival(machine));
  api.use(machine.faults.middleware);
  api.use(limitRate(machine));
  const all = literalsFirst([...routes, ...oauthRoutes]);
  for (const each of all) {
    const [method = '', path = ''] = each.route.split(' ');
    api.on(method, path.replace(/\{(\w+)\}/g, ':$1').replace(/\/$/, ''), (c) => answer(machine, each, c));
  }
  for (const path of CONSENT_PATHS) api.get(path, (c) => consent(machine, c));
  api.post('/oauth/token', async (c) =>
    c.json(token(machine, c.get('arrival'), await readBody(c, true)), postStatus(200)(machine.switches)),
  );
  const spelt = all.map(patternOf);
  api.notFound((c) => {
    // Recorded: a path that only differs in case is taken for a bad sign-in.
    if (spelt.some((pattern) => pattern.test(`${c.req.method} ${c.req.path}`)))
      return refuse(machine, c, unauthorized('Unauthorized'));
    if (machine.switches.unknownRoute === 'empty') return c.body(null, 404);
    return refuse(machine, c, routeNotFound(c.req.method, pathAndQuery(c)));
  });
  api.onError((error, c) => {
    if (error instanceof Refusal) return refuse(machine, c, error);
    throw error;
  });
  return api;
}

/** `/contacts/business/…` before `/contacts/{contactId}/…`, `campaigns/removeAll` before `campaigns/{campaignId}`. */
const literalsFirst = (all: readonly Route[]) =>
  all
    .map((each) => ({ each, key: each.route.replace(/\{\w+\}/g, '~') }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ each }) => each);

const patternOf = ({ route }: Route) => new RegExp(`^${route.replace(/\{\w+\}/g, '[^/]+').replace(/\/$/, '')}/?$`, 'i');

function recordArrival(machine: Machine): MiddlewareHandler<Env> {
  return async (c, next) => {
    const arrival = machine.arrived(c.req.method, pathAndQuery(c));
    // A broken connection throws its way out, and leaves the 0.
    arrival.status = 0;
    c.set('arrival', arrival);
    // One clock for what is said and what is stored, however it was moved.
    c.header('Date', new Date(machine.now()).toUTCString());
    await next();
    arrival.status = c.res.status;
  };
}

function limitRate(machine: Machine): MiddlewareHandler {
  return async (c, next) => {
    const token = bearer(c.req.header('Authorization'));
    const grant = machine.grantOf(token);
    const quota = machine.limiter.take(`${token} ${grant?.locationId ?? grant?.companyId ?? ''}`, machine.now());
    for (const [name, value] of Object.entries(quota.headers)) c.header(name, value);
    if (quota.allowed) return next();
    if (machine.switches.retryAfter) c.header('Retry-After', String(quota.retryAfterSeconds));
    return refuse(machine, c, new Refusal(429, { message: 'Too Many Requests' }));
  };
}

/** Token, version, scope and class of token, location, body: whatever fails first is what the client hears of. */
async function answer(machine: Machine, route: Route, c: Context): Promise<Response> {
  const token = bearer(c.req.header('Authorization'));
  const grant = knownGrant(machine.grantOf(token), token);
  const version = checkVersion(c.req.header('Version'));
  checkScope(grant, token, route);
  const sent = { params: c.req.param(), query: c.req.query(), body: await readBody(c, route.form) };
  const call: Call = {
    store: machine.store,
    switches: machine.switches,
    ids: machine.ids,
    now: machine.now(),
    url: new URL(c.req.url),
    version,
    grant,
    tokens: machine.tokens,
    office: reachedOffice(machine, route, grant, sent),
    param: (name) => sent.params[name] ?? '',
    traceId: machine.traceId,
  };
  return c.json(route.run(call, sent.query, sent.body), route.status(machine.switches));
}

interface Sent {
  readonly params: Record<string, string>;
  readonly query: Record<string, string>;
  readonly body: unknown;
}

/** A location named anywhere in the request, and the location of the contact in the path, must be the token's. */
function reachedOffice({ store }: Machine, route: Route, grant: Grant, { params, query, body }: Sent): Office {
  const inBody = isRecord(body) ? body.locationId : undefined;
  const named = route.namesLocation ? [query.locationId, inBody] : [];
  // Recorded of the plain list: the token is blamed for a location that is not named.
  if (route.locationRequired && !query.locationId) throw forbidden();
  const contact = store.contacts.get(params.contactId ?? '');
  const asked = [params.locationId, ...named, contact?.locationId].filter((id) => typeof id === 'string' && id !== '');
  for (const id of asked) {
    checkReach(grant, { id: String(id), companyId: store.offices.get(String(id))?.location.companyId });
  }
  const ofCompany = () => [...store.offices.values()].find(({ location }) => location.companyId === grant.companyId);
  const office = store.offices.get(String(asked[0] ?? grant.locationId)) ?? ofCompany();
  if (!office) throw forbidden();
  return office;
}

function refuse(machine: Machine, c: Context, { status, body, traced }: Refusal): Response {
  return c.json({ ...body, ...(traced && { traceId: machine.traceId() }) }, status);
}

function pathAndQuery(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
}
