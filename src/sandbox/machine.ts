import type { Grants } from './auth.ts';
import type { SandboxData } from './data.ts';
import { DAY } from './dates.ts';
import { Faults } from './faults.ts';
import { createIds, type Ids } from './ids.ts';
import { load } from './load.ts';
import type { Place } from './load-office.ts';
import { RateLimiter } from './rate.ts';
import { FOREIGN_DATA, seedData } from './seed/index.ts';
import { Store } from './store.ts';
import { DEFAULT_SWITCHES, type Switches } from './switches.ts';

const KEPT_ARRIVALS = 10_000;

export interface Arrival {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** 0 until it is answered, and for ever where the connection broke. */
  status: number;
}

/** What one sandbox is made of behind its routes. Reset puts all of it back except the tokens. */
export interface Machine {
  readonly home: Place;
  readonly foreign: Place;
  readonly token: string;
  readonly grants: Grants;
  readonly switches: Readonly<Switches>;
  readonly limiter: RateLimiter;
  readonly faults: Faults;
  readonly store: Store;
  readonly ids: Ids;
  readonly arrivals: readonly Arrival[];
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
  readonly indexDelayMs: number;
  readonly rate: number | 'off';
  readonly data: SandboxData | undefined;
  readonly switches: Partial<Switches>;
  readonly wait: (ms: number) => Promise<void>;
}

interface Memory {
  readonly store: Store;
  readonly ids: Ids;
  readonly arrivals: Arrival[];
  readonly offset: { ms: number };
}

export function createMachine(options: MachineOptions): Machine {
  const { seed } = options;
  const credentials = createIds(seed, 'credentials');
  const token = credentials.token();
  const home = { locationId: options.data?.location?.id ?? credentials.id(), companyId: credentials.id() };
  const foreign = { locationId: credentials.id(), companyId: credentials.id() };
  const traces = createIds(seed, 'traces');
  const limiter = new RateLimiter(options.rate);
  const faults = new Faults(options.wait);
  const today = Math.floor(options.now() / DAY) * DAY;

  const remember = (): Memory => {
    const ids = createIds(seed, 'records');
    const store = new Store();
    const loading = { ids, now: today, indexDelayMs: options.indexDelayMs };
    load(store, home, options.data ?? seedData(seed, today), loading);
    load(store, foreign, FOREIGN_DATA, { ...loading, ids: createIds(seed, 'foreign') });
    return { store, ids, arrivals: [], offset: { ms: 0 } };
  };
  let memory = remember();
  const now = () => options.now() + memory.offset.ms;

  return {
    home,
    foreign,
    token,
    grants: new Map(),
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
    get arrivals() {
      return memory.arrivals;
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
