import { randomBytes } from 'node:crypto';
import type { Json } from '../endpoint.ts';
import { UserError } from '../errors.ts';
import type { Memory } from '../memory.ts';
import { type Position, startFrom } from './changes.ts';
import type { TaskSnapshot } from './task-changes.ts';

/** Where a conversation about changes stands. */
export interface Place {
  readonly contacts: Position;
  /** The tasks as they were; undefined before they were first asked for. */
  readonly tasks?: TaskSnapshot | undefined;
}

/** Cursors kept; an older one goes on from its time, which may repeat a few rows. */
const KEPT = 5;
const NAME = 'changes';
const SHAPE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[a-z0-9]{6}$/;

interface Kept extends Json {
  readonly last?: string;
  readonly places: Readonly<Record<string, Place>>;
}

const load = async (memory: Memory): Promise<Kept> => ({ places: {}, ...(await memory.read(NAME)) });

/** Remembers a place under a new cursor, which is also the last one. */
export async function keepPlace(memory: Memory, place: Place): Promise<string> {
  // Everything before this time has been given: where the file is lost, a reader goes on from there.
  const time = new Date(place.contacts.from);
  const stamp = `${time.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const cursor = `${stamp}-${randomBytes(6).toString('hex').slice(0, 6)}`;
  const { places } = await load(memory);
  const recent = Object.entries(places).slice(1 - KEPT);
  await memory.write(NAME, { last: cursor, places: { ...Object.fromEntries(recent), [cursor]: place } });
  return cursor;
}

/**
 * The place of a cursor, and whether it is remembered in full. `now`: epoch ms that none lies beyond.
 * @throws UserError for one that was never given
 */
export async function findPlace(
  memory: Memory,
  cursor: string,
  now: number,
): Promise<{ place: Place; whole: boolean }> {
  const { places } = await load(memory);
  const place = Object.hasOwn(places, cursor) ? places[cursor] : undefined;
  if (place) return { place, whole: true };
  const [, year, month, day, hour, minute, second] = SHAPE.exec(cursor) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // From the future everything would look given already, now and ever after.
  if (Number.isNaN(at) || at > now)
    throw new UserError(
      'cursor is not one that list_changed_contacts gave. Use the cursor of its last answer, or since with a time or "last". Nothing was sent.',
    );
  return { place: { contacts: startFrom(at) }, whole: false };
}

/** Where the last conversation stopped, if there was one. */
export async function lastPlace(memory: Memory): Promise<Place | undefined> {
  const { last, places } = await load(memory);
  return last === undefined ? undefined : places[last];
}
