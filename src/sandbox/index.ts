import { createApi } from './app.ts';
import { createBackend } from './backend.ts';
import { createControl } from './control.ts';
import type { SandboxData } from './data.ts';
import type { FaultRule } from './faults.ts';
import type { OauthClient } from './oauth/token-store.ts';
import { routes } from './routes/index.ts';
import type { IndexDelay } from './search-index.ts';
import type { Switches } from './switches.ts';

export { parseData, type SandboxData } from './data.ts';
export { FACTS, type Fact, isOpen } from './facts/index.ts';
export { FAULT_PRESETS, type Fault, type FaultPreset, type FaultRule, parseFaults } from './faults.ts';
export type { OauthClient } from './oauth/token-store.ts';
export { type Served, serveSandbox } from './serve.ts';
export { DEFAULT_SWITCHES, type Switches } from './switches.ts';

export interface SandboxOptions {
  /** Seed of the generated data and of every id made later: the same seed gives the same data and ids. Default 1. */
  seed?: number;
  /** Epoch ms. Seeded dates are relative to the start of the UTC day of its first reading. Default Date.now. */
  now?: () => number;
  /** How far list and search trail writes, in ms; a function is asked once for each write. Default 0. */
  indexDelayMs?: IndexDelay;
  /** Requests in a window of ten seconds for each token and location. Default 100; a private token of a trial has 25. */
  rate?: number | 'off';
  /** Requests in a day that begins with the first of them. Default 200,000; a private token of a trial has 10,000. */
  dailyRate?: number;
  /** How long OAuth access tokens live, in ms. Default 86,399,000. */
  tokenTtlMs?: number;
  /** Scopes of the sandbox's own private token. Default: every scope such a token can hold. */
  scopes?: readonly string[];
  /** One's own data in place of the seeded business. */
  data?: SandboxData;
  switches?: Partial<Switches>;
  faults?: readonly FaultRule[];
  /** How the sandbox waits where a fault delays; real ms by default. */
  wait?: (ms: number) => Promise<void>;
}

export interface TokenOptions {
  scopes: readonly string[];
  locationId?: string;
  userType?: 'Location' | 'Company';
  token?: string;
}

export interface Sandbox {
  /** The whole API as a function; no socket. */
  fetch(request: Request): Promise<Response>;
  readonly token: string;
  readonly locationId: string;
  /** A location the sandbox's token does not reach, and its one contact. */
  readonly foreign: { readonly locationId: string; readonly contactId: string };
  /** The one OAuth app the sandbox knows. */
  readonly oauthClient: OauthClient;
  /** The other locations of the company: in reach of an agency that signs in, not of the sandbox's token. */
  readonly agencyLocations: readonly { readonly id: string; readonly name: string }[];
  /** Moves the sandbox's clock: index delay, rate windows and the life of OAuth's codes and tokens. */
  advance(ms: number): void;
  /** Replaces the faults in force. */
  setFaults(rules: readonly FaultRule[]): void;
  /** A further token. One that does not begin with `pit-` stands for an OAuth access token. */
  issueToken(grant: TokenOptions): string;
  /** Ends one token: private, access or refresh. False where the sandbox never gave it out. */
  revoke(token: string): boolean;
  /** Everything as it was at first, except that issued tokens stay valid. Those of OAuth are gone. */
  reset(): void;
}

/** Every route as `METHOD /path/{param}`, those of OAuth aside. */
export const sandboxRoutes: readonly string[] = routes.map(({ route }) => route);

/** Every scope a private token can hold. */
export const sandboxScopes: readonly string[] = [...new Set(routes.map(({ scope }) => scope))];

export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const machine = createBackend({
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
  machine.faults.set(options.faults ?? []);
  const { home, foreign, grants } = machine;

  function issueToken({ scopes, locationId = home.locationId, userType = 'Location', token }: TokenOptions): string {
    const issued = token ?? machine.newToken();
    const company = locationId === foreign.locationId ? foreign : home;
    machine.tokens.revoked.delete(issued);
    grants.set(issued, {
      scopes: new Set(scopes),
      userType,
      companyId: company.companyId,
      ...(userType === 'Location' && { locationId }),
    });
    return issued;
  }
  issueToken({ token: machine.token, scopes: options.scopes ?? sandboxScopes });

  const api = createApi(machine);
  const control = createControl(machine);
  const [foreignContact] = [...machine.store.contacts.values()].filter(
    (contact) => contact.locationId === foreign.locationId,
  );
  return {
    fetch: async (request) =>
      new URL(request.url).pathname.startsWith('/__sandbox/') ? control.fetch(request) : api.fetch(request),
    token: machine.token,
    locationId: home.locationId,
    foreign: { locationId: foreign.locationId, contactId: foreignContact?.id ?? '' },
    oauthClient: machine.oauthClient,
    agencyLocations: machine.agency.map(({ locationId: id }) => ({
      id,
      name: machine.store.locations.get(id)?.location.name ?? '',
    })),
    advance: machine.advance,
    setFaults: (rules) => machine.faults.set(rules),
    issueToken,
    revoke: machine.revoke,
    reset: machine.reset,
  };
}
