import type { Grant, Grants } from './auth.ts';
import type { SandboxData } from './data.ts';
import { DAY } from './dates.ts';
import { Faults } from './faults.ts';
import { createIds, type Ids } from './ids.ts';
import { loadData } from './load.ts';
import type { LocationIds } from './load-location.ts';
import { type OauthClient, TokenStore } from './oauth/token-store.ts';
import { RateLimiter } from './rate-limiter.ts';
import type { IndexDelay } from './search-index.ts';
import { AGENCY_DATA, FOREIGN_DATA, seedData } from './seed/index.ts';
import { Store } from './store.ts';
import { DEFAULT_SWITCHES, type Switches } from './switches.ts';

const MAX_RECORDED_REQUESTS = 10_000;

export interface RecordedRequest {
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
export interface Backend {
  readonly home: LocationIds;
  readonly foreign: LocationIds;
  /** The other locations of the home's company. */
  readonly agency: readonly LocationIds[];
  readonly token: string;
  readonly oauthClient: OauthClient;
  /** Of issued tokens; `grantOf` knows those of OAuth as well, and what was revoked. */
  readonly grants: Grants;
  readonly switches: Readonly<Switches>;
  readonly limiter: RateLimiter;
  readonly faults: Faults;
  readonly store: Store;
  readonly ids: Ids;
  readonly tokens: TokenStore;
  readonly requests: readonly RecordedRequest[];
  grantOf(token: string): Grant | undefined;
  revoke(token: string): boolean;
  recordRequest(method: string, path: string): RecordedRequest;
  newToken(): string;
  traceId(): string;
  now(): number;
  advance(ms: number): void;
  reset(): void;
}

export interface BackendOptions {
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

interface ResettableState {
  readonly store: Store;
  readonly ids: Ids;
  readonly tokens: TokenStore;
  readonly requests: RecordedRequest[];
  readonly offset: { ms: number };
}

export function createBackend(options: BackendOptions): Backend {
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

  const createState = (): ResettableState => {
    const ids = createIds(seed, 'records');
    const store = new Store();
    const loading = { ids, now: today, indexDelayMs: options.indexDelayMs };
    loadData(store, home, options.data ?? seedData(seed, today), loading);
    loadData(store, foreign, FOREIGN_DATA, { ...loading, ids: createIds(seed, 'foreign') });
    for (const [at, data] of AGENCY_DATA.entries()) {
      const place = agency[at];
      if (place) loadData(store, place, data, { ...loading, ids: createIds(seed, `agency ${at}`) });
    }
    // Tokens go on being drawn where they were, so that none of before comes back to life.
    const tokens = new TokenStore(oauth, oauthClient, options.tokenTtlMs);
    return { store, ids, tokens, requests: [], offset: { ms: 0 } };
  };
  let state = createState();
  const now = () => options.now() + state.offset.ms;

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
      return state.store;
    },
    get ids() {
      return state.ids;
    },
    get tokens() {
      return state.tokens;
    },
    get requests() {
      return state.requests;
    },
    grantOf(token) {
      if (state.tokens.revoked.has(token)) return undefined;
      return grants.get(token) ?? state.tokens.grantOf(token, now());
    },
    revoke(token) {
      const known = grants.has(token) || state.tokens.has(token);
      if (known) state.tokens.revoked.add(token);
      return known;
    },
    recordRequest(method, path) {
      const arrival: RecordedRequest = { at: new Date(now()).toISOString(), method, path, status: 0 };
      state.requests.push(arrival);
      if (state.requests.length > MAX_RECORDED_REQUESTS) state.requests.shift();
      return arrival;
    },
    advance(ms) {
      state.offset.ms += ms;
    },
    reset() {
      limiter.clear();
      faults.set([]);
      state = createState();
    },
  };
}
