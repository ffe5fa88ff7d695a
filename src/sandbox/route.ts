import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Grant, RouteAccess } from './auth.ts';
import type { Contact } from './contact.ts';
import { badRequest, missingRecord } from './http-error.ts';
import type { Ids } from './ids.ts';
import type { TokenStore } from './oauth/token-store.ts';
import type { LocationData, NamedRecord, Store } from './store.ts';
import type { Switches } from './switches.ts';
import { type Parsed, parse, type Shape } from './validation.ts';

/** One request that has passed the doors: who asks, for which location, and what there is to work with. */
export interface Call {
  readonly store: Store;
  readonly switches: Readonly<Switches>;
  readonly ids: Ids;
  readonly now: number;
  readonly url: URL;
  readonly version: string;
  readonly grant: Grant;
  readonly tokens: TokenStore;
  readonly locationData: LocationData;
  param(name: string): string;
  traceId(): string;
}

export interface Route extends RouteAccess {
  /** `METHOD /path/{param}` */
  readonly route: string;
  readonly hasLocationId: boolean;
  /** Whether a query without locationId is a 403 and no 422. */
  readonly locationRequired: boolean;
  readonly acceptsForm: boolean;
  run(call: Call, query: unknown, body: unknown): unknown;
  status(switches: Readonly<Switches>): ContentfulStatusCode;
}

interface RouteDefinition<Q extends Shape, B extends Shape> {
  readonly route: `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`;
  readonly scope: string;
  readonly agency?: RouteAccess['agency'];
  readonly status?: 201 | ((switches: Readonly<Switches>) => ContentfulStatusCode);
  /** Where given, the query is strict: what it does not name is refused. */
  readonly query?: Q;
  readonly body?: B;
  readonly locationRequired?: true;
  /** Whether the body may be a form as well as JSON. */
  readonly acceptsForm?: true;
  /** Where given: what is looked at before the query is checked. */
  checkFirst?(query: Readonly<Record<string, unknown>>): void;
  /** Where given: what happens all the same when the body is refused. */
  onInvalidBody?(call: Call, sent: unknown): void;
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
    run(call, sentQuery, sentBody) {
      const sent = { query: query ? sentQuery : {}, body: body ? sentBody : {} };
      definition.checkFirst?.((sentQuery ?? {}) as Record<string, unknown>);
      try {
        parse((query ?? {}) as Q, sent.query);
        parse((body ?? {}) as B, sent.body);
      } catch (refusal) {
        definition.onInvalidBody?.(call, sent.body);
        throw refusal;
      }
      return definition.handle(call, { query: sent.query as Parsed<Q>, body: sent.body as Parsed<B> });
    },
  };
}

/** The documented status of a POST that creates nothing, unless the sandbox plays Nest's default. */
export const postStatus =
  (documented: ContentfulStatusCode) =>
  (switches: Readonly<Switches>): ContentfulStatusCode =>
    switches.postStatus === 'documented' ? documented : switches.postStatus;

/** The contact in the path. A missing one is a bad request here, not a 404. */
export function requireContact(call: Call): Contact {
  const id = call.param('contactId');
  const contact = call.store.contacts.get(id);
  if (contact && !contact.deleted) return contact;
  throw missingRecord('Contact', id, call.switches.missingContact);
}

/** What answers an id that names no campaign, workflow or business is not reported; a 400 is the house style. */
export function requireNamed(kind: string, items: readonly NamedRecord[], id: string): NamedRecord {
  const item = items.find((each) => each.id === id);
  if (item) return item;
  throw badRequest(`${kind} with id ${id} not found`);
}

/** After a task or note was written. */
export function touchContact(call: Call, contact: Contact): void {
  if (call.switches.activityTouchesContact) call.store.save({ ...contact, dateUpdated: call.now }, call.now);
}
