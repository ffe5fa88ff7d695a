import { foldText } from '../../../lib/fold.ts';
import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { mayRead } from '../../core/permissions.ts';
import { cleanValue } from '../../core/row-shape.ts';
import type { Implementation, ToolInput } from '../../core/tool.ts';
import { DEFAULT_ROWS, pageDataBytes, rowsThatFit } from '../../core/tool-result.ts';
import { mergeContacts } from '../merge/merge-contacts.tool.ts';
import { newSweep, type Sweep, sweepContacts } from '../sweep.ts';
import { type Duplicates, findGroups, type Group, type Match } from './duplicate-groups.ts';
import type { findDuplicates } from './find-duplicates.tool.ts';
import { fullestFirst, KINDS, type Person, personOf } from './person.ts';

const JOB_KIND = 'duplicates';
/** Most contacts compared, about 1 KB of memory for each: the newest. */
const MAX_CONTACTS = 50_000;
/** Most contacts and matches shown of one group, and most values that too many contacts share. */
const MAX_MEMBERS = 20;
const MAX_SHARED = 10;
const VALUE_CHARACTERS = 100;
/** What a model does with the groups. */
const NEXT_STEP = 'merge_contacts merges two of a group; the first has the most data.';

/** The search for duplicates: while `found` is undefined, pages are left to read. */
interface DuplicateSearch {
  readonly sweep: Sweep;
  people: Person[];
  found?: Duplicates;
}

type Page = Pick<ToolInput<typeof findDuplicates>, 'limit' | 'skip'>;

export const run: Implementation<typeof findDuplicates> = async ({ handle, ...page }, context) => {
  const { jobs } = context.state;
  if (handle === undefined) {
    const search: DuplicateSearch = { sweep: newSweep({}, 'desc', MAX_CONTACTS), people: [] };
    return resume(search, page, context, () => jobs.create(JOB_KIND, search));
  }
  const search = jobs.find<DuplicateSearch>(JOB_KIND, handle);
  return jobs.runExclusively(handle, () => resume(search, page, context, () => handle));
};

/** Reads on as long as there is time, then shows a page of the groups; `handle` is called where a further call continues. */
async function resume(search: DuplicateSearch, page: Page, context: ToolContext, handle: () => string): Promise<Json> {
  const stopped = search.found ? undefined : await readPeople(search, context);
  const examined = search.sweep.seen.size;
  const { limit, skip = 0 } = page;
  const sameLimit = limit === undefined ? {} : { limit };
  if (stopped) {
    context.notify(`INCOMPLETE: ${stopped} These are the groups so far; next goes on.`);
    const soFar = pageOf(findGroups(search.people), sameLimit);
    return { incomplete: true, examined, ...soFar, next: { handle: handle(), ...sameLimit } };
  }
  search.found ??= findGroups(search.people);
  if (search.found.groups.length > 0 && mayRead(mergeContacts, context.access)) context.notify(NEXT_STEP);
  // Of contacts without duplicates nothing is needed any more.
  search.people = [];
  const answer = pageOf(search.found, page);
  const reached = skip + answer.groups.length;
  const next = reached < answer.total ? { next: { handle: handle(), ...sameLimit, skip: reached } } : {};
  return { examined, ...answer, ...next };
}

/** The groups from `skip` on that fit into one answer. */
function pageOf({ groups, shared }: Duplicates, { limit, skip = 0 }: Page) {
  const wanted = groups.slice(skip, skip + (limit ?? DEFAULT_ROWS));
  return {
    total: groups.length,
    groups: rowsThatFit(wanted, groupRow, pageDataBytes(limit)),
    ...(skip === 0 && shared.length > 0 ? { shared: shared.slice(0, MAX_SHARED).map(sharedRow) } : {}),
  };
}

/** Why it stopped before the end, if it did. */
async function readPeople({ sweep, people }: DuplicateSearch, context: ToolContext): Promise<string | undefined> {
  const stopped = await sweepContacts(sweep, context, 'compared', async (rows) => {
    people.push(...(await Promise.all(rows.map((row) => personOf(row, context)))));
  });
  const { total = 0, seen } = sweep;
  if (!stopped && seen.size < total)
    context.notify(
      seen.size >= MAX_CONTACTS
        ? `Of ${total} contacts only the newest ${seen.size} were compared, which is the limit.`
        : `HighLevel says that there are ${total} contacts, but shows only ${seen.size}: those were compared.`,
    );
  return stopped;
}

/** `contacts` of a match are the ids of those that share the value, where that is not the whole group. */
function groupRow({ evidence, people, matches }: Group): Json {
  return {
    evidence,
    matches: matches.slice(0, MAX_MEMBERS).map((match) => ({
      ...shownValue(match),
      ...(match.people.length < people.length ? { contacts: match.people.map(({ id }) => id) } : {}),
    })),
    differs: KINDS.filter((kind) => differ(people.map(({ row }) => row[kind]))),
    contacts: people
      .toSorted(fullestFirst)
      .slice(0, MAX_MEMBERS)
      .map(({ row }) => row),
    ...(people.length > MAX_MEMBERS ? { contactsInGroup: people.length } : {}),
  };
}

/** Whether two of the values that are given differ in more than case, accents and space. */
const differ = (values: readonly unknown[]): boolean =>
  new Set(values.flatMap((value) => (typeof value === 'string' ? foldText(value) : []))).size > 1;

const shownValue = ({ by, value }: Match): Json => ({ by, value: cleanValue(value, VALUE_CHARACTERS) });

/** A value that is no evidence, because too many contacts have it. */
const sharedRow = (match: Match): Json => ({ ...shownValue(match), contactCount: match.people.length });
