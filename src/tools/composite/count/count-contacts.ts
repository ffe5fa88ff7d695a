import { ApiError } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { pickFields, rowOf } from '../../core/row-shape.ts';
import { namesById } from '../../runtime/name-lookup.ts';
import { nextPage, REPEATS, searchPage } from '../search-pages.ts';
import { type Grouping, Groups, groupingOf, NAME_CHARACTERS } from './groups.ts';

/** Groups shown; the rest are summed. */
const SHOWN = 30;
const KIND = 'count';

/** A walk through all contacts that match, as far as it has come. */
interface Count {
  readonly grouping: Grouping;
  readonly question: Json;
  readonly groups: Groups;
  /** Ids counted: a page may repeat a row while the index moves. */
  readonly seen: Set<unknown>;
  /** Of businesses, as the rows tell them. */
  readonly names: Map<string, unknown>;
  searchAfter?: unknown;
  /** Contacts that match, as the last page said. */
  total?: number | undefined;
}

export async function run({ handle, groupBy, ...question }: Json, context: ToolContext): Promise<Json> {
  const { jobs } = context.state;
  if (typeof handle === 'string') {
    const count = jobs.find<Count>(KIND, handle);
    return jobs.runExclusively(handle, async () => {
      const answer = await goOn(count, context, () => handle);
      if (!answer.next) jobs.remove(handle);
      return answer;
    });
  }
  if (groupBy === undefined) return total(question, context);
  const grouping = await groupingOf(String(groupBy), context);
  const sorted = { ...question, sort: [{ field: 'dateAdded', direction: 'asc' }] };
  const count: Count = { grouping, question: sorted, groups: new Groups(), seen: new Set(), names: new Map() };
  return goOn(count, context, () => jobs.create(KIND, count));
}

async function total(question: Json, context: ToolContext): Promise<Json> {
  const page = await searchPage(context, { ...question, pageLimit: 1 }, undefined, 'interactive');
  if (page.total === undefined) throw new ApiError('HighLevel did not say how many contacts match.', 'unreadable', 200);
  context.notify(INDEX);
  return { total: page.total };
}

const INDEX = 'Counted by the search index, which trails writes by seconds to minutes.';

/** Counts on; `handle` is asked for where it does not come to the end. */
async function goOn(count: Count, context: ToolContext, handle: () => string): Promise<Json> {
  const stopped = await walk(count, context);
  const { grouping, seen, groups } = count;
  const rows = groups.sorted();
  const rest = rows.slice(SHOWN);
  const named = await withNames(rows.slice(0, SHOWN), count, context);
  context.notify(INDEX);
  if (grouping.by === 'tag') context.notify('A contact with several tags counts once for each.');
  else if (groups.several) context.notify('A contact with several values counts once for each.');
  if (!stopped && seen.size < (count.total ?? 0))
    context.notify(`HighLevel says that ${count.total} match, but shows only ${seen.size}: those are counted.`);
  if (stopped) context.notify(`INCOMPLETE: ${stopped} The groups hold what is counted so far; next goes on.`);
  return {
    ...(stopped ? { incomplete: true, counted: seen.size, total: count.total } : { total: seen.size }),
    groupBy: grouping.by,
    ...grouping.about,
    groups: named,
    ...(rest.length > 0
      ? { others: { groups: rest.length, contacts: rest.reduce((sum, group) => sum + group.count, 0) } }
      : {}),
    without: groups.without,
    ...(stopped ? { next: { handle: handle() } } : {}),
  };
}

/** Page after page until as many have come as match; otherwise why it stopped. @throws UserError where nothing came */
async function walk(count: Count, context: ToolContext): Promise<string | undefined> {
  for (;;) {
    if (count.seen.size > 0 && !context.hasTime()) return 'stopped for time.';
    try {
      const page = await searchPage(context, count.question, count.searchAfter);
      const before = count.seen.size;
      for (const row of page.rows) add(count, row);
      if (page.rows.length > 0 && count.seen.size === before) {
        context.notify(REPEATS);
        return undefined;
      }
      count.total = page.total;
      context.progress(count.seen.size, page.total, `${count.seen.size} contacts counted`);
      const next = nextPage(page, count.seen.size, count.searchAfter);
      if (next === undefined) return undefined;
      count.searchAfter = next;
    } catch (error) {
      if (count.seen.size === 0 || !(error instanceof UserError)) throw error;
      return error.message;
    }
  }
}

function add({ seen, groups, names, grouping }: Count, row: Json): void {
  if (seen.has(row.id)) return;
  seen.add(row.id);
  groups.add(grouping.value(rowOf.contact(row)));
  if (grouping.by === 'business' && row.businessName)
    names.set(String(row.businessId ?? row.businessName), row.businessName);
}

type Rows = readonly { value: string; count: number }[];

/** Rows as the model reads them, with names beside ids as far as they can be known. */
async function withNames(rows: Rows, { grouping, names }: Count, context: ToolContext): Promise<Json[]> {
  const lookup = grouping.by === 'owner' ? 'users' : grouping.by === 'business' ? 'businesses' : undefined;
  const unnamed = lookup !== undefined && rows.some(({ value }) => !names.has(value));
  if (unnamed && context.hasTime()) for (const [id, name] of await namesById(lookup, context)) names.set(id, name);
  return rows.map(({ value, count }) => {
    const name = names.get(value);
    return pickFields({ value, ...(name === value ? {} : { name }), count }, NAME_CHARACTERS);
  });
}
