import { BoundedMap } from '../../lib/bounded-map.ts';
import { KeyedLock } from '../../lib/keyed-lock.ts';
import type { StateStore } from '../../lib/state-file.ts';
import { EqualCreates } from './equal-creates.ts';
import { createJobs, type Jobs } from './job-store.ts';

/** What is remembered of a person that search may not show yet. */
export interface KnownPerson {
  /** Id of the contact that was found or created; undefined while its creation has no known outcome. */
  readonly id?: string;
  /** Epoch ms. */
  readonly at: number;
}

/** What a server keeps for one location while it runs: what one account showed is never used for another. */
export interface LocationState {
  /** Undefined in the sandbox, which has one location only. */
  readonly locationId: string | undefined;
  /** Outlives this process. */
  readonly stateStore: StateStore;
  /** Folder by which the processes of one owner agree on people; undefined where this one has none to agree with. */
  readonly peopleFolder: string | undefined;
  /** Unfinished work that a later call continues by its handle. */
  readonly jobs: Jobs;
  readonly equalCreates: EqualCreates;
  /** Held while a call works on a person, by the person's keys. */
  readonly personLocks: KeyedLock;
  /** People by the hashes of their keys. */
  readonly knownPeople: BoundedMap<string, KnownPerson>;
  /** Monotonic ms of the last sweep of `peopleFolder`. */
  peopleSweptAt: number;
}

const MAX_KNOWN_PEOPLE = 2_000;

export const createLocationState = (
  location: Pick<LocationState, 'locationId' | 'stateStore' | 'peopleFolder'>,
): LocationState => ({
  ...location,
  jobs: createJobs(),
  equalCreates: new EqualCreates(),
  personLocks: new KeyedLock(),
  knownPeople: new BoundedMap(MAX_KNOWN_PEOPLE),
  peopleSweptAt: Number.NEGATIVE_INFINITY,
});
