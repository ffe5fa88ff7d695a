import type * as z from 'zod';
import { UserError } from '../lib/errors.ts';
import type { Json } from '../lib/json.ts';
import type { Scope } from './scopes.ts';
import type { ReconcileStrategy } from './write/settlement.ts';

/**
 * What a tool does to the CRM. Written on every record and never derived from the HTTP verb: a search is a POST that
 * reads. It alone decides the four hints a host sees; `enrol` may message a customer, hence the open world.
 */
export const EFFECTS = {
  read: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  create: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  update: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  delete: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  enrol: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
} as const;
export type Effect = keyof typeof EFFECTS;

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** The tool half of a record: what a host is shown and the gate decides by. */
export interface ToolFace {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly scope: Scope;
  readonly effect: Effect;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
}

/** How the rows of a list are shown and where the next page begins. */
export interface ListShape {
  /** Envelope key that holds the rows. */
  readonly key: string;
  readonly row: (raw: Json) => Json;
  /** Row keys shown unless `fields` names others; all of them where absent. */
  readonly fields?: readonly string[];
  /** True where the API sends everything at once: `limit` and `skip` are ours and never sent. */
  readonly whole?: true;
  /** Arguments of the next call, given the last row shown; undefined at the end. */
  readonly next: (page: Page) => Json | undefined;
}

export interface Page {
  readonly args: Json;
  readonly data: Json;
  /** The last row shown, as the API sent it. */
  readonly last: Json;
  /** Rows shown so far from the start of the list, by `skip`. */
  readonly reached: number;
  /** False when rows of this answer were left out for size. */
  readonly complete: boolean;
}

/** What an answer of success holds; a 2xx that holds anything else is unreadable. Lists are told by their `list`. */
export type AnswerShape =
  /** An array under this key. */
  | { readonly rows: string; readonly shows?: Shows }
  /** An object with an id under this key; the same id as this argument, where one is named. */
  | { readonly one: string; readonly id?: string; readonly orNull?: true; readonly shows?: Shows }
  /** No more than that it succeeded, and rows about no others than were asked for. */
  | { readonly succeeded: true; readonly shows?: Shows };
/** Whether an answer can be about this call. */
export type Shows = (data: Json, args: Json) => boolean;

export interface Endpoint extends ToolFace {
  /** `POST /contacts/{contactId}/notes`: every `{name}` is a key of `input`, or the server's own `locationId`. */
  readonly route: `${Method} /${string}`;
  /** `Version` header where it differs from the client's. */
  readonly version?: string;
  /** True where the API wants `locationId` in the query or body (in the path it needs no flag). */
  readonly locationId?: true;
  /** True where the API wants a JSON body even when there is nothing to say. */
  readonly body?: true;
  /** Arguments that take a local time and are sent with an offset. */
  readonly times?: readonly string[];
  /** Argument that takes a phone in any spelling and is sent in E.164. */
  readonly phone?: string;
  /** Turns arguments into what the API wants to hear; pure. */
  readonly request?: (args: Json) => Json;
  /** Turns an answer into what the model should read; pure. */
  readonly present?: (data: Json, args: Json) => Json;
  /** Sentences about an answer that the model should know beside it; pure. */
  readonly remarks?: (data: Json, args: Json) => readonly string[];
  readonly list?: ListShape;
  readonly answer?: AnswerShape;
  /** How a write whose answer was lost is settled; every write names one. */
  readonly reconcile?: ReconcileStrategy;
}

type Placeholders<R extends string> = R extends `${string}{${infer P}}${infer Rest}` ? P | Placeholders<Rest> : never;

/** Identity, so that a placeholder missing from `input` is a compile error at the record. */
export function endpoint<const R extends Endpoint['route'], I extends z.ZodObject>(
  record: Omit<Endpoint, 'route' | 'input'> & {
    readonly route: Placeholders<R> extends (keyof I['shape'] & string) | 'locationId' ? R : never;
    readonly input: I;
  },
): Endpoint {
  return record as Endpoint;
}

export interface ApiRequest {
  readonly method: Method;
  /** Path and query, below the base URL. */
  readonly path: string;
  readonly body?: Json;
}

/** Arguments that shape the answer here and are never sent. */
const ours = (endpoint: Endpoint) => (endpoint.list?.whole ? ['fields', 'limit', 'skip'] : ['fields']);

/**
 * The one split rule: names in the route go to the path, the rest to the query for GET and to the JSON body otherwise.
 * @throws UserError where a path value is no id: it could change the path
 */
export function toRequest(endpoint: Endpoint, args: Json, locationId: string): ApiRequest {
  const [method, template] = endpoint.route.split(' ') as [Method, string];
  const rest: Json = { ...(endpoint.request ? endpoint.request(args) : args) };
  for (const name of ours(endpoint)) delete rest[name];
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest[name] ?? (name === 'locationId' ? locationId : undefined);
    delete rest[name];
    return pathSegment(name, value);
  });
  if (endpoint.locationId) rest.locationId = locationId;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const empty = Object.keys(given).length === 0;
  if (method === 'GET') return { method, path: empty ? path : `${path}?${new URLSearchParams(stringValues(given))}` };
  return empty && !endpoint.body ? { method, path } : { method, path, body: given };
}

/** Letters, digits, `-` and `_`: every id shape HighLevel uses, and nothing that a path would read otherwise. */
export const ID = /^[A-Za-z0-9_-]{1,64}$/;
export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);

function pathSegment(name: string, value: unknown): string {
  if (!isId(value)) throw new UserError(`${name} is not an id as HighLevel gives it; nothing was sent.`);
  return encodeURIComponent(value);
}

const stringValues = (values: Json) => Object.fromEntries(Object.entries(values).map(([k, v]) => [k, String(v)]));
