import type { Json } from '../lib/json.ts';
import type { Log } from '../lib/log.ts';
import type { Timers } from '../lib/scheduler.ts';
import type { TokenSource } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import type { MetricName } from './metrics.ts';
import type { Priority, Quota } from './rate-limiter.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { Scope } from './scopes.ts';
import type { Transport } from './transport/types.ts';
import type { Journal } from './write/journal.ts';

export interface CallOptions {
  /** Ends a read upstream; a write already sent is finished all the same. */
  readonly signal?: AbortSignal | undefined;
  /** Told what the model should know beside the answer: an outcome found by looking, a quota that runs low. */
  readonly notify?: (notice: string) => void;
  readonly priority?: Priority | undefined;
  /** Asks HighLevel even where it was asked the same some seconds ago. */
  readonly fresh?: boolean;
  /** By `Api.now`, when a tool of several calls is to be over; the budget of one call ends no later. */
  readonly deadline?: number | undefined;
  /** Name of the MCP host, for the journal. */
  readonly host?: string | undefined;
  /** The location that the call is for; where another one was signed in to meanwhile, nothing is sent. */
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
   * Sends one endpoint's request and gives its parsed answer.
   * @throws UserError with a sentence for the model: scope missing, signed out, refused, unreachable, out of time
   */
  call(endpoint: Endpoint, args: Json, options?: CallOptions): Promise<Json>;
  /** Looks who is signed in; from here on that is known. */
  check(): Promise<void>;
  status(): Status;
  /** ms of the monotonic clock by which deadlines are given and elapsed time is measured. */
  now(): number;
  /** Epoch ms by HighLevel's clock, as far as its answers have told it. */
  serverNow(): number;
  /** Takes no more calls, ends reads, and resolves when the writes in flight are finished and journalled. */
  close(): Promise<void>;
}

export interface ApiOptions {
  readonly transport: Transport;
  readonly baseUrl: string;
  readonly credential: TokenSource;
  /** Scopes in effect; a function where they may change while the server runs. */
  readonly scopes: readonly Scope[] | (() => readonly Scope[]);
  /** What the owner does to bring a scope into effect; by the settings where nothing else is said. */
  readonly howToGrant?: (scope: Scope) => string;
  /** ms for one call, all of it. */
  readonly timeoutMs: number;
  readonly log: Log;
  readonly journal?: Journal;
  /** Share of the location's quota, 0.1 to 1. */
  readonly rateShare?: number;
  readonly timers?: Timers;
  readonly policy?: RetryPolicy;
  readonly random?: () => number;
}
