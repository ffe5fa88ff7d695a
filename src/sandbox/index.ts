import { createApi } from './app.ts';
import { createControl } from './control.ts';
import type { SandboxData } from './data.ts';
import type { FaultRule } from './faults.ts';
import { createMachine } from './machine.ts';
import { routes } from './routes/index.ts';
import type { Switches } from './switches.ts';

export { parseData, type SandboxData } from './data.ts';
export { type Fault, type FaultRule, parseFaults } from './faults.ts';
export { type Served, serveSandbox } from './serve.ts';
export { DEFAULT_SWITCHES, type Switches } from './switches.ts';

export interface SandboxOptions {
  /** Seed of the generated data and of every id made later: the same seed gives the same data and ids. Default 1. */
  seed?: number;
  /** Epoch ms. Seeded dates are relative to the start of the UTC day of its first reading. Default Date.now. */
  now?: () => number;
  /** How far list and search trail writes, in ms. Default 0. */
  indexDelayMs?: number;
  /** Requests in a window of ten seconds for each token and location. Default 100. */
  rate?: number | 'off';
  /** Scopes of the sandbox's own private token. Default: every scope the sandbox knows. */
  scopes?: readonly string[];
  /** One's own data in place of the seeded business. */
  data?: SandboxData;
  switches?: Partial<Switches>;
  faults?: readonly FaultRule[];
  /** How the sandbox waits where a fault delays; real ms by default. */
  wait?: (ms: number) => Promise<void>;
}

export interface Grant {
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
  /** Moves the sandbox's clock: index delay and rate windows. */
  advance(ms: number): void;
  /** Replaces the faults in force. */
  setFaults(rules: readonly FaultRule[]): void;
  /** A further token. One that does not begin with `pit-` stands for an OAuth access token. */
  issueToken(grant: Grant): string;
  /** Everything as it was at first, except that issued tokens stay valid. */
  reset(): void;
}

/** Every route as `METHOD /path/{param}`. */
export const sandboxRoutes: readonly string[] = routes.map(({ route }) => route);

export const sandboxScopes: readonly string[] = [...new Set(routes.map(({ scope }) => scope))];

export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const machine = createMachine({
    seed: options.seed ?? 1,
    now: options.now ?? Date.now,
    indexDelayMs: options.indexDelayMs ?? 0,
    rate: options.rate ?? 100,
    data: structuredClone(options.data),
    switches: options.switches ?? {},
    wait: options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms).unref())),
  });
  machine.faults.set(options.faults ?? []);
  const { home, foreign, grants } = machine;

  function issueToken({ scopes, locationId = home.locationId, userType = 'Location', token }: Grant): string {
    const issued = token ?? machine.newToken();
    const place = locationId === foreign.locationId ? foreign : home;
    grants.set(issued, {
      scopes: new Set(scopes),
      userType,
      companyId: place.companyId,
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
    advance: machine.advance,
    setFaults: (rules) => machine.faults.set(rules),
    issueToken,
    reset: machine.reset,
  };
}
