import type { SandboxData } from './data.ts';
import { createIds, type Ids } from './ids.ts';
import { loadData } from './load.ts';
import type { LocationIds } from './load-location.ts';
import type { IndexDelay } from './options.ts';
import { AGENCY_DATA, FOREIGN_DATA, seedData } from './seed/index.ts';
import { Store } from './store.ts';

export interface Origin {
  readonly seed: number;
  /** Start of the UTC day that dates of the seeded records relate to, epoch ms. */
  readonly today: number;
  /** Records of the home location in place of the seeded ones. */
  readonly data: SandboxData | undefined;
  readonly indexDelayMs: IndexDelay;
  readonly home: LocationIds;
  readonly foreign: LocationIds;
  readonly agency: readonly LocationIds[];
}

interface InitialRecords {
  readonly store: Store;
  /** Continues after the ids of these records. */
  readonly ids: Ids;
}

/** Building the seeded records takes longer than most tests that start from them. Nobody writes to these. */
let lastSeeded: (InitialRecords & Pick<Origin, 'seed' | 'today'>) | undefined;

/** The records of a new or reset sandbox. */
export function initialRecords(origin: Origin): InitialRecords {
  const { seed, today, data, indexDelayMs } = origin;
  if (data) return load(origin, data);
  if (lastSeeded?.seed !== seed || lastSeeded.today !== today) {
    lastSeeded = { seed, today, ...load(origin, seedData(seed, today)) };
  }
  return { store: lastSeeded.store.copy(indexDelayMs), ids: lastSeeded.ids.copy() };
}

function load({ seed, today, indexDelayMs, home, foreign, agency }: Origin, data: SandboxData): InitialRecords {
  const ids = createIds(seed, 'records');
  const store = new Store();
  const options = { ids, now: today, indexDelayMs };
  loadData(store, home, data, options);
  loadData(store, foreign, FOREIGN_DATA, { ...options, ids: createIds(seed, 'foreign') });
  for (const [index, location] of agency.entries()) {
    const agencyData = AGENCY_DATA[index];
    if (agencyData) loadData(store, location, agencyData, { ...options, ids: createIds(seed, `agency ${index}`) });
  }
  return { store, ids };
}
