import type { Grant } from './auth.ts';
import type { SandboxData } from './data.ts';
import { DAY, iso } from './dates.ts';
import { Faults } from './faults/faults.ts';
import { createIds, type Ids } from './ids.ts';
import { initialRecords } from './initial-records.ts';
import type { LocationIds } from './load-location.ts';
import { TokenStore } from './oauth/token-store.ts';
import type { IndexDelay, OauthClient, TokenOptions, WebhookOptions } from './options.ts';
import { RateLimiter } from './rate-limiter.ts';
import { AGENCY_DATA } from './seed/index.ts';
import type { Store } from './store.ts';
import { DEFAULT_SWITCHES, type Switches } from './switches.ts';
import { Webhooks } from './webhooks/webhooks.ts';

const MAX_RECORDED_REQUESTS = 10_000;

export interface RecordedRequest {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** 0 until the response is sent; it stays 0 if the connection broke. */
  status: number;
  /** Set if a refresh token was used again, after the grace period. */
  spentRefreshToken?: true;
  /** Set if a refresh token was used again, within the grace period. */
  graceRefresh?: true;
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
  readonly webhooks: WebhookOptions | undefined;
}

/** What a reset replaces. */
interface ResettableState {
  readonly store: Store;
  readonly ids: Ids;
  readonly tokens: TokenStore;
  readonly requests: RecordedRequest[];
  clockOffsetMs: number;
}

/** Everything behind the routes of one sandbox: records, tokens, quotas, faults and the clock. */
export class Backend {
  readonly home: LocationIds;
  /** A location of another company. */
  readonly foreign: LocationIds;
  /** The other locations of the home location's company. */
  readonly agency: readonly LocationIds[];
  readonly token: string;
  readonly oauthClient: OauthClient;
  /** Grants of the issued tokens. `grantOf` also knows OAuth's access tokens and what was revoked. */
  readonly grants = new Map<string, Grant>();
  readonly switches: Readonly<Switches>;
  readonly limiter: RateLimiter;
  readonly faults: Faults;
  readonly webhooks: Webhooks;
  readonly traceId: () => string;
  readonly #options: BackendOptions;
  readonly #credentialIds: Ids;
  readonly #oauthIds: Ids;
  /** Start of the UTC day of the first clock reading, epoch ms. */
  readonly #today: number;
  #state: ResettableState;

  constructor(options: BackendOptions) {
    const { seed, data } = options;
    this.#options = options;
    const credentials = createIds(seed, 'credentials');
    this.#credentialIds = credentials;
    this.token = credentials.token();
    this.home = { locationId: data?.location?.id ?? credentials.id(), companyId: credentials.id() };
    this.foreign = { locationId: credentials.id(), companyId: credentials.id() };
    this.#oauthIds = createIds(seed, 'oauth');
    this.oauthClient = { clientId: this.#oauthIds.client(), clientSecret: this.#oauthIds.uuid() };
    this.agency = AGENCY_DATA.map(() => ({ locationId: this.#oauthIds.id(), companyId: this.home.companyId }));
    this.traceId = createIds(seed, 'traces').uuid;
    this.switches = { ...DEFAULT_SWITCHES, ...options.switches };
    this.limiter = new RateLimiter(options.rate, options.dailyRate);
    this.faults = new Faults(options.wait);
    this.webhooks = new Webhooks({
      seed,
      now: () => this.now(),
      isRealTime: options.now === Date.now,
      switches: this.switches,
      companyId: this.home.companyId,
      appId: this.oauthClient.clientId.split('-', 1).join(),
      options: options.webhooks,
    });
    this.#today = Math.floor(options.now() / DAY) * DAY;
    this.#state = this.#createState();
  }

  get store(): Store {
    return this.#state.store;
  }

  get ids(): Ids {
    return this.#state.ids;
  }

  get tokens(): TokenStore {
    return this.#state.tokens;
  }

  get requests(): readonly RecordedRequest[] {
    return this.#state.requests;
  }

  now(): number {
    return this.#options.now() + this.#state.clockOffsetMs;
  }

  advance(ms: number): void {
    this.#state.clockOffsetMs += ms;
    void this.webhooks.deliver();
  }

  grantOf(token: string): Grant | undefined {
    if (this.tokens.revoked.has(token)) return undefined;
    return this.grants.get(token) ?? this.tokens.grantOf(token, this.now());
  }

  issueToken({ scopes, locationId = this.home.locationId, userType = 'Location', token }: TokenOptions): string {
    const issued = token ?? this.#credentialIds.token();
    const { companyId } = locationId === this.foreign.locationId ? this.foreign : this.home;
    this.tokens.revoked.delete(issued);
    this.grants.set(issued, {
      scopes: new Set(scopes),
      userType,
      companyId,
      ...(userType === 'Location' && { locationId }),
    });
    return issued;
  }

  /** False if the sandbox never issued the token. */
  revoke(token: string): boolean {
    const known = this.grants.has(token) || this.tokens.has(token);
    if (known) this.tokens.revoked.add(token);
    return known;
  }

  recordRequest(method: string, path: string): RecordedRequest {
    const request: RecordedRequest = { at: iso(this.now()), method, path, status: 0 };
    this.#state.requests.push(request);
    if (this.requests.length > MAX_RECORDED_REQUESTS) this.#state.requests.shift();
    return request;
  }

  /** Restores everything but the issued tokens. */
  reset(): void {
    this.limiter.clear();
    this.faults.set([]);
    this.webhooks.reset();
    this.#state = this.#createState();
  }

  #createState(): ResettableState {
    const { store, ids } = initialRecords({
      ...this.#options,
      today: this.#today,
      home: this.home,
      foreign: this.foreign,
      agency: this.agency,
    });
    this.webhooks.watch(store);
    // The ids of tokens continue across resets, so that no earlier token becomes valid again.
    const tokens = new TokenStore(this.#oauthIds, this.oauthClient, this.#options.tokenTtlMs);
    return { store, ids, tokens, requests: [], clockOffsetMs: 0 };
  }
}
