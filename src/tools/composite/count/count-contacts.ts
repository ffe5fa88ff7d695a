import { ApiError } from '../../../api/errors.ts';
import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { pickFields, rowOf } from '../../core/row-shape.ts';
import type { Implementation } from '../../core/tool.ts';
import { rowsById } from '../../names/lookups.ts';
import { matchingPage } from '../search/collect.ts';
import { findByOtherValue } from '../search/secondary-values.ts';
import { newSweep, type Sweep, sweepContacts } from '../sweep.ts';
import type { countContacts } from './count-contacts.tool.ts';
import { type Group, type Grouping, Groups, groupingOf, NAME_CHARACTERS } from './groups.ts';

/** Groups shown; the rest are summed. */
const MAX_GROUPS = 30;
const JOB_KIND = 'count';
const INDEX_NOTICE = 'Counted by the search index, which lags behind writes of others by seconds to minutes.';

/** The progress of a count through all pages of a search. */
interface Count {
  readonly grouping: Grouping;
  readonly sweep: Sweep;
  readonly groups: Groups;
  /** Names of businesses, as the rows give them. */
  readonly names: Map<unknown, unknown>;
}

export const run: Implementation<typeof countContacts> = async ({ handle, groupBy, ...filter }, context) => {
  const { jobs } = context.state;
  if (handle !== undefined) {
    const count = jobs.find<Count>(JOB_KIND, handle);
    return jobs.runExclusively(handle, async () => {
      const answer = await resume(count, context, () => handle);
      if (!answer.next) jobs.remove(handle);
      return answer;
    });
  }
  if (groupBy === undefined) return countAll(filter, context);
  const grouping = await groupingOf(groupBy, context);
  const count: Count = { grouping, sweep: newSweep(filter, 'asc'), groups: new Groups(), names: new Map() };
  return resume(count, context, () => jobs.create(JOB_KIND, count));
};

async function countAll(filter: Json, context: ToolContext): Promise<Json> {
  const { total } = await matchingPage(context, { ...filter, pageLimit: 1 }, undefined, 'interactive');
  if (total === undefined) throw new ApiError('HighLevel did not say how many contacts match.', 'unreadable', 200);
  context.notify(INDEX_NOTICE);
  return { total: total === 0 && (await findByOtherValue(filter, context)) ? 1 : total };
}

/** Counts until the end or as long as there is time; `handle` is called where a further call must continue. */
async function resume(count: Count, context: ToolContext, handle: () => string): Promise<Json> {
  const { notify } = context;
  const { grouping, sweep, groups } = count;
  const stopped = await sweepContacts(sweep, context, 'counted', (page) => {
    for (const row of page) countRow(count, row);
  });
  const { seen: counted, total = 0 } = sweep;
  const rows = groups.sorted();
  const others = rows.slice(MAX_GROUPS);
  const shown = await withNames(rows.slice(0, MAX_GROUPS), count, context);
  notify(INDEX_NOTICE);
  if (grouping.by === 'tag') notify('A contact with several tags counts once for each.');
  else if (groups.several) notify('A contact with several values counts once for each.');
  if (stopped) notify(`INCOMPLETE: ${stopped} The groups hold what is counted so far; next goes on.`);
  else if (counted.size < total)
    notify(`HighLevel says that ${total} match, but shows only ${counted.size}: those are counted.`);
  return {
    ...(stopped ? { incomplete: true, counted: counted.size, total: sweep.total } : { total: counted.size }),
    groupBy: grouping.by,
    ...grouping.about,
    groups: shown,
    ...(others.length > 0
      ? { others: { groups: others.length, contacts: others.reduce((sum, group) => sum + group.count, 0) } }
      : {}),
    without: groups.without,
    ...(stopped ? { next: { handle: handle() } } : {}),
  };
}

function countRow({ groups, names, grouping }: Count, row: Json): void {
  groups.add(grouping.value(rowOf.contact(row)));
  if (grouping.by === 'business' && row.businessName) names.set(row.businessId ?? row.businessName, row.businessName);
}

/** Groups as the model reads them: by name in place of the id, where no other group has that name. */
async function withNames(groups: readonly Group[], { grouping, names }: Count, context: ToolContext): Promise<Json[]> {
  const lookup = grouping.by === 'owner' ? 'users' : grouping.by === 'business' ? 'businesses' : undefined;
  const unnamed = lookup ? groups.map(({ value }) => value).filter((value) => !names.has(value)) : [];
  if (lookup && unnamed.length > 0 && context.hasTime())
    for (const [id, { name }] of await rowsById(lookup, unnamed, context)) names.set(id, name);
  const times = new Map<unknown, number>();
  for (const { value } of groups) times.set(names.get(value), (times.get(names.get(value)) ?? 0) + 1);
  return groups.map(({ value, count }) => {
    const name = names.get(value);
    const isShared = name !== value && Number(times.get(name)) > 1;
    const shown = name === undefined ? { value } : isShared ? { value, name } : { value: name };
    return pickFields({ ...shown, count }, NAME_CHARACTERS);
  });
}
