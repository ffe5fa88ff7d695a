import type { Grant, Grants } from './auth.ts';
import type { SandboxData } from './data.ts';
import { DAY } from './dates.ts';
import { Faults } from './faults.ts';
import { createIds, type Ids } from './ids.ts';
import type { IndexDelay } from './index-view.ts';
import { load } from './load.ts';
import type { Place } from './load-office.ts';
import { type OauthClient, Tokens } from './oauth/tokens.ts';
import { RateLimiter } from './rate.ts';
import { AGENCY_DATA, FOREIGN_DATA, seedData } from './seed/index.ts';
import { Store } from './store.ts';
import { DEFAULT_SWITCHES, type Switches } from './switches.ts';

const KEPT_ARRIVALS = 10_000;

export interface Arrival {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** 0 until it is answered, and for ever where the connection broke. */
  status: number;
  /** Where a refresh token came a second time: after the grace, or within it. */
  spentRefreshToken?: true;
  graceRefresh?: true;
}

/** What one sandbox is made of behind its routes. Reset puts all of it back except the issued tokens. */
export interface Machine {
  readonly home: Place;
  readonly foreign: Place;
  /** The other locations of the home's company. */
  readonly agency: readonly Place[];
  readonly token: string;
  readonly oauthClient: OauthClient;
  /** Of issued tokens; `grantOf` knows those of OAuth as well, and what was revoked. */
  readonly grants: Grants;
  readonly switches: Readonly<Switches>;
  readonly limiter: RateLimiter;
  readonly faults: Faults;
  readonly store: Store;
  readonly ids: Ids;
  readonly tokens: Tokens;
  readonly arrivals: readonly Arrival[];
  grantOf(token: string): Grant | undefined;
  revoke(token: string): boolean;
  arrived(method: string, path: string): Arrival;
  newToken(): string;
  traceId(): string;
  now(): number;
  advance(ms: number): void;
  reset(): void;
}

export interface MachineOptions {
  readonly seed: number;
  readonly now: () => number;
  readonly indexDelayMs: IndexDelay;
  readonly rate: number | 'off';
  readonly dailyRate: number;
  readonly tokenTtlMs: number;
  readonly data: SandboxData | undefined;
  readonly switches: Partial<Switches>;
  readonly wait: (ms: number) => Promise<void>;
}

interface Memory {
  readonly store: Store;
  readonly ids: Ids;
  readonly tokens: Tokens;
  readonly arrivals: Arrival[];
  readonly offset: { ms: number };
}

export function createMachine(options: MachineOptions): Machine {
  const { seed } = options;
  const credentials = createIds(seed, 'credentials');
  const token = credentials.token();
  const home = { locationId: options.data?.location?.id ?? credentials.id(), companyId: credentials.id() };
  const foreign = { locationId: credentials.id(), companyId: credentials.id() };
  const oauth = createIds(seed, 'oauth');
  const oauthClient = { clientId: oauth.client(), clientSecret: oauth.uuid() };
  const agency = AGENCY_DATA.map(() => ({ locationId: oauth.id(), companyId: home.companyId }));
  const grants: Grants = new Map();
  const traces = createIds(seed, 'traces');
  const limiter = new RateLimiter(options.rate, options.dailyRate);
  const faults = new Faults(options.wait);
  const today = Math.floor(options.now() / DAY) * DAY;

  const remember = (): Memory => {
    const ids = createIds(seed, 'records');
    const store = new Store();
    const loading = { ids, now: today, indexDelayMs: options.indexDelayMs };
    load(store, home, options.data ?? seedData(seed, today), loading);
    load(store, foreign, FOREIGN_DATA, { ...loading, ids: createIds(seed, 'foreign') });
    for (const [at, data] of AGENCY_DATA.entries()) {
      const place = agency[at];
      if (place) load(store, place, data, { ...loading, ids: createIds(seed, `agency ${at}`) });
    }
    // Tokens go on being drawn where they were, so that none of before comes back to life.
    const tokens = new Tokens(oauth, oauthClient, options.tokenTtlMs);
    return { store, ids, tokens, arrivals: [], offset: { ms: 0 } };
  };
  let memory = remember();
  const now = () => options.now() + memory.offset.ms;

  return {
    home,
    foreign,
    agency,
    token,
    oauthClient,
    grants,
    switches: { ...DEFAULT_SWITCHES, ...options.switches },
    limiter,
    faults,
    newToken: credentials.token,
    traceId: traces.uuid,
    now,
    get store() {
      return memory.store;
    },
    get ids() {
      return memory.ids;
    },
    get tokens() {
      return memory.tokens;
    },
    get arrivals() {
      return memory.arrivals;
    },
    grantOf(token) {
      if (memory.tokens.revoked.has(token)) return undefined;
      return grants.get(token) ?? memory.tokens.grantOf(token, now());
    },
    revoke(token) {
      const known = grants.has(token) || memory.tokens.knows(token);
      if (known) memory.tokens.revoked.add(token);
      return known;
    },
    arrived(method, path) {
      const arrival: Arrival = { at: new Date(now()).toISOString(), method, path, status: 0 };
      memory.arrivals.push(arrival);
      if (memory.arrivals.length > KEPT_ARRIVALS) memory.arrivals.shift();
      return arrival;
    },
    advance(ms) {
      memory.offset.ms += ms;
    },
    reset() {
      limiter.clear();
      faults.set([]);
      memory = remember();
    },
  };
}
