import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Door, Grant } from './auth.ts';
import type { Contact } from './contact.ts';
import { type Parsed, parse, type Shape } from './dto.ts';
import type { Ids } from './ids.ts';
import type { Tokens } from './oauth/tokens.ts';
import { badRequest, missing } from './refusal.ts';
import type { Named, Office, Store } from './store.ts';
import type { Switches } from './switches.ts';

/** One request that has passed the doors: who asks, for which location, and what there is to work with. */
export interface Call {
  readonly store: Store;
  readonly switches: Readonly<Switches>;
  readonly ids: Ids;
  readonly now: number;
  readonly url: URL;
  readonly version: string;
  readonly grant: Grant;
  readonly tokens: Tokens;
  readonly office: Office;
  param(name: string): string;
  traceId(): string;
}

export interface Route extends Door {
  /** `METHOD /path/{param}` */
  readonly route: string;
  readonly namesLocation: boolean;
  /** Whether a query without locationId is a 403 and no 422. */
  readonly locationRequired: boolean;
  readonly form: boolean;
  run(call: Call, query: unknown, body: unknown): unknown;
  status(switches: Readonly<Switches>): ContentfulStatusCode;
}

interface Definition<Q extends Shape, B extends Shape> {
  readonly route: `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`;
  readonly scope: string;
  readonly agency?: Door['agency'];
  readonly status?: 201 | ((switches: Readonly<Switches>) => ContentfulStatusCode);
  /** Where given, the query is strict: what it does not name is refused. */
  readonly query?: Q;
  readonly body?: B;
  readonly locationRequired?: true;
  /** Whether the body may be a form as well as JSON. */
  readonly form?: true;
  /** Where given: what is looked at before the query is checked. */
  check?(query: Readonly<Record<string, unknown>>): void;
  /** Where given: what happens all the same when the body is refused. */
  refused?(call: Call, sent: unknown): void;
  handle(call: Call, input: { query: Parsed<Q>; body: Parsed<B> }): unknown;
}

export function route<const Q extends Shape, const B extends Shape>(definition: Definition<Q, B>): Route {
  const { query, body, status = 200 } = definition;
  return {
    route: definition.route,
    scope: definition.scope,
    agency: definition.agency ?? 'refused',
    namesLocation: Object.hasOwn({ ...query, ...body }, 'locationId'),
    locationRequired: definition.locationRequired ?? false,
    form: definition.form ?? false,
    status: typeof status === 'function' ? status : () => status,
    run(call, sentQuery, sentBody) {
      const sent = { query: query ? sentQuery : {}, body: body ? sentBody : {} };
      definition.check?.((sentQuery ?? {}) as Record<string, unknown>);
      try {
        parse((query ?? {}) as Q, sent.query);
        parse((body ?? {}) as B, sent.body);
      } catch (refusal) {
        definition.refused?.(call, sent.body);
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
export function theContact(call: Call): Contact {
  const id = call.param('contactId');
  const contact = call.store.contacts.get(id);
  if (contact && !contact.deleted) return contact;
  throw missing('Contact', id, call.switches.missingContact);
}

/** What answers an id that names no campaign, workflow or business is not reported; a 400 is the house style. */
export function theNamed(kind: string, items: readonly Named[], id: string): Named {
  const item = items.find((each) => each.id === id);
  if (item) return item;
  throw badRequest(`${kind} with id ${id} not found`);
}

/** After a task or note was written. */
export function touch(call: Call, contact: Contact): void {
  if (call.switches.activityTouchesContact) call.store.save({ ...contact, dateUpdated: call.now }, call.now);
}
