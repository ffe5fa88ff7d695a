import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Grant, RouteAccess } from './auth.ts';
import type { Contact } from './contact.ts';
import { badRequest, missingRecord } from './http-error.ts';
import type { Ids } from './ids.ts';
import type { TokenStore } from './oauth/token-store.ts';
import type { LocationRecords, NamedRecord, Store } from './store.ts';
import type { Switches } from './switches.ts';
import { type Parsed, parse, type Shape } from './validation.ts';

/** One authorized request with the location it is about and the state it works on. */
export interface Call {
  readonly store: Store;
  readonly switches: Readonly<Switches>;
  readonly ids: Ids;
  readonly now: number;
  readonly url: URL;
  readonly version: string;
  readonly grant: Grant;
  readonly tokens: TokenStore;
  readonly records: LocationRecords;
  param(name: string): string;
  traceId(): string;
}

export interface Route extends RouteAccess {
  /** `METHOD /path/{param}` */
  readonly route: string;
  readonly hasLocationId: boolean;
  /** Whether a query without locationId is a 403 instead of a 422. */
  readonly locationRequired: boolean;
  readonly acceptsForm: boolean;
  run(call: Call, query: Readonly<Record<string, string>>, body: unknown): unknown;
  status(switches: Readonly<Switches>): ContentfulStatusCode;
}

interface RouteDefinition<Q extends Shape, B extends Shape> {
  readonly route: `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`;
  readonly scope: string;
  readonly agency?: RouteAccess['agency'];
  readonly status?: 201 | ((switches: Readonly<Switches>) => ContentfulStatusCode);
  /** If given, a query with other parameters is rejected; otherwise the query is ignored. */
  readonly query?: Q;
  readonly body?: B;
  readonly locationRequired?: true;
  /** Whether the body may be a form as well as JSON. */
  readonly acceptsForm?: true;
  /** Called before the query is validated. */
  checkFirst?(query: Readonly<Record<string, unknown>>): void;
  /** Called if the body is invalid, before the error is sent. */
  onInvalidBody?(call: Call, body: unknown): void;
  handle(call: Call, input: { query: Parsed<Q>; body: Parsed<B> }): unknown;
}

export function route<const Q extends Shape, const B extends Shape>(definition: RouteDefinition<Q, B>): Route {
  const { query, body, status = 200 } = definition;
  return {
    route: definition.route,
    scope: definition.scope,
    agency: definition.agency ?? 'refused',
    hasLocationId: Object.hasOwn({ ...query, ...body }, 'locationId'),
    locationRequired: definition.locationRequired ?? false,
    acceptsForm: definition.acceptsForm ?? false,
    status: typeof status === 'function' ? status : () => status,
    run(call, query, body) {
      definition.checkFirst?.(query);
      return definition.handle(call, parseInput(definition, call, query, body));
    },
  };
}

function parseInput<Q extends Shape, B extends Shape>(
  definition: RouteDefinition<Q, B>,
  call: Call,
  query: unknown,
  body: unknown,
) {
  try {
    return { query: parseOptional(definition.query, query), body: parseOptional(definition.body, body) };
  } catch (error) {
    definition.onInvalidBody?.(call, body);
    throw error;
  }
}

/** Without a shape the input is ignored. */
const parseOptional = <S extends Shape>(shape: S | undefined, value: unknown): Parsed<S> =>
  parse(shape ?? ({} as S), shape ? value : {});

/** The documented status of a POST that creates nothing, or the default of Nest if the switch says so. */
export const postStatus =
  (documented: ContentfulStatusCode) =>
  (switches: Readonly<Switches>): ContentfulStatusCode =>
    switches.postStatus === 'documented' ? documented : switches.postStatus;

/** The contact in the path. */
export function requireContact(call: Call): Contact {
  const id = call.param('contactId');
  const contact = call.store.contacts.get(id);
  if (contact && !contact.deleted) return contact;
  throw missingRecord('Contact', id, call.switches.missingContact);
}

/** The record with this id. The error for a missing one is not reported; 400 is what the API uses elsewhere. */
export function requireNamed(kind: string, items: readonly NamedRecord[], id: string): NamedRecord {
  const item = items.find((record) => record.id === id);
  if (item) return item;
  throw badRequest(`${kind} with id ${id} not found`);
}

/** One page of a list; query parameters are text. */
export const page = <T>(items: readonly T[], skip: number | string, limit: number | string): T[] =>
  items.slice(Number(skip), Number(skip) + Number(limit));

/** Called after a task or note was written. */
export function touchContact(call: Call, contact: Contact): void {
  if (call.switches.activityTouchesContact) call.store.save({ ...contact, dateUpdated: call.now }, call.now);
}
