import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { UserError } from '../../../lib/errors.ts';
import type { LocationState } from '../../core/location-state.ts';
import type { SavedCursor } from './change-feed.ts';
import { sweepFrom } from './contact-changes.ts';
import { IdTable } from './id-table.ts';
import { decodeCursor, encodeCursor, idSetsOf, MAX_SET_BACK_MS, notInFuture } from './stored-cursor.ts';

/** Cursors stored of each name; an older one continues from the time it names, which may repeat a few rows. */
const MAX_STORED = 5;
const MAX_NAMES = 20;
const STATE_KEY = 'changes';
const CURSOR = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-([0-9a-f]{6})[0-9a-f]{6}$/;

const Stored = z.object({
  /** The text of the table of ids. */
  ids: z.string().catch(''),
  /** By the name of who asks, the one asked longest ago first. */
  names: z.record(
    z.string(),
    z.object({ last: z.string().optional().catch(undefined), cursors: z.record(z.string(), z.unknown()) }),
  ),
});

type Named = z.output<typeof Stored>['names'][string];

/** Where the cursors of a location are. */
type Place = Pick<LocationState, 'stateStore' | 'locationId'>;

const readStored = (stored: unknown): z.output<typeof Stored> =>
  Stored.safeParse(stored).data ?? { ids: '', names: {} };

/** A table without the ids that no cursor has any more, and the cursors by it, once such ids are a third of it. */
function compacted(table: IdTable, names: readonly (readonly [string, Named])[], now: number) {
  const decoded = names.map(([name, { last, cursors }]) => {
    const valid = Object.entries(cursors).flatMap(([cursor, value]) => {
      const saved = decodeCursor(value, table, now);
      return saved ? [[cursor, saved] as const] : [];
    });
    return { name, last, cursors: valid };
  });
  const sets = decoded.flatMap(({ cursors }) => cursors.flatMap(([, { deleted }]) => idSetsOf(deleted)));
  const used = new Set(sets.flatMap((ids) => [...ids]));
  if (used.size * 3 > table.size * 2) return { table, names };
  const smaller = new IdTable([...used].sort().join(' '));
  return {
    table: smaller,
    names: decoded.map(({ name, last, cursors }) => {
      const encoded = cursors.map(([cursor, saved]) => [cursor, encodeCursor(saved, smaller)] as const);
      return [name, { last, cursors: Object.fromEntries(encoded) }] as const;
    }),
  };
}

/** Tells cursors of different locations apart. */
const markOf = ({ locationId = '' }: Place): string =>
  createHash('sha256').update(locationId).digest('hex').slice(0, 6);

/**
 * Stores the state under a new cursor, which becomes the last one of this name; `isStored` is false where that ends with
 * this process.
 */
export async function saveCursor(place: Place, reached: SavedCursor, now: number, name = '') {
  const saved = notInFuture(reached, now);
  // Everything before this time has been delivered: if the file is lost, a reader continues from here.
  const stamp = `${new Date(saved.contacts.since).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const cursor = `${stamp}-${markOf(place)}${randomBytes(3).toString('hex')}`;
  const isStored = await place.stateStore.update(STATE_KEY, (stored) => {
    const { ids, names } = readStored(stored);
    const table = new IdTable(ids);
    const { [name]: own, ...others } = names;
    const recent = Object.entries(own?.cursors ?? {}).slice(1 - MAX_STORED);
    const cursors = Object.fromEntries([...recent, [cursor, encodeCursor(saved, table)]]);
    const all = [...Object.entries(others), [name, { last: cursor, cursors }] as const].slice(-MAX_NAMES);
    const { known } = saved.deleted ?? {};
    // To find out which ids are used all cursors are read, which takes long.
    const mayShrink = known && table.size > 2 * known.size;
    const kept = mayShrink ? compacted(table, all, now) : { table, names: all };
    return { ids: kept.table.text, names: Object.fromEntries(kept.names) };
  });
  return { cursor, isStored };
}

/**
 * The state of a cursor; `restored` is false where only its time is known. `now`: epoch ms by the local clock.
 * @throws UserError for a cursor that was never given, or for another location
 */
export async function findCursor(
  place: Place,
  cursor: string,
  now: number,
): Promise<{ saved: SavedCursor; restored: boolean }> {
  const [, year, month, day, hour, minute, second, mark] = CURSOR.exec(cursor) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const instead = 'Use the cursor of its last answer, or since with a time or "last". Nothing was sent.';
  if (Number.isNaN(at) || at > now + MAX_SET_BACK_MS)
    throw new UserError(`cursor is not one that list_changed_contacts gave. ${instead}`);
  if (mark !== markOf(place))
    throw new UserError(`cursor was given for another account than the one that is signed in now. ${instead}`);
  const { ids, names } = readStored(await place.stateStore.read(STATE_KEY));
  const stored = Object.values(names).find(({ cursors }) => Object.hasOwn(cursors, cursor))?.cursors[cursor];
  const saved = decodeCursor(stored, new IdTable(ids), now);
  return saved ? { saved, restored: true } : { saved: notInFuture({ contacts: sweepFrom(at) }, now), restored: false };
}

/** @throws UserError for a new name where as many are stored as there may be: the oldest would be lost */
export async function assertRoomForName(place: Place, name: string): Promise<void> {
  const names = Object.keys(readStored(await place.stateStore.read(STATE_KEY)).names).filter((each) => each !== '');
  if (names.length < MAX_NAMES - 1 || names.includes(name)) return;
  throw new UserError(`${names.length} names have a cursor, and more are not stored. Use one of ${names.join(', ')}.`);
}

/** The last cursor of a name, or its newest valid one; undefined where there is none. */
export async function lastCursor(place: Place, now: number, name = ''): Promise<SavedCursor | undefined> {
  const { ids, names } = readStored(await place.stateStore.read(STATE_KEY));
  const { last = '', cursors = {} } = Object.hasOwn(names, name) ? (names[name] ?? {}) : {};
  const table = new IdTable(ids);
  const newest = [cursors[last], ...Object.values(cursors).reverse()];
  for (const stored of newest) {
    const saved = decodeCursor(stored, table, now);
    if (saved) return saved;
  }
  return undefined;
}
