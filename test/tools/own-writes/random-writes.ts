import { type Json, recordIn, rowsIn } from '../../../src/lib/json.ts';
import { NOW } from '../../connect.ts';
import { randomOf } from '../../random.ts';
import { BUSINESSES, openTwins, type Twins, USERS } from './twins.ts';

const NAMES = ['Ann', 'bea', 'Cid', 'Zoe', 'Ömer'];
const TAGS = ['vip', 'gold', 'new'];
/** ms between calls: none, so that writes share their time, up to beyond what this server knows of its writes. */
const WAITS = [0, 0, 1, 1_000, 20_000, 60_000, 105_000, 181_000];
const STEPS = 14;

/** What a random run may do, given a source of random numbers. */
function choices(random: () => number) {
  const index = (length: number) => Math.floor(random() * length);
  const pick = <T>(values: readonly T[]): T => values[index(values.length)] as T;
  const some = <T>(values: readonly T[]): T[] => values.filter(() => random() < 0.5);
  const email = () => `new${index(6)}@example.com`;
  return { index, pick, some, email };
}
type Choices = ReturnType<typeof choices>;

const fieldsOf = ({ pick, some, email }: Choices): Json => ({
  firstName: pick(NAMES),
  ...Object.assign(
    {},
    ...some<Json>([
      { lastName: pick(NAMES) },
      { email: email() },
      { city: pick(['Austin', 'Boston']) },
      { companyName: pick(['Acme', 'Globex']) },
      { tags: some(TAGS) },
      { assignedTo: pick(USERS) },
      { dnd: true },
      { customFields: [{ field: 'fieldOfBike000000001', value: pick(['Tern', 'Brompton']) }] },
    ]),
  ),
});

/** One write, with ids of contacts that exist, existed, or were never there. */
function randomWrite(at: Choices, ids: readonly string[]): readonly [tool: string, args: Json] {
  const { pick, some } = at;
  const contactId = pick(ids);
  const tags = [pick(TAGS), ...some(TAGS)];
  const contacts = [...new Set([contactId, ...some(ids.slice(-6))])];
  return pick<() => readonly [string, Json]>([
    () => ['create_contact', fieldsOf(at)],
    () => ['create_contact', fieldsOf(at)],
    () => ['update_contact', { contactId, ...fieldsOf(at) }],
    () => ['update_contact', { contactId, clear: ['lastName', 'city'] }],
    () => ['upsert_contact', { ...fieldsOf(at), email: at.email() }],
    () => ['delete_contact', { contactId }],
    () => ['add_contact_tags', { contactId, tags }],
    () => ['remove_contact_tags', { contactId, tags }],
    () => ['bulk_update_contact_tags', { type: pick(['add', 'remove']), contacts, tags }],
    () => [
      'bulk_assign_contact_business',
      { ids: contacts, ...pick<Json>([{ businessId: BUSINESSES[0] }, { unlinkBusiness: true }]) },
    ],
    () => ['add_contact_followers', { contactId, followers: [pick(USERS)] }],
    () => ['remove_contact_followers', { contactId, followers: [pick(USERS)] }],
  ])();
}

const filter = (field: string, operator: string, value?: unknown): Json =>
  value === undefined ? { field, operator } : { field, operator, value };

function randomFilter({ pick, index }: Choices): Json {
  return pick<() => Json>([
    () => filter('tags', pick(['eq', 'not_eq']), pick(TAGS)),
    () => filter('tags', 'contains_set', ['vip', 'gold']),
    () => filter('firstName', pick(['eq', 'contains', 'not_contains']), pick(NAMES)),
    () => filter(pick(['lastName', 'email', 'city', 'companyName']), pick(['exists', 'not_exists'])),
    () => filter('city', pick(['eq', 'contains']), pick(['austin', 'Bos'])),
    () => filter('assignedTo', pick(['eq', 'not_eq']), pick(USERS)),
    () => filter('followers', 'eq', pick(USERS)),
    () => filter('dnd', 'eq', pick([true, false])),
    () => filter('businessName', pick(['eq', 'not_contains']), 'Club'),
    () => filter('customFields.Bike', pick(['eq', 'contains', 'exists', 'not_exists']), undefined),
    () => ({
      field: pick(['dateAdded', 'dateUpdated']),
      operator: 'range',
      gte: new Date(NOW + index(120_000)).toISOString(),
    }),
  ])();
}

/** Values for operators that need one. */
const completed = (each: Json): Json =>
  each.field === 'customFields.Bike' && ['eq', 'contains'].includes(String(each.operator))
    ? { ...each, value: 'tern' }
    : each;

function randomRead(at: Choices): readonly [tool: string, args: Json] {
  const { pick, some, index } = at;
  const filters = Array.from({ length: index(3) }, () => completed(randomFilter(at)));
  const grouped = filters.length === 2 && index(2) === 0 ? [{ group: 'OR', filters }] : filters;
  const direction = pick(['asc', 'desc']);
  const sort = pick([
    [],
    [{ field: 'firstName', direction }],
    [{ field: 'dateUpdated', direction }],
    [
      { field: 'dnd', direction },
      { field: 'dateAdded', direction: 'asc' },
    ],
  ]);
  const search = {
    ...(grouped.length > 0 ? { filters: grouped } : {}),
    ...Object.assign({}, ...some<Json>([{ query: pick(['ann', 'o', 'example', 'vip']) }])),
  };
  return pick<() => readonly [string, Json]>([
    () => [
      'list_contacts',
      { limit: pick([2, 3, 20]), ...Object.assign({}, ...some<Json>([{ query: pick(['ann', 'vip']) }])) },
    ],
    () => ['search_contacts', { ...search, ...(sort.length > 0 ? { sort } : {}), pageLimit: pick([2, 3, 20]) }],
    () => ['search_contacts', { ...search, pageLimit: pick([2, 3]), page: 1 + index(3) }],
    () => ['count_contacts', search],
    () => ['count_contacts', { ...search, groupBy: 'tag' }],
    () => ['list_contacts_by_business', { businessId: BUSINESSES[0], limit: pick([2, 3, 25]) }],
    () => ['find_duplicate_contact', { email: at.email() }],
  ])();
}

/** Runs a random sequence of writes, reads and pauses, and compares each read with a server whose index has no delay. */
export async function runRandomly(seed: number): Promise<void> {
  const at = choices(randomOf(seed));
  // The longest delay for all writes, or another one for each.
  const delays = randomOf(seed);
  const twins = await openTwins(seed % 2 === 0 ? {} : { delay: () => 11_000 + Math.floor(delays() * 94_000) });
  const seeded = rowsIn(await twins.current.call('list_contacts', { limit: 100 }), 'contacts').map(({ id }) =>
    String(id),
  );
  const ids = [...seeded];
  for (let step = 0; step < STEPS; step += 1) {
    const [tool, args] = randomWrite(at, ids);
    const answer = await attempt(twins, tool, args);
    const id = recordIn(answer, 'contact')?.id;
    if (typeof id === 'string' && !ids.includes(id)) ids.push(id);
    twins.advance(at.pick(WAITS));
    await compare(twins, ...randomRead(at));
  }
  await compare(twins, 'list_contacts', { limit: 3 });
  await compare(twins, 'search_contacts', { pageLimit: 3 });
}

/** A write that both refuse, such as one to a deleted contact, is part of the run. */
async function attempt({ late, current }: Twins, tool: string, args: Json): Promise<Json | undefined> {
  const outcomes = await Promise.allSettled([late.call(tool, args), current.call(tool, args)]);
  const [first, second] = outcomes;
  if (first?.status !== second?.status)
    throw new Error(`${tool} ${JSON.stringify(args)}: one of the servers refused it`);
  return first?.status === 'fulfilled' ? first.value : undefined;
}

const compare = (twins: Twins, tool: string, args: Json): Promise<void> =>
  tool.startsWith('count') || tool.startsWith('find') ? twins.expectSame(tool, args) : twins.expectSameList(tool, args);
