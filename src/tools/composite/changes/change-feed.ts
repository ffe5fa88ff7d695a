import { ID } from '../../../api/endpoint.ts';
import type { Json } from '../../../lib/json.ts';
import { CLOCK_SLACK_MS } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { searchPage } from '../search-pages.ts';

/**
 * ms by which the index may trail a write: 11 to 105 s were measured. Each sweep reaches back so far before the begin of
 * the one before, and leaves out what has been given already.
 */
export const SEARCH_INDEX_DELAY_MS = 180_000;
const PAGE = 100;

/** How far a reader of changes has come. JSON, so that it outlives a process. Times are epoch ms by HighLevel's clock. */
export interface SweepState {
  /** Changes from here on are looked at. */
  readonly since: number;
  /** When the present sweep began; undefined before its first page. */
  readonly startedAt?: number | undefined;
  /** The cursor of the last row looked at in this sweep. */
  readonly searchAfter?: unknown;
  /** The changes already given that a later look may meet again: contact id to the time of the change. */
  readonly delivered: Readonly<Record<string, number>>;
}

export const sweepFrom = (from: number): SweepState => ({ since: from, delivered: {} });

export interface Change {
  /** The contact as search gives it. */
  readonly raw: Json;
  readonly change: 'created' | 'updated';
}

export interface Changes {
  readonly changes: readonly Change[];
  readonly state: SweepState;
  /** False where rows are left that a further call gives. */
  readonly complete: boolean;
  /** The position of a reader who took only the first `n` changes, at least one. */
  readonly stateAfter: (n: number) => SweepState;
}

type Around = Pick<ToolContext, 'call' | 'clock' | 'hasTime'> & {
  readonly api: Pick<ToolContext['api'], 'now' | 'serverNow'>;
};

/** What others write shows in no cache of ours. */
export const withoutCache = ({ call }: Pick<ToolContext, 'call'>): Pick<ToolContext, 'call'> => ({
  call: (endpoint, args, priority) => call(endpoint, args, priority, { fresh: true }),
});

const changedAt = ({ dateUpdated, dateAdded }: Json): number => Date.parse(String(dateUpdated ?? dateAdded));

/** A contact that was never changed may have no `dateUpdated`. */
const question = (from: number): Json => {
  const since = { operator: 'range', value: { gte: new Date(from).toISOString() } };
  return {
    filters: [
      {
        group: 'OR',
        filters: [
          { field: 'dateUpdated', ...since },
          { field: 'dateAdded', ...since },
        ],
      },
    ],
    sort: [{ field: 'dateUpdated', direction: 'asc' }],
    pageLimit: PAGE,
  };
};

/**
 * Up to `wanted` contacts created or updated since a position, oldest change first: each change once, none left out that
 * the index shows within `LAG_MS`. Deleted contacts are not seen, nor are notes and tasks.
 */
export async function changesSince(start: SweepState, wanted: number, around: Around): Promise<Changes> {
  const { since: from } = start;
  const seen = new Map(Object.entries(start.delivered));
  const changes: Change[] = [];
  let { startedAt: began = 0, searchAfter: after } = start;
  /** Within a sweep: ahead of its last row there are changes that the sweep before has given. */
  const within = (after: unknown, reached: number, given: ReadonlyMap<string, number>): SweepState => {
    return {
      since: from,
      startedAt: began,
      searchAfter: after,
      delivered: kept(given, Math.min(reached, began - SEARCH_INDEX_DELAY_MS)),
    };
  };
  const upTo = (n: number): SweepState => {
    const given = new Map(Object.entries(start.delivered));
    for (const { raw } of changes.slice(0, n)) given.set(String(raw.id), changedAt(raw));
    const last = changes[n - 1]?.raw ?? {};
    return within(last.searchAfter, changedAt(last), given);
  };
  for (;;) {
    const asked = around.api.now();
    const page = await searchPage(withoutCache(around), question(from), after);
    // HighLevel's clock is known by its answer, unless that says more than our own clock can confirm.
    const told = around.api.serverNow() - (around.api.now() - asked);
    began ||= Math.min(told, around.clock.now() + CLOCK_SLACK_MS);
    const rows = taken(page.rows, seen, from, wanted - changes.length);
    changes.push(...rows.changes);
    const last = page.rows[rows.looked - 1];
    after = last?.searchAfter ?? after;
    if (rows.looked === page.rows.length && page.searchAfter === undefined)
      return { changes, state: nextSweep(from, began, seen), complete: true, stateAfter: upTo };
    if (changes.length < wanted && around.hasTime()) continue;
    return { changes, state: within(after, last ? changedAt(last) : from, seen), complete: false, stateAfter: upTo };
  }
}

/** The first `wanted` rows that hold a change not given before, and how many rows were looked at for them. */
function taken(rows: readonly Json[], seen: Map<string, number>, from: number, wanted: number) {
  const changes: Change[] = [];
  let looked = 0;
  for (const raw of rows) {
    if (changes.length === wanted) break;
    looked += 1;
    const [id, at] = [String(raw.id), changedAt(raw)];
    // It could be asked about by no tool.
    if (!ID.test(id)) continue;
    if (seen.get(id) === at) continue;
    const isNew = !seen.has(id) && Date.parse(String(raw.dateAdded)) >= from;
    changes.push({ raw, change: isNew ? 'created' : 'updated' });
    seen.set(id, at);
  }
  return { changes, looked };
}

function nextSweep(from: number, began: number, seen: ReadonlyMap<string, number>): SweepState {
  const next = Math.max(from, began - SEARCH_INDEX_DELAY_MS);
  return { since: next, delivered: kept(seen, next) };
}

/** What a later look may meet again. */
const kept = (seen: ReadonlyMap<string, number>, from: number): Record<string, number> =>
  Object.fromEntries([...seen].filter(([, at]) => at >= from));

/** For who only wants to know whose data changed: a look is one search call, whatever happened since the last one. */
export function createChangeFeed(from: number) {
  let position = sweepFrom(from);
  return {
    /** Ids of the contacts changed since the last look. @throws UserError; the next look begins where this one did */
    async look(around: Omit<Around, 'hasTime'>): Promise<{ ids: readonly string[]; caughtUp: boolean }> {
      const looked = await changesSince(position, PAGE, { ...around, hasTime: () => false });
      position = looked.state;
      return { ids: looked.changes.map(({ raw }) => String(raw.id)), caughtUp: looked.complete };
    },
  };
}
