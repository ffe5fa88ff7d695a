import type { SandboxData } from './data.ts';
import type { FaultRule } from './faults/fault.ts';
import type { Switches } from './switches.ts';

// Types of the published interface (`public.ts`). They import nothing that the package does not publish.

/** Delay of a write in ms: the same for all, or computed once per write. */
export type IndexDelay = number | (() => number);

/** The only app the sandbox knows. */
export interface OauthClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface TokenOptions {
  scopes: readonly string[];
  locationId?: string;
  userType?: 'Location' | 'Company';
  token?: string;
}

export interface SandboxOptions {
  /** Seed of the generated data and ids: the same seed gives the same data and ids. Default 1. */
  seed?: number;
  /** Epoch ms. Seeded dates are relative to the start of the UTC day of its first reading. Default Date.now. */
  now?: () => number;
  /** Delay after which list and search show a write, in ms; a function is called once per write. Default 0. */
  indexDelayMs?: IndexDelay;
  /** Requests per ten seconds for each token and location. Default 100; a private token of a trial has 25. */
  rate?: number | 'off';
  /** Requests per day, which begins with the first of them. Default 200,000; a private token of a trial has 10,000. */
  dailyRate?: number;
  /** Lifetime of OAuth access tokens, in ms. Default 86,399,000. */
  tokenTtlMs?: number;
  /** Scopes of the sandbox's own private token. Default: every scope a private token can have. */
  scopes?: readonly string[];
  /** Replaces the seeded business. */
  data?: SandboxData;
  switches?: Partial<Switches>;
  faults?: readonly FaultRule[];
  /** Events of all writes. Default: none are recorded until `Sandbox.webhooks` is configured. */
  webhooks?: WebhookOptions;
  /** How the sandbox waits where a fault delays. Default: a timer. */
  wait?: (ms: number) => Promise<void>;
}

export interface WebhookSettings {
  /** An http URL of this computer. Default: events are only recorded. */
  url?: string | undefined;
  /** Share of the events that are never sent, from 0 to 1. Default 0. */
  lost?: number | undefined;
  /** Share of the events that are sent twice. Default 0. */
  doubled?: number | undefined;
  /** Share of the deliveries that are late by up to `delayMs`, so that later ones overtake them. Default 0. */
  delayed?: number | undefined;
  /** Default 60,000. */
  delayMs?: number | undefined;
  /** Selects the events that these shares affect. Default: the seed of the sandbox. */
  seed?: number | undefined;
}

export interface WebhookOptions extends WebhookSettings {
  /** Delivers a signed request in place of fetch, without a socket. A rejection counts as no response. */
  deliver?: (request: Request) => Promise<{ readonly status: number }>;
}

export interface WebhookAttempt {
  /** When it was due, ISO. */
  readonly at: string;
  /** Absent if there was no response. */
  status?: number;
  error?: string;
}

export interface WebhookEvent {
  readonly type: string;
  readonly locationId: string;
  readonly contactId: string;
  /** Id of the contact, task, note or appointment that was written. */
  readonly recordId: string;
  /** The same for every attempt. */
  readonly webhookId: string;
  readonly deliveryId: string;
  /** When it was written, ISO. */
  readonly at: string;
  /** JSON, as it is sent and signed. */
  readonly body: string;
  /** `pending`: not due yet or to be retried. `lost`: not sent on purpose. `unsent`: there was no URL. */
  readonly outcome: 'pending' | 'delivered' | 'failed' | 'lost' | 'unsent';
  readonly attempts: readonly Readonly<WebhookAttempt>[];
}

export interface SandboxWebhooks {
  /** The latest 10,000 events, the oldest first. */
  readonly events: readonly WebhookEvent[];
  /** PEM of the key that verifies `X-GHL-Signature`, or the older `X-WH-Signature`. */
  publicKey(type?: 'ed25519' | 'rsa'): string;
  /** Replaces the settings; without a new URL the present one stays. @throws Error for wrong settings */
  configure(settings: WebhookSettings): void;
  /** Sends what is due, and resolves when it has been answered. */
  deliver(): Promise<void>;
}

export interface Sandbox {
  /** The whole API as a function; no socket. */
  fetch(request: Request): Promise<Response>;
  readonly token: string;
  readonly locationId: string;
  /** A location that the sandbox's token cannot access, and its only contact. */
  readonly foreign: { readonly locationId: string; readonly contactId: string };
  /** The only OAuth app the sandbox knows. */
  readonly oauthClient: OauthClient;
  /** Webhooks leave at once, or later by the sandbox's clock. A clock that was given (`now`) has to be advanced. */
  readonly webhooks: SandboxWebhooks;
  /** The other locations of the company: accessible to an agency sign-in, not to the sandbox's token. */
  readonly agencyLocations: readonly { readonly id: string; readonly name: string }[];
  /** Advances the sandbox's clock: index delay, rate windows, lifetime of OAuth codes and tokens. */
  advance(ms: number): void;
  /** Replaces the active faults. */
  setFaults(rules: readonly FaultRule[]): void;
  /** Issues another token. One that does not begin with `pit-` acts as an OAuth access token. */
  issueToken(options: TokenOptions): string;
  /** Revokes a private, access or refresh token. False if the sandbox never issued it. */
  revoke(token: string): boolean;
  /** Restores the initial state, except that issued tokens stay valid. OAuth codes and tokens are removed. */
  reset(): void;
}
