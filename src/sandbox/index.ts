import { createApi } from './app.ts';
import { Backend, type TokenOptions } from './backend.ts';
import { createControl } from './control.ts';
import type { SandboxData } from './data.ts';
import type { FaultRule } from './faults/fault.ts';
import type { OauthClient } from './oauth/token-store.ts';
import { routes } from './routes/index.ts';
import type { IndexDelay } from './search-index.ts';
import type { Switches } from './switches.ts';

export { parseData, type SandboxData } from './data.ts';
export { FACTS, type Fact, isOpen } from './facts/index.ts';
export { FAULT_PRESETS, type Fault, type FaultPreset, type FaultRule } from './faults/fault.ts';
export { parseFaults } from './faults/faults.ts';
export type { OauthClient } from './oauth/token-store.ts';
export { type Served, serveSandbox } from './serve.ts';
export { DEFAULT_SWITCHES, type Switches } from './switches.ts';

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
  /** How the sandbox waits where a fault delays. Default: a timer. */
  wait?: (ms: number) => Promise<void>;
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

/** Every route as `METHOD /path/{param}`, without those of OAuth. */
export const sandboxRoutes: readonly string[] = routes.map(({ route }) => route);

/** Every scope a private token can have. */
export const sandboxScopes: readonly string[] = [...new Set(routes.map(({ scope }) => scope))];

export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const backend = new Backend({
    seed: options.seed ?? 1,
    now: options.now ?? Date.now,
    indexDelayMs: options.indexDelayMs ?? 0,
    rate: options.rate ?? 100,
    dailyRate: options.dailyRate ?? 200_000,
    tokenTtlMs: options.tokenTtlMs ?? 86_399_000,
    data: structuredClone(options.data),
    switches: options.switches ?? {},
    wait: options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms).unref())),
  });
  backend.faults.set(options.faults ?? []);
  backend.issueToken({ token: backend.token, scopes: options.scopes ?? sandboxScopes });
  const { home, foreign, store } = backend;
  const api = createApi(backend);
  const control = createControl(backend);
  const foreignContact = [...store.contacts.values()].find(({ locationId }) => locationId === foreign.locationId);
  return {
    fetch: async (request) =>
      new URL(request.url).pathname.startsWith('/__sandbox/') ? control.fetch(request) : api.fetch(request),
    token: backend.token,
    locationId: home.locationId,
    foreign: { locationId: foreign.locationId, contactId: foreignContact?.id ?? '' },
    oauthClient: backend.oauthClient,
    agencyLocations: backend.agency.map(({ locationId: id }) => ({
      id,
      name: store.locations.get(id)?.location.name ?? '',
    })),
    advance: (ms) => backend.advance(ms),
    setFaults: (rules) => backend.faults.set(rules),
    issueToken: (tokenOptions) => backend.issueToken(tokenOptions),
    revoke: (token) => backend.revoke(token),
    reset: () => backend.reset(),
  };
}
