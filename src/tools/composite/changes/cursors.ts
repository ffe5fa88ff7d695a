import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { ID } from '../../../api/endpoint.ts';
import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import type { StateStore } from '../../../lib/state-file.ts';
import { CLOCK_SLACK_MS } from '../../../lib/time.ts';
import { type Position, startFrom } from './change-feed.ts';
import type { TaskSnapshot } from './task-changes.ts';

/** Where a conversation about changes stands. */
export interface SavedCursor {
  readonly contacts: Position;
  /** The tasks as they were; undefined before they were first asked for. */
  readonly tasks?: TaskSnapshot | undefined;
}

/** Cursors kept; an older one goes on from its time, which may repeat a few rows. */
const KEPT = 5;
const NAME = 'changes';
const SHAPE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[a-z0-9]{6}$/;
/** ms by which a clock may have been set back since a place was kept: what lies further ahead was never reached. */
const SET_BACK_MS = 86_400_000;

/** The entries of a map that fit, whatever else it holds. */
const entriesOf = <T>(fits: (value: unknown) => value is T) =>
  z
    .record(z.string(), z.unknown())
    .catch({})
    .transform((map) =>
      Object.fromEntries(
        Object.entries(map).filter((entry): entry is [string, T] => ID.test(entry[0]) && fits(entry[1])),
      ),
    );

const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= 8.64e15;
const isPrint = (value: unknown): value is readonly [string, string] =>
  Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');

const Time = z.number().min(0).max(8.64e15);
const KeptPosition = z.object({
  from: Time,
  began: Time.optional(),
  /** As search gives it: times and ids. */
  after: z
    .array(z.union([z.string(), z.number(), z.null()]))
    .max(10)
    .optional(),
  seen: entriesOf(isTime),
});
const KeptPlace = z.object({ contacts: KeptPosition, tasks: entriesOf(isPrint).optional() });
const KeptPlaces = z.object({
  last: z.string().optional().catch(undefined),
  places: z.record(z.string(), z.unknown()),
});

interface Places {
  readonly last: string | undefined;
  /** The oldest first. */
  readonly places: ReadonlyMap<string, SavedCursor>;
}

/** What is remembered, as far as it makes sense; `now`: epoch ms by our own clock. */
function placesIn(kept: unknown, now: number): Places {
  const { data } = KeptPlaces.safeParse(kept);
  if (!data) return { last: undefined, places: new Map() };
  const places = new Map<string, SavedCursor>();
  for (const [cursor, value] of Object.entries(data.places)) {
    const place = SHAPE.test(cursor) ? KeptPlace.safeParse(value).data : undefined;
    if (place && place.contacts.from <= now + SET_BACK_MS) places.set(cursor, notBeyond(now, place as SavedCursor));
  }
  return { last: data.last, places };
}

/**
 * A place that no clock but ours vouches for: HighLevel's may be told wrongly, and from a place in the future everything
 * would look given already, now and ever after. What lies before it is looked at again, and given once all the same.
 */
function notBeyond(now: number, place: SavedCursor): SavedCursor {
  const { from, began } = place.contacts;
  const end = now + CLOCK_SLACK_MS;
  if (from <= end && (began ?? 0) <= end) return place;
  const contacts = {
    ...place.contacts,
    from: Math.min(from, end),
    ...(began === undefined ? {} : { began: Math.min(began, end) }),
  };
  return { ...place, contacts };
}

/** Remembers a place under a new cursor, which is also the last one. */
export async function keepPlace(stateStore: StateStore, reached: SavedCursor, now: number): Promise<string> {
  const place = notBeyond(now, reached);
  // Everything before this time has been given: where the file is lost, a reader goes on from there.
  const stamp = `${new Date(place.contacts.from).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const cursor = `${stamp}-${randomBytes(6).toString('hex').slice(0, 6)}`;
  await stateStore.update(NAME, (kept): Json => {
    const recent = [...placesIn(kept, now).places].slice(1 - KEPT);
    return { last: cursor, places: Object.fromEntries([...recent, [cursor, place]]) };
  });
  return cursor;
}

/**
 * The place of a cursor, and whether it is remembered in full. `now`: epoch ms by our own clock.
 * @throws UserError for one that was never given
 */
export async function findPlace(
  stateStore: StateStore,
  cursor: string,
  now: number,
): Promise<{ place: SavedCursor; whole: boolean }> {
  const place = placesIn(await stateStore.read(NAME), now).places.get(cursor);
  if (place) return { place, whole: true };
  const [, year, month, day, hour, minute, second] = SHAPE.exec(cursor) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(at) || at > now + SET_BACK_MS)
    throw new UserError(
      'cursor is not one that list_changed_contacts gave. Use the cursor of its last answer, or since with a time or "last". Nothing was sent.',
    );
  return { place: notBeyond(now, { contacts: startFrom(at) }), whole: false };
}

/** Where the last conversation stopped, if there was one; where that is not usable, where the one before did. */
export async function lastPlace(stateStore: StateStore, now: number): Promise<SavedCursor | undefined> {
  const { last, places } = placesIn(await stateStore.read(NAME), now);
  return (last === undefined ? undefined : places.get(last)) ?? [...places.values()].at(-1);
}
