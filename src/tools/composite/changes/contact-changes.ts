import { isId } from '../../../api/endpoint.ts';
import type { Json } from '../../../lib/json.ts';
import { CLOCK_SLACK_MS, epochMs } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { SEARCH_INDEX_DELAY_MS } from '../../core/own-writes.ts';
import { searchPage } from '../search-pages.ts';

const PAGE = 100;

/**
 * How far a reader of changes has come. A sweep reads all changes since a time, oldest first. JSON, so that it can be
 * stored. Times are epoch ms by HighLevel's clock.
 */
export interface SweepState {
  /** Changes from this time on are read. */
  readonly since: number;
  /** When the present sweep started; undefined before its first page. */
  readonly startedAt?: number | undefined;
  /** The search cursor of the last row read in this sweep. */
  readonly searchAfter?: unknown;
  /** Changes already delivered that a later page may repeat: contact id to time of the change. */
  readonly delivered: Readonly<Record<string, number>>;
}

export const sweepFrom = (since: number): SweepState => ({ since, delivered: {} });

export interface Change {
  readonly id: string;
  /** The contact as search gives it. */
  readonly raw: Json;
  readonly change: 'created' | 'updated';
}

type FeedContext = Pick<ToolContext, 'call' | 'clock' | 'hasTime'> & {
  readonly api: Pick<ToolContext['api'], 'now' | 'serverNow'>;
};

/** Reads past the cache, which does not see what others write. */
export const withoutCache = ({ call }: Pick<ToolContext, 'call'>): Pick<ToolContext, 'call'> => ({
  call: (endpoint, args, priority) => call(endpoint, args, priority, { fresh: true }),
});

/** A contact that was never changed may have no `dateUpdated`. */
export const changedAt = ({ dateUpdated, dateAdded }: Json): number => epochMs(dateUpdated ?? dateAdded);

function changesQuery(since: number): Json {
  const range = { operator: 'range', value: { gte: new Date(since).toISOString() } };
  const filters = [
    { field: 'dateUpdated', ...range },
    { field: 'dateAdded', ...range },
  ];
  return {
    filters: [{ group: 'OR', filters }],
    sort: [{ field: 'dateUpdated', direction: 'asc' }],
    pageLimit: PAGE,
  };
}

/**
 * Up to `wanted` contacts created or updated since a state, oldest change first, each change once. Complete for what the
 * index shows within `SEARCH_INDEX_DELAY_MS`. Deleted contacts, notes and tasks are not covered. `complete` is false where
 * a further call gives more rows.
 */
export async function changesSince(start: SweepState, wanted: number, context: FeedContext) {
  const { since } = start;
  const { api, clock } = context;
  const delivered = new Map(Object.entries(start.delivered));
  const changes: Change[] = [];
  let { startedAt = 0, searchAfter } = start;
  /** Rows after the last one may have been delivered by the previous sweep. */
  const midSweep = (searchAfter: unknown, readTo: number, known: ReadonlyMap<string, number>): SweepState => ({
    ...{ since, startedAt, searchAfter },
    delivered: changedFrom(Math.min(readTo, delayed(startedAt)), known),
  });
  const nextSweep = (): SweepState => {
    const next = Math.max(since, delayed(startedAt));
    return { since: next, delivered: changedFrom(next, delivered) };
  };
  /** The state of a reader who took only the first `n` changes, at least one. */
  const stateAfter = (n: number): SweepState => {
    const taken = changes.slice(0, n);
    const known = [...Object.entries(start.delivered), ...taken.map(({ id, raw }) => [id, changedAt(raw)] as const)];
    const last = taken.at(-1)?.raw ?? {};
    return midSweep(last.searchAfter, changedAt(last), new Map(known));
  };
  for (;;) {
    const askedAt = api.now();
    const page = await searchPage(withoutCache(context), changesQuery(since), searchAfter);
    // The time of the request by HighLevel's clock, as far as the local clock confirms it.
    startedAt ||= Math.min(api.serverNow() - (api.now() - askedAt), clock.now() + CLOCK_SLACK_MS);
    const read = takeChanges(page.rows, delivered, since, wanted - changes.length);
    changes.push(...read.changes);
    const last = page.rows[read.rows - 1];
    searchAfter = last?.searchAfter ?? searchAfter;
    if (read.rows === page.rows.length && page.searchAfter === undefined)
      return { changes, state: nextSweep(), complete: true, stateAfter };
    if (changes.length < wanted && context.hasTime()) continue;
    const state = midSweep(searchAfter, last ? changedAt(last) : since, delivered);
    return { changes, state, complete: false, stateAfter };
  }
}

/** The first `wanted` changes that are not delivered yet, and how many rows were read for them. */
function takeChanges(rows: readonly Json[], delivered: Map<string, number>, since: number, wanted: number) {
  const changes: Change[] = [];
  let read = 0;
  for (const raw of rows) {
    if (changes.length === wanted) break;
    read += 1;
    const { id, dateAdded } = raw;
    const at = changedAt(raw);
    // No tool takes an id of another form. An older version than one that was delivered is an index behind.
    if (!isId(id) || (delivered.get(id) ?? Number.NEGATIVE_INFINITY) >= at) continue;
    const isNew = !delivered.has(id) && epochMs(dateAdded) >= since;
    changes.push({ id, raw, change: isNew ? 'created' : 'updated' });
    delivered.set(id, at);
  }
  return { changes, rows: read };
}

const delayed = (time: number): number => time - SEARCH_INDEX_DELAY_MS;

/** The delivered changes that a later page may repeat. */
const changedFrom = (time: number, delivered: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...delivered].filter(([, at]) => at >= time));

/** A feed of the ids of changed contacts. Each poll sends one search request, however many changes there were. */
export function createContactFeed(since: number) {
  let state = sweepFrom(since);
  return {
    /** Contacts changed since the last poll. @throws UserError; the next poll then covers the same time */
    async poll(context: Omit<FeedContext, 'hasTime'>): Promise<{ ids: readonly string[]; complete: boolean }> {
      const read = await changesSince(state, PAGE, { ...context, hasTime: () => false });
      state = read.state;
      return { ids: read.changes.map(({ id }) => id), complete: read.complete };
    },
  };
}
