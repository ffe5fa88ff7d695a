import type * as z from 'zod';
import type { Json } from '../lib/json.ts';
import { once } from '../lib/memoize.ts';
import type { Scope } from './scopes.ts';

/**
 * What a tool does to the CRM. Set on every endpoint and not derived from the HTTP method: a search is a POST that reads.
 * It alone decides the four hints that hosts get; `enrol` may message a customer, hence the open world.
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

/** What every tool has: the part that hosts get, and what decides whether it is offered. */
export interface ToolSpec {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly scope: Scope;
  readonly effect: Effect;
  /** Made by the first call, as a start needs no schema. */
  readonly input: () => z.ZodObject;
  readonly output: () => z.ZodObject;
}

/** How the rows of a list are shown and where the next page starts. */
export interface ListShape {
  /** Key of the rows in the answer. */
  readonly key: string;
  /** A row as it is shown; `now`, in epoch ms, decides which tasks are overdue. */
  readonly row: (raw: Json, now: number) => Json;
  /** Keys of a row that are shown only where `fields` names them. */
  readonly omitted?: readonly string[];
  /** Keys of a row that are shown unless `fields` names others; all if left out. */
  readonly fields?: readonly string[];
  /** True if the API sends the whole list: `limit` and `skip` are applied here and never sent. */
  readonly whole?: true;
  /** Of a whole list: whether a row has what the argument `query` asks for, which is applied here and never sent. */
  readonly matches?: (row: Json, query: string) => boolean;
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
  /** False if rows of this answer were left out for size. */
  readonly complete: boolean;
}

/** The content of a successful answer; a 2xx without it is unreadable. A list has its `list` instead. */
export type AnswerShape =
  /** An array under this key. */
  | { readonly rows: string; readonly isAbout?: AnswerCheck }
  /** An object with an id under this key; `id` names the argument that has the same id. */
  | { readonly one: string; readonly id?: string; readonly orNull?: true; readonly isAbout?: AnswerCheck }
  /** Only that it succeeded. */
  | { readonly succeeded: true; readonly isAbout?: AnswerCheck };
/** Whether an answer can be about this call. */
export type AnswerCheck = (data: Json, args: Json) => boolean;

export interface Endpoint extends ToolSpec {
  /** `POST /contacts/{contactId}/notes`: every `{name}` is a key of `input`, or the server's own `locationId`. */
  readonly route: `${Method} /${string}`;
  /** `Version` header if it differs from the default. */
  readonly version?: string;
  /** True if the API takes `locationId` in the query or body. */
  readonly locationId?: true;
  /** True if the API requires a JSON body even if it is empty. */
  readonly body?: true;
  /** Arguments that accept a local time; they are sent with an offset. */
  readonly times?: readonly string[];
  /** What reads the record that `ifUnchangedSince` is about, an argument that is compared with its `dateUpdated` and never sent. */
  readonly unchangedSince?: RecordSource;
  /** Argument that accepts a phone in any format; it is sent in E.164. */
  readonly phone?: string;
  /** Turns arguments into what the API takes; pure. */
  readonly request?: (args: Json) => Json;
  /** Turns an answer into what is shown of it, before names are put in place of ids; pure. */
  readonly present?: (data: Json, args: Json) => Json;
  /** Notices about an answer, for the model; `dropped` are the fields that it does not show as sent. Pure. */
  readonly remarks?: (data: Json, args: Json, dropped: readonly string[]) => readonly string[];
  readonly list?: ListShape;
  readonly answer?: AnswerShape;
  /** How the outcome of a write is found if its answer was lost; every write has one. */
  readonly reconcile?: ReconcileStrategy;
}

/** Ids that existed before a write, for each read of its strategy in order; undefined where none are at hand. */
export type Snapshot = readonly (ReadonlySet<unknown> | undefined)[];

/** What a strategy can use to find out whether a write of uncertain outcome was done. */
export interface ReconcileContext {
  /** Arguments of the write as they were sent. */
  readonly sent: Json;
  /**
   * Epoch ms by HighLevel's clock between which the write was done, if it was, with room for a clock that ticks in
   * seconds. Use them after a read: before its first answer that clock is not known.
   */
  readonly since: number;
  readonly until: number;
  readonly snapshot?: Snapshot | undefined;
  /** True for the id of a record that another write of this server created. */
  readonly isKnown: (id: unknown) => boolean;
  /** Reads past the cache; undefined if HighLevel answers that the contact or its record does not exist. */
  readonly read: (endpoint: Endpoint, args: Json) => Promise<Json | undefined>;
}

/** Done, with the answer HighLevel would have given; not done; or unknown, with a hint for the model. */
export type ReconcileResult =
  | { readonly happened: true; readonly data: Json }
  | { readonly happened: false }
  /** `notObservable`: no read shows it, whether or not the write was done. */
  | { readonly happened: undefined; readonly hint: string; readonly notObservable?: true };

export interface SnapshotContext extends Pick<ReconcileContext, 'sent' | 'read'> {
  /** Ids that this read gave within the last minute; undefined if it was not made. */
  readonly recentIds: (endpoint: Endpoint, args: Json) => ReadonlySet<unknown> | undefined;
}

/** What a record held before or after a write: null if there was none; `unknown` if it could not be read. */
export type RecordState = Json | null | 'unknown';

/** What a write changed, for the journal: only the fields that differ, as the API names them. */
export interface RecordChange {
  readonly before: RecordState;
  readonly after: RecordState;
  /** Names of the fields that were sent and that HighLevel did not store. */
  readonly dropped?: readonly string[];
}

/** The same for each contact of a bulk write. */
export interface ContactChange extends RecordChange {
  readonly contactId: string;
  readonly contactName?: string | undefined;
}

export interface ChangeFacts {
  /** Arguments of the write as they were sent. */
  readonly sent: Json;
  /** What `ChangeStrategy.read` gave. */
  readonly before: RecordState;
  /** The answer of the write, or what the reconciliation gives in its place. */
  readonly answer: Json;
}

export type RecordKind = 'contact' | 'task' | 'note';

/** What reads a record, which its answer has under the key `kind`. */
export interface RecordSource {
  readonly read: Endpoint;
  readonly kind: RecordKind;
}

/** A record that a write removes. */
export interface RemovedRecord extends RecordSource {
  /** The lists that are removed with it, by their key in the answer. */
  readonly parts?: Readonly<Record<string, Endpoint>>;
}

/** How the journal knows what a write changes. */
export interface ChangeStrategy {
  /** The record before the write, with one read at most; null if there is none. Left out where nothing has to be read. */
  readonly read?: (context: Pick<ReconcileContext, 'sent' | 'read'>) => Promise<RecordState>;
  /** Of a delete. With `parts` the state before is the record and these lists: `{contact, notes, tasks}`. */
  readonly removes?: RemovedRecord;
  /** Pure; for a write that was done. */
  readonly describe: (facts: ChangeFacts) => RecordChange | { readonly contacts: readonly ContactChange[] };
}

/** How the outcome of an uncertain write is found: by reading, never by repeating it. */
export interface ReconcileStrategy {
  /** For the documentation. */
  readonly description: string;
  readonly change: ChangeStrategy;
  /** True where each repetition of the write creates another record. */
  readonly createsRecord?: true;
  readonly snapshotBefore?: (context: SnapshotContext) => Promise<Snapshot>;
  readonly check: (context: ReconcileContext) => Promise<ReconcileResult>;
  /** Whether the record that a later attempt was refused for is the one that an earlier attempt created. */
  readonly isOwn?: (context: ReconcileContext, existing: string) => Promise<ReconcileResult>;
}

type Placeholders<R extends string> = R extends `${string}{${infer P}}${infer Rest}` ? P | Placeholders<Rest> : never;

/** The same with schemas that are made once. */
export const withSchemasOnce = <T extends Pick<ToolSpec, 'input' | 'output'>>(tool: T): T => ({
  ...tool,
  input: once(tool.input),
  output: once(tool.output),
});

/** Typed so that a placeholder missing from `input` is a compile error. */
export function endpoint<const R extends Endpoint['route'], I extends z.ZodObject>(
  record: Omit<Endpoint, 'route' | 'input'> & {
    readonly route: Placeholders<R> extends (keyof I['shape'] & string) | 'locationId' ? R : never;
    readonly input: () => I;
  },
): Endpoint {
  return withSchemasOnce(record as Endpoint);
}

/** Letters, digits, `-` and `_`: every id shape HighLevel uses, and nothing that has a meaning in a path. */
export const ID = /^[A-Za-z0-9_-]{1,64}$/;
export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);
