import type { Endpoint, ToolSpec } from '../../api/endpoint.ts';
import type { Priority } from '../../api/rate-limiter.ts';
import type { Api, CallOptions, WriteOrigin } from '../../api/types.ts';
import type { EventLog } from '../../api/webhooks/event-log.ts';
import type { Journal } from '../../api/write/journal/journal.ts';
import type { CancelSignal } from '../../lib/cancellation.ts';
import type { Json } from '../../lib/json.ts';
import type { Clock } from '../../lib/time.ts';
import type { Confirming, Question, QuestionName } from './confirmation.ts';
import type { LocationState } from './location-state.ts';
import type { NeededIds } from './named-ids.ts';
import type { Permissions } from './permissions.ts';

/** ms after which a composite tool returns what it has, before hosts time out. */
export const TOOL_DEADLINE_MS = 45_000;

/** ms after which a composite tool starts no further request; the rest of its time is for those in flight. */
export const START_DEADLINE_MS = 35_000;

/** What is known of the location; nothing where it may not be read. */
export interface LocationFacts {
  /** A zone that this version of Node knows. */
  readonly zone?: string | undefined;
  /** Why there is none, where the location may be read. */
  readonly zoneProblem?: string | undefined;
  /** Two letters. */
  readonly country?: string | undefined;
}

/** The location of the present sign-in, for its zone and country. */
export interface LocationReader {
  /** What the last reading gave: for an hour, without a zone for 30 s. */
  known(): LocationFacts | undefined;
  /**
   * Reads it from HighLevel within `maxMs`, until `signal` is aborted. A failure is what was read before, or a `zoneProblem`.
   * @throws UserError if it was aborted
   */
  read(options?: { readonly maxMs?: number; readonly signal?: CancelSignal | undefined }): Promise<LocationFacts>;
}

/** What one request of a host has access to. */
export interface RequestContext {
  readonly api: Api;
  readonly clock: Clock;
  readonly location: LocationReader;
  /** User id or email that "me" means. */
  readonly user?: string | undefined;
  /** Aborted when the host cancels; a write already sent is finished nevertheless. */
  readonly signal?: CancelSignal | undefined;
  /** The owner's name for this account, for owners with several: previews name it. */
  readonly label?: string | undefined;
  /** Undefined where the owner switched it off. */
  readonly journal?: Journal | undefined;
  /** For the journal. */
  readonly origin?: WriteOrigin | undefined;
  readonly onWrite?: CallOptions['onWrite'];
  readonly access: Permissions;
  /** Undefined where the owner wants no questions. */
  readonly confirming?: Confirming | undefined;
  /** The owner's folder for exports; undefined where they are off. */
  readonly exportFolder?: string | undefined;
  /** What webhooks announced. */
  readonly events?: Pick<EventLog, 'readFrom' | 'lastAlive'> | undefined;
  /** State of the location that was signed in to when the request began. */
  readonly state: LocationState;
  /** Loads the implementations of composite tools. */
  readonly implementations: () => Promise<Implementations>;
  /** Sends the host a progress notification, if it asked for them. */
  readonly progress: (done: number, total: number | undefined, message?: string) => void;
}

export interface CallDetails
  extends Pick<CallOptions, 'fresh' | 'unstored' | 'deadline' | 'before'>,
    Pick<WriteOrigin, 'group' | 'undoes' | 'replaces'> {}

/** What one tool call has access to. */
export interface ToolContext extends RequestContext {
  /** Adds a sentence for the model to the `notice` of the answer. */
  readonly notify: (notice: string) => void;
  /**
   * Calls one endpoint within the time budget of this tool, with the priority of interactive calls unless given another.
   * `fresh` bypasses the read cache, `unstored` leaves the answer out of it; `deadline` is ms of `Api.now` by which the
   * answer is needed. For the journal `before` is the record that a write changes, where it was just read, and `group`
   * names the run that a write is a part of, by default this call of a tool that sends several requests; `undoes` is the
   * entry that a write undoes, `replaces` the deleted record that it creates again.
   * @throws UserError as `Api.call` does, and SwitchedOff for what the owner forbade
   */
  readonly call: (endpoint: Endpoint, args: Json, priority?: Priority, options?: CallDetails) => Promise<Json>;
  /**
   * Asks the owner before something is destroyed. Undefined: the owner agreed. Else the answer of the tool, which is
   * returned as it is, since nothing may be done: the preview with `next`, or `confirmed: false`.
   */
  readonly confirm: (question: Question) => Promise<Json | undefined>;
  /** True while there is time to start another request and the host has not cancelled. */
  readonly hasTime: () => boolean;
}

/** A method's type, so that an implementation may take the arguments that its tool's input schema gives. */
type ToolBody = { run(args: Json, context: ToolContext): Promise<Json> }['run'];

export interface CompositeImplementations {
  readonly bulkUpdateContacts: ToolBody;
  readonly bulkUpdateTasks: ToolBody;
  readonly bulkUpsertContacts: ToolBody;
  readonly countContacts: ToolBody;
  readonly exportContacts: ToolBody;
  readonly findDuplicates: ToolBody;
  readonly getContactOverview: ToolBody;
  readonly getContactTimeline: ToolBody;
  readonly listChangedContacts: ToolBody;
  readonly listRecentChanges: ToolBody;
  readonly mergeContacts: ToolBody;
  readonly onboardContact: ToolBody;
  readonly searchLocationAppointments: ToolBody;
  readonly searchLocationTasks: ToolBody;
  readonly undoChange: ToolBody;
}

/** The implementations of composite tools, and what resolves and shows names: loaded together with the first need of any. */
export interface Implementations extends CompositeImplementations {
  /** What the owner is asked before a write of an endpoint. */
  readonly questionOf: (name: QuestionName, args: Json, context: ToolContext) => Promise<Question>;
  /** Ids in place of the names in the arguments. */
  readonly resolveReferences: (
    tool: Pick<ToolSpec, 'input' | 'effect'>,
    args: Json,
    context: ToolContext,
  ) => Promise<Json>;
  /** The arguments of a search with all its filters as one list, and what was searched, where that differs from `asked`. */
  readonly resolveSearch: (
    tool: Pick<ToolSpec, 'effect'>,
    asked: Json,
    args: Json,
    context: ToolContext,
  ) => Promise<{ readonly args: Json; readonly searched?: string }>;
  /** A search of contacts, with the requests that what the index cannot do needs. The answer has the form of the API's. */
  readonly searchContacts: (args: Json, context: ToolContext) => Promise<Json>;
  /** Names for the ids in an answer, `needed` for what is shown of it. */
  readonly showNames: (
    answer: Json,
    needed: NeededIds,
    context: ToolContext,
    asked?: readonly string[],
  ) => Promise<Json>;
  /** Calls an endpoint that reads the search index, and merges what this server wrote in the last minutes. */
  readonly mergeOwnWrites: (
    endpoint: Endpoint,
    args: Json,
    context: ToolContext,
    send: (endpoint: Endpoint, args: Json) => Promise<Json>,
  ) => Promise<Json>;
  /** Rewrites the phone number in the argument `name` to E.164. */
  readonly withE164: (args: Json, name: string, context: ToolContext) => Promise<Json>;
}
