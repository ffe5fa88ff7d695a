import { createApi } from '../../src/api/client.ts';
import { fixedCredential } from '../../src/api/credentials.ts';
import type { Endpoint } from '../../src/api/endpoint.ts';
import { SCOPES } from '../../src/api/scopes.ts';
import type { HttpRequest, HttpResponse, Transport } from '../../src/api/transport/types.ts';
import type { Api, ApiOptions } from '../../src/api/types.ts';
import type { Json } from '../../src/lib/json.ts';
import { silent } from '../../src/lib/log.ts';
import { endpoints } from '../../src/tools/index.ts';

export const TOKEN = 'pit-00000000-0000-4000-8000-000000000000';
export const PERSON = 'aaaaaaaaaaaaaaaaaaaa';

/** The request layer over a given transport. */
export const layer = (options: Pick<ApiOptions, 'transport'> & Partial<ApiOptions>): Api =>
  createApi({
    baseUrl: 'http://sandbox.invalid',
    credential: fixedCredential({ token: TOKEN, locationId: 'bbbbbbbbbbbbbbbbbbbb' }),
    scopes: SCOPES,
    timeoutMs: 30_000,
    log: silent,
    random: () => 0.5,
    ...options,
  });

export function named(name: string): Endpoint {
  const found = endpoints.find((endpoint) => endpoint.name === name);
  if (!found) throw new Error(`no endpoint ${name}`);
  return found;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: Json;
}

/** A success with the keys of every endpoint, about the contact in the path. */
function success(path: string, nth: number): Json {
  const [, contactId = PERSON] = path.match(/^\/contacts\/(\w{20})\b/) ?? [];
  const lists = ['contacts', 'tasks', 'notes', 'events', 'tags', 'users'].map((key) => [key, []]);
  return { ...Object.fromEntries(lists), succeeded: true, contact: { id: contactId }, note: { id: `note${nth}` } };
}

/** A transport with scripted replies, and the requests it received. */
export function scripted(reply: (request: HttpRequest, nth: number) => Reply | Promise<Reply>) {
  const asked: string[] = [];
  const transport: Transport = async (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    const nth = asked.length;
    const { status = 200, headers = {}, body } = await reply(request, nth);
    const text = body ?? (status < 300 ? success(new URL(request.url).pathname, nth) : {});
    return { status, headers, body: bytes(JSON.stringify(text)) } satisfies HttpResponse;
  };
  return { transport, asked };
}

async function* bytes(text: string) {
  yield new TextEncoder().encode(text);
}

/** The state of a promise, without waiting for it. */
export function watch(promise: Promise<unknown>) {
  const seen: { done?: unknown; failed?: string } = {};
  promise.then(
    (value) => {
      seen.done = value ?? true;
    },
    (error: Error) => {
      seen.failed = error.message;
    },
  );
  return seen;
}
