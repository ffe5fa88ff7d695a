import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bearer, checkReach, checkScope, checkVersion, type Grant, knownGrant } from './auth.ts';
import { isRecord } from './dto.ts';
import type { Machine } from './machine.ts';
import { badRequest, forbidden, Refusal, routeNotFound, tooLarge } from './refusal.ts';
import type { Call, Route } from './route.ts';
import { routes } from './routes/index.ts';
import type { Office } from './store.ts';

/** Nest's default; whether HighLevel raises it is not known. */
const MAX_BODY_BYTES = 100 * 1024;

/** The API of one machine. Middleware runs in the order of registration: the arrival is recorded before all else. */
export function createApi(machine: Machine): Hono {
  const api = new Hono({ strict: false });
  api.use(recordArrival(machine));
  api.use(machine.faults.middleware);
  api.use(limitRate(machine));
  for (const each of literalsFirst(routes)) {
    const [method = '', path = ''] = each.route.split(' ');
    api.on(method, path.replace(/\{(\w+)\}/g, ':$1').replace(/\/$/, ''), (c) => answer(machine, each, c));
  }
  api.notFound((c) => refuse(machine, c, routeNotFound(c.req.method, pathAndQuery(c))));
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

function recordArrival(machine: Machine): MiddlewareHandler {
  return async (c, next) => {
    const arrival = machine.arrived(c.req.method, pathAndQuery(c));
    // A broken connection throws its way out, and leaves the 0.
    arrival.status = 0;
    await next();
    arrival.status = c.res.status;
    // One clock for what is said and what is stored, however it was moved.
    c.res.headers.set('Date', new Date(machine.now()).toUTCString());
  };
}

function limitRate(machine: Machine): MiddlewareHandler {
  return async (c, next) => {
    const token = bearer(c.req.header('Authorization'));
    const grant = machine.grants.get(token);
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
  const grant = knownGrant(machine.grants, token);
  const version = checkVersion(c.req.header('Version'));
  checkScope(grant, token, route);
  const sent = { params: c.req.param(), query: c.req.query(), body: await readBody(c) };
  const call: Call = {
    store: machine.store,
    switches: machine.switches,
    ids: machine.ids,
    now: machine.now(),
    url: new URL(c.req.url),
    version,
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

async function readBody(c: Context): Promise<unknown> {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return {};
  const text = await c.req.text();
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) throw tooLarge();
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}

function refuse(machine: Machine, c: Context, { status, body, traced }: Refusal): Response {
  return c.json({ ...body, ...(traced && { traceId: machine.traceId() }) }, status);
}

function pathAndQuery(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
}
