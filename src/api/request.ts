import { UserError } from '../lib/errors.ts';
import type { Json } from '../lib/json.ts';
import { type Endpoint, isId, type Method } from './endpoint.ts';

/** Bytes of a request body: the API refuses more. Of path and query: servers accept 8 to 16 KB. */
const MAX_BODY_BYTES = 100_000;
const MAX_URL_BYTES = 8_000;

export interface PreparedRequest {
  readonly method: Method;
  /** Path and query, below the base URL. */
  readonly path: string;
  /** The body as JSON text. */
  readonly text?: string;
}

/** Arguments as the API takes them, without those that only shape the answer here. Computed once for each call. */
export function sentArgs(endpoint: Endpoint, args: Json): Json {
  const sent = { ...(endpoint.request?.(args) ?? args) };
  const { whole, matches } = endpoint.list ?? {};
  for (const name of ['fields', ...(whole ? ['limit', 'skip'] : []), ...(matches ? ['query'] : [])]) delete sent[name];
  return sent;
}

/**
 * The HTTP request of a call, checked for size: names in the route go to the path, the rest to the query for GET and to the
 * JSON body otherwise.
 * @throws UserError, also if a path value is no id: it could change the path
 */
export function prepareRequest(endpoint: Endpoint, sent: Json, locationId: string): PreparedRequest {
  const [method, template] = endpoint.route.split(' ') as [Method, string];
  const rest = { ...sent };
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest[name] ?? (name === 'locationId' ? locationId : undefined);
    delete rest[name];
    return pathSegment(name, value);
  });
  if (endpoint.locationId) rest.locationId = locationId;
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  if (method === 'GET') {
    const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
    return checkSize({ method, path: query ? `${path}?${query}` : path });
  }
  const hasBody = given.length > 0 || endpoint.body;
  return checkSize({ method, path, ...(hasBody ? { text: JSON.stringify(Object.fromEntries(given)) } : {}) });
}

function checkSize(request: PreparedRequest): PreparedRequest {
  refuseOversized(Buffer.byteLength(request.path), MAX_URL_BYTES);
  refuseOversized(Buffer.byteLength(request.text ?? ''));
  return request;
}

/** @throws UserError for more bytes than one request may have */
export function refuseOversized(bytes: number, max = MAX_BODY_BYTES): void {
  if (bytes > max)
    throw new UserError(
      `These arguments are ${bytes} bytes long; one call may send ${max}. Nothing was sent; shorten or split them.`,
    );
}

function pathSegment(name: string, value: unknown): string {
  if (!isId(value)) throw new UserError(`${name} is not an id as HighLevel gives it; nothing was sent.`);
  return encodeURIComponent(value);
}
