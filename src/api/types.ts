import type { CancelSignal } from '../lib/cancellation.ts';
import type { Json } from '../lib/json.ts';
import type { Log } from '../lib/log.ts';
import type { Timers } from '../lib/scheduler.ts';
import type { TokenSource } from './credentials.ts';
import type { Endpoint, RecordState } from './endpoint.ts';
import type { MetricName } from './metrics.ts';
import type { Priority, Quota } from './rate-limiter.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { Scope } from './scopes.ts';
import type { Transport } from './transport/types.ts';
import type { Journal } from './write/journal/journal.ts';

/** Who makes a write, and what it is a part of. */
export interface WriteOrigin {
  /** The MCP host, as `initialize` names it. */
  readonly host?: { readonly name?: string | undefined; readonly version?: string | undefined } | undefined;
  /** One for each start of a server. */
  readonly conversation?: string | undefined;
  /** The same, within a conversation, for all writes of one bulk run or one onboarding. */
  readonly group?: string | undefined;
  /** Id of the entry that this write undoes. */
  readonly undoes?: string | undefined;
  /** Id of the deleted record that this write creates again. */
  readonly replaces?: string | undefined;
  /** Names of contacts by id, as far as they are known without a request. */
  readonly contactNames?: ReadonlyMap<string, string> | undefined;
}

export interface CallOptions {
  /** Ends a read upstream. A write that was sent is finished all the same. */
  readonly signal?: CancelSignal | undefined;
  /** Gets notices for the model: an outcome that was found by reading, a quota that runs low. */
  readonly notify?: (notice: string) => void;
  readonly priority?: Priority | undefined;
  /** Sends a read even if its answer is cached. */
  readonly fresh?: boolean;
  /** The answer of a read is not stored for later ones: it is large, and hardly anybody asks for it again. */
  readonly unstored?: boolean;
  /** ms of `Api.now` by which the caller, which may make several calls, needs its answer. */
  readonly deadline?: number | undefined;
  /** Where the call comes from, for the journal. */
  readonly origin?: WriteOrigin | undefined;
  /** The record that a write changes, if the caller has read it in the last seconds, or tried to: it is not read again. */
  readonly before?: RecordState | undefined;
  /** The location that the call is for: nothing is sent if the owner has signed in to another one since. */
  readonly locationId?: string | undefined;
  /** Runs after each write: with the answer, or with the error that ended it. */
  readonly onWrite?: ((args: Json, end: { readonly data: Json } | { readonly error: unknown }) => void) | undefined;
}

export interface Status {
  readonly quota: Omit<Quota, 'heldUntil'> & { readonly heldUntil?: string };
  readonly breaker: { readonly state: string; readonly until?: string };
  readonly lastDay: Record<MetricName, number>;
}

export interface Api {
  /**
   * Sends one request of an endpoint and returns its parsed answer.
   * @throws UserError for the model: ApiError if HighLevel, or the connection to it, failed; else nothing was sent
   */
  call(endpoint: Endpoint, args: Json, options?: CallOptions): Promise<Json>;
  /** Reads which account is signed in; a call does so itself. */
  check(): Promise<void>;
  /** The location that calls go to. @throws UserError that says what is missing */
  locationId(): Promise<string>;
  status(): Status;
  /** Gives no answer again that was read until now: somebody else has changed records. */
  dropReads(): void;
  /** Monotonic ms, for deadlines and elapsed time. */
  now(): number;
  /** Epoch ms by HighLevel's clock, or by this machine's until the first answer. */
  serverNow(): number;
  /** Takes no more calls, ends reads, and resolves when the writes in flight are finished and journalled. */
  close(): Promise<void>;
}

export interface ApiOptions {
  readonly transport: Transport;
  readonly baseUrl: string;
  readonly credential: TokenSource;
  /** Scopes in effect; a function if they may change while the server runs. */
  readonly scopes: readonly Scope[] | (() => readonly Scope[]);
  /** How the owner grants a scope; by default in the settings. */
  readonly howToGrant?: (scope: Scope) => string;
  /** ms for one call, including all attempts and pauses. */
  readonly timeoutMs: number;
  readonly log: Log;
  /** Left out where the owner switched it off. */
  readonly journal?: Journal | undefined;
  /** Share of the location's quota, 0.1 to 1. */
  readonly rateShare?: number;
  readonly timers?: Timers;
  readonly policy?: RetryPolicy;
  readonly random?: () => number;
}
