import { BoundedMap } from '../../lib/bounded-map.ts';
import { KeyedLock } from '../../lib/keyed-lock.ts';
import type { RecordFolder } from '../../lib/record-folder.ts';
import type { StateStore } from '../../lib/state-file.ts';
import { Confirmations } from './confirmation.ts';
import { EqualCreates } from './equal-creates.ts';
import { JobStore } from './job-store.ts';
import { LookupCache } from './lookup-cache.ts';
import { OwnWrites } from './own-writes.ts';
import { SeenContacts } from './seen-contacts.ts';

/** A person that search may not show yet. */
export interface KnownPerson {
  /** Id of the contact that was found or created; undefined while its creation has no known outcome. */
  readonly id?: string;
  /** Epoch ms. */
  readonly at: number;
}

/** State of one location while the server runs, so that no account sees data of another. */
export interface LocationState {
  /** Undefined in the sandbox, which has one location only. */
  readonly locationId: string | undefined;
  /** Stored on disk. */
  readonly stateStore: StateStore;
  /** Folder through which the processes of one owner share known people; undefined where there is only one process. */
  readonly peopleFolder: string | undefined;
  /** Merges of contacts that are not finished, stored on disk. */
  readonly merges: RecordFolder;
  /** Unfinished work that a later call continues by its handle. */
  readonly jobs: JobStore;
  readonly confirmations: Confirmations;
  readonly equalCreates: EqualCreates;
  /** Users, custom fields and other named things. */
  readonly lookups: LookupCache;
  readonly seenContacts: SeenContacts;
  /** Contacts that lists and searches may not show yet as this server wrote them. */
  readonly ownWrites: OwnWrites;
  /** Locked while a call works on a person, by the hashes of the person's keys. */
  readonly personLocks: KeyedLock;
  /** People by the hashes of their keys. */
  readonly knownPeople: BoundedMap<string, KnownPerson>;
  /** Monotonic ms of the last sweep of `peopleFolder`. */
  peopleSweptAt: number;
}

const MAX_KNOWN_PEOPLE = 2_000;

export const createLocationState = (
  location: Pick<LocationState, 'locationId' | 'stateStore' | 'peopleFolder' | 'merges'>,
): LocationState => {
  const ownWrites = new OwnWrites();
  return {
    ...location,
    jobs: new JobStore(),
    confirmations: new Confirmations(),
    equalCreates: new EqualCreates(),
    lookups: new LookupCache(),
    seenContacts: new SeenContacts(ownWrites),
    ownWrites,
    personLocks: new KeyedLock(),
    knownPeople: new BoundedMap(MAX_KNOWN_PEOPLE),
    peopleSweptAt: Number.NEGATIVE_INFINITY,
  };
};
