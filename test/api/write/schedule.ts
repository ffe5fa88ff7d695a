import type { Json } from '../../../src/lib/json.ts';
import { createRandom } from '../../../src/sandbox/ids.ts';
import type { Fault, FaultRule, Switches } from '../../../src/sandbox/index.ts';
import { contract } from '../../tools/contract.ts';
import { ids, OLD_NOTE, OLD_TASK, TAGS } from './schedule-world.ts';

/** A fact a call is to bring about; '' is its absence. `owner` is what must be there for the fact to count. */
export interface Fact {
  readonly owner: string;
  readonly name: string;
  readonly value: string;
}

export interface Step {
  readonly tool: string;
  readonly args: Json;
  /** What the created thing is found by. */
  readonly mark?: string;
  readonly facts?: readonly Fact[];
  /** ms that pass before it. */
  readonly pause: number;
  /** ms after which the host cancels it and goes on. */
  readonly cancelAfter?: number;
  /** Goes out together with the step after it. */
  readonly together?: boolean;
}

export interface Schedule {
  readonly seed: number;
  readonly indexDelayMs: number;
  /** ms HighLevel's clock is ahead of ours. */
  readonly skew: number;
  readonly switches: Partial<Switches>;
  readonly steps: readonly Step[];
  readonly faults: readonly FaultRule[];
}

export interface Dice {
  random(): number;
  below(n: number): number;
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T;
}

export function createDice(seed: number): Dice {
  const random = createRandom(seed, 'schedule');
  const below = (n: number) => Math.floor(random() * n);
  return {
    random,
    below,
    chance: (share) => random() < share,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
  };
}

type Made = Pick<Step, 'args' | 'mark' | 'facts'>;
type Maker = (dice: Dice, nr: string, switches: Partial<Switches>) => Made;

const contactOf = (dice: Dice) => dice.pick([ids.ada, ids.ada, ids.bob, ids.cyd]);
const fact = (contactId: string, name: string, value: string): Fact => ({ owner: `contact/${contactId}`, name, value });
const facts = (contactId: string, fields: Json): Fact[] =>
  Object.entries(fields).map(([name, value]) => fact(contactId, name, String(value ?? '')));
const some = <T>(dice: Dice, from: readonly T[]): T[] => {
  const kept = from.filter(() => dice.chance(0.4));
  return kept.length > 0 ? kept : [dice.pick(from)];
};
const spelt = (dice: Dice, tag: string) => (dice.chance(0.3) ? tag.toUpperCase() : tag);
const tagFacts = (contactId: string, tags: readonly string[], value: string) =>
  tags.map((tag) => fact(contactId, `tag ${tag}`, value));
const replacedTags = (contactId: string, tags: readonly string[]) =>
  TAGS.map((tag) => fact(contactId, `tag ${tag}`, tags.includes(tag) ? 'yes' : ''));

/** A new person: with an email, a phone in one of its spellings, both or neither; or somebody who is there already. */
function person(dice: Dice, nr: string): Json {
  const n = nr.padStart(4, '0');
  const email = { email: `Mark${nr}@new.example` };
  const phone = { phone: dice.pick([`+1312556${n}`, `+1 312-556-${n}`, `(312) 556-${n}`]) };
  const reach = dice.pick<Json>([
    email,
    phone,
    { ...email, ...phone },
    {},
    { email: 'ada@old.example' },
    { phone: '+13125550103' },
    { ...email, phone: '+13125550101' },
  ]);
  const name = dice.pick<Json>([
    { firstName: `Mark${nr}`, lastName: 'New' },
    { name: `Mark${nr} de  New` },
    { firstName: 'Twin' },
    {},
  ]);
  const more = dice.pick<Json>([{}, {}, { country: 'ZZ' }, { tags: ['VIP'] }, { customFields: byKey(nr) }]);
  return { ...name, ...reach, ...more, website: `https://mark${nr}.example` };
}

const byKey = (nr: string) => [{ key: 'bike', value: `Bike ${nr}` }];

/** Changes of a known contact, with all the fields that are stored in their own ways. */
function changes(dice: Dice, contactId: string, nr: string): { args: Json; facts: Fact[] } {
  const each: { args: Json; facts: Fact[] }[] = [
    { args: { city: `City ${nr}` }, facts: facts(contactId, { city: `City ${nr}` }) },
    { args: { companyName: `Company ${nr}` }, facts: facts(contactId, { companyName: `Company ${nr}` }) },
    { args: { dateOfBirth: '04/09/1988' }, facts: facts(contactId, { dateOfBirth: '1988-04-09' }) },
    { args: { customFields: byKey(nr) }, facts: [fact(contactId, `field ${ids.field}`, `Bike ${nr}`)] },
    {
      args: { customFields: [{ id: ids.field, value: `Bike ${nr}` }] },
      facts: [fact(contactId, `field ${ids.field}`, `Bike ${nr}`)],
    },
    {
      args: { customFields: [{ id: ids.choice, value: ['Cargo', 'Gravel'] }] },
      facts: [fact(contactId, `field ${ids.choice}`, '["Cargo","Gravel"]')],
    },
    { args: { customFields: [{ id: ids.nobody, value: 'vanishes' }] }, facts: [] },
    { args: { tags: ['VIP', 'Cargo'] }, facts: replacedTags(contactId, ['vip', 'cargo']) },
    { args: { dnd: true }, facts: facts(contactId, { dnd: true }) },
    { args: { state: 'IL' }, facts: facts(contactId, { state: 'IL' }) },
  ];
  const kept = some(dice, each);
  return {
    args: Object.assign({}, ...kept.map(({ args }) => args)),
    facts: lastOfEach(
      kept.flatMap((k) => k.facts),
      kept,
    ),
  };
}

/** Where two changes name custom fields, the later one wins. */
function lastOfEach(all: Fact[], kept: readonly { args: Json; facts: Fact[] }[]): Fact[] {
  const fields = kept.filter(({ args }) => args.customFields);
  const last = fields.at(-1);
  return all.filter((each) => !each.name.startsWith('field ') || (last?.facts.includes(each) ?? true));
}

const makers: Readonly<Record<string, Maker>> = {
  create_contact(dice, nr) {
    const args = person(dice, nr);
    return { args, mark: `contact ${args.website}` };
  },
  update_contact(dice, nr) {
    const contactId = contactOf(dice);
    if (dice.chance(0.15))
      return { args: { contactId, clear: ['lastName', 'city'] }, facts: facts(contactId, { lastName: '', city: '' }) };
    const made = changes(dice, contactId, nr);
    return { args: { contactId, ...made.args }, facts: made.facts };
  },
  delete_contact: (dice) => {
    const contactId = dice.pick([ids.cyd, ids.cyd, ids.bob]);
    return { args: { contactId }, facts: [{ owner: '', name: `contact/${contactId}`, value: '' }] };
  },
  upsert_contact(dice, nr, { duplicateOrder }) {
    if (dice.chance(0.35)) {
      const args: Json = { email: `mark${nr}@new.example`, ...person(dice, nr) };
      const { email, phone, website } = args;
      const mark = `contact ${website}`;
      // Cyd may be deleted, and the mark with her.
      if (phone === '+13125550103') return { args: { email, website }, mark };
      if (![email, phone].some((reach) => /old|5550/.test(String(reach)))) return { args, mark };
      return { args: { email, ...(phone ? { phone } : {}), website, createNewIfDuplicateAllowed: true }, mark };
    }
    const [contactId, reach] = dice.pick<[string, Json]>([
      [ids.ada, { email: 'ADA@old.example' }],
      [duplicateOrder === 'phone first' ? ids.cyd : ids.ada, { email: 'ada@old.example', phone: '+13125550103' }],
      [ids.ada, { phone: '+1 (312) 555-0101' }],
      [ids.bob, { email: 'bob@old.example', gender: 'male' }],
    ]);
    const made = changes(dice, contactId, nr);
    return { args: { ...reach, ...made.args }, facts: made.facts };
  },
  create_contact_task(dice, nr) {
    const contactId = contactOf(dice);
    const old = dice.chance(0.4);
    const title = old ? OLD_TASK.title : `Task ${nr}`;
    const more = dice.pick<Json>([{}, { body: `Body ${nr}`, completed: true, assignedTo: ids.user }]);
    return { args: { contactId, ...OLD_TASK, title, ...more }, mark: `task ${contactId} ${title}` };
  },
  update_contact_task(dice, nr) {
    const taskId = dice.pick([ids.task, ids.task2]);
    const fields = some(dice, ['body', 'assignedTo', 'completed'] as const);
    const values = { body: `Body ${nr}`, assignedTo: ids.user2, completed: true };
    const chosen = Object.fromEntries(fields.map((name) => [name, values[name]]));
    return { args: { contactId: ids.ada, taskId, ...chosen }, facts: taskFacts(taskId, chosen) };
  },
  set_contact_task_completed(dice) {
    const taskId = dice.pick([ids.task, ids.task2]);
    const completed = dice.chance(0.5);
    return { args: { contactId: ids.ada, taskId, completed }, facts: taskFacts(taskId, { completed }) };
  },
  delete_contact_task: () => ({
    args: { contactId: ids.ada, taskId: ids.task2 },
    facts: [fact(ids.ada, `task/${ids.task2}`, '')],
  }),
  create_contact_note(dice, nr) {
    const contactId = contactOf(dice);
    const body = dice.pick([OLD_NOTE, `Note ${nr}`, `<p>Note &amp; ${nr}</p>`]);
    const more = dice.pick<Json>([{}, { title: `Title ${nr}`, pinned: true, userId: ids.user }]);
    return { args: { contactId, body, ...more }, mark: `note ${contactId} ${body}` };
  },
  update_contact_note(dice, nr) {
    const chosen = dice.pick<Json>([
      { title: `Title ${nr}` },
      { pinned: true },
      { title: `Title ${nr}`, pinned: false },
    ]);
    const noteId = dice.pick([ids.note, ids.note2]);
    return {
      args: { contactId: ids.ada, noteId, ...chosen },
      facts: facts(ids.ada, chosen).map((each) => under(each, `note/${noteId}`)),
    };
  },
  delete_contact_note: () => ({
    args: { contactId: ids.ada, noteId: ids.note2 },
    facts: [fact(ids.ada, `note/${ids.note2}`, '')],
  }),
  add_contact_tags(dice) {
    const contactId = contactOf(dice);
    const tags = some(dice, TAGS);
    return { args: { contactId, tags: tags.map((tag) => spelt(dice, tag)) }, facts: tagFacts(contactId, tags, 'yes') };
  },
  remove_contact_tags(dice) {
    const contactId = contactOf(dice);
    const tags = some(dice, TAGS);
    return { args: { contactId, tags: tags.map((tag) => spelt(dice, tag)) }, facts: tagFacts(contactId, tags, '') };
  },
  bulk_update_contact_tags(dice) {
    const known = some(dice, [ids.ada, ids.bob, ids.cyd]);
    const contacts = dice.chance(0.2) ? [...known, ids.nobody] : known;
    if (dice.chance(0.2))
      return {
        args: { type: 'remove', contacts, tags: [], removeAllTags: true },
        facts: known.flatMap((id) => tagFacts(id, TAGS, '')),
      };
    const type = dice.pick(['add', 'remove']);
    const tags = some(dice, TAGS);
    const value = type === 'add' ? 'yes' : '';
    return { args: { type, contacts, tags }, facts: known.flatMap((id) => tagFacts(id, tags, value)) };
  },
  bulk_assign_contact_business(dice) {
    const known = some(dice, [ids.ada, ids.bob, ids.cyd]);
    const businessId = dice.pick([ids.business, null]);
    return {
      args: { ids: dice.chance(0.2) ? [...known, ids.nobody] : known, businessId },
      facts: known.flatMap((id) => facts(id, { businessId })),
    };
  },
  add_contact_followers: (dice) => followers(dice, 'yes'),
  remove_contact_followers: (dice) => followers(dice, ''),
  add_contact_to_campaign: (dice) => enrolled(dice, 'campaigns', 'yes'),
  remove_contact_from_campaign: (dice) => enrolled(dice, 'campaigns', ''),
  remove_contact_from_all_campaigns(dice) {
    const contactId = contactOf(dice);
    return {
      args: { contactId },
      facts: [ids.campaign, ids.campaign2].map((id) => fact(contactId, `campaigns ${id}`, '')),
    };
  },
  add_contact_to_workflow: (dice) => enrolled(dice, 'workflows', 'yes'),
  remove_contact_from_workflow: (dice) => enrolled(dice, 'workflows', ''),
};
export const writeTools = Object.keys(makers);

const under = ({ owner, name, value }: Fact, part: string): Fact => ({ owner: `${owner}/${part}`, name, value });
const taskFacts = (taskId: string, fields: Json) => facts(ids.ada, fields).map((each) => under(each, `task/${taskId}`));

function followers(dice: Dice, value: string): Made {
  const contactId = contactOf(dice);
  const users = some(dice, [ids.user, ids.user2]);
  return {
    args: { contactId, followers: users },
    facts: users.map((user) => fact(contactId, `follower ${user}`, value)),
  };
}

function enrolled(dice: Dice, kind: 'campaigns' | 'workflows', value: string): Made {
  const contactId = contactOf(dice);
  const id = dice.pick(kind === 'campaigns' ? [ids.campaign, ids.campaign2] : [ids.workflow, ids.workflow2]);
  const args = { contactId, [kind === 'campaigns' ? 'campaignId' : 'workflowId']: id };
  return { args, facts: [fact(contactId, `${kind} ${id}`, value)] };
}

const reads: readonly (readonly [string, Json])[] = [
  ['get_contact', { contactId: ids.ada }],
  ['list_contacts', {}],
  ['list_contact_notes', { contactId: ids.ada }],
  ['list_contact_tasks', { contactId: ids.ada }],
  ['search_contacts', { query: 'new', pageLimit: 20 }],
  ['find_duplicate_contact', { email: 'ada@old.example' }],
];

const CREATES = /^(create_|add_contact_to_)/;
/** ms after which the same create is meant. */
const FORGOTTEN = 660_000;

/** One to two steps: a write now and then made twice, at once or later, or given up by the host. */
function writeSteps(dice: Dice, nr: string, switches: Partial<Switches>): Step[] {
  const tool = dice.pick(writeTools);
  const made = (makers[tool] as Maker)(dice, nr, switches);
  const pause = dice.below(3_000);
  const cancel = dice.chance(0.15) ? { cancelAfter: dice.below(dice.chance(0.5) ? 300 : 20_000) } : {};
  const step: Step = { tool, ...made, pause, ...cancel };
  if (!CREATES.test(tool) || dice.chance(0.6)) return [step];
  const again = { tool, ...made, pause: dice.chance(0.2) ? FORGOTTEN : dice.below(5_000) };
  const undo = tool.replace('add_contact_to_', 'remove_contact_from_');
  if (undo !== tool && dice.chance(0.3))
    return [step, { tool: undo, args: made.args, facts: undone(made.facts), pause: 0 }, again];
  return dice.chance(0.2)
    ? [
        { tool, ...made, pause, together: true },
        { ...again, pause: 0 },
      ]
    : [step, again];
}

const undone = (all: readonly Fact[] = []) => all.map((each) => ({ ...each, value: '' }));

const REFUSED = { message: ['email must be an email'], error: 'Unprocessable Entity', statusCode: 422 };

function someFault(dice: Dice): Fault {
  const strikes = dice.pick(['before', 'after'] as const);
  return dice.pick<Fault>([
    { status: 429 },
    { status: 429, headers: { 'retry-after': dice.pick(['1', '3', '20', '60']) } },
    { status: 500, strikes },
    { status: 502, body: '<html>Bad gateway</html>', strikes },
    { status: 503, headers: { 'retry-after': '2' }, strikes },
    { connection: 'cut', strikes },
    { connection: 'cut', strikes },
    { connection: 'hang', strikes },
    { connection: 'hang', strikes },
    { delayMs: dice.below(8_000), strikes: 'after' },
    { answer: dice.pick(['cut JSON', 'html', 'empty', 'too short', 'slow']) },
    { answer: dice.pick(['cut JSON', 'html', 'empty', 'too short', 'slow']) },
    { status: 422, body: REFUSED, strikes },
  ]);
}

const routeOf = new Map<string, string>(contract.map(([tool, route]) => [tool, route]));
const LOOKS = ['get_contact', 'find_duplicate_contact', 'search_contacts', 'list_contact_notes', 'list_contact_tasks', 'get_contact_task', 'get_contact_note']; // biome-ignore format: a list

function faultRule(dice: Dice, steps: readonly Step[]): FaultRule {
  const where = dice.random();
  const tool = where < 0.65 ? dice.pick(steps).tool : dice.pick(LOOKS);
  const route = where > 0.85 ? '*' : (routeOf.get(tool) ?? '*');
  const among = route === '*' ? 15 : 4;
  const nth = Array.from({ length: 1 + dice.below(3) }, () => 1 + dice.below(among));
  const fault = someFault(dice);
  // What no read shows is believed when it is refused, so that it must be true.
  const unseen = route === '*' || /campaign|workflow/.test(route);
  const told = fault.status === 422 && unseen ? { ...fault, strikes: 'before' as const } : fault;
  return { route, fault: told, ...(dice.chance(0.08) && route !== '*' ? {} : { nth }) };
}

/** Where duplicates are off it marks somebody known, who bears one mark only. */
const marksKnown = ({ args }: Step) => args.createNewIfDuplicateAllowed === true;

/** After it an email or phone may be two people's, and nobody can say which of them an upsert means. */
const sharesReach = ({ mark, args }: Step) =>
  mark !== undefined && [args.email, args.phone].some((reach) => /old|5550/.test(String(reach)));

/** A schedule of calls and faults: the same seed gives the same one. */
export function makeSchedule(seed: number): Schedule {
  const dice = createDice(seed);
  const switches: Partial<Switches> = {
    duplicatesAllowed: dice.chance(0.5),
    refusedCreateWrites: dice.chance(0.3),
    duplicateOrder: dice.pick(['email first', 'phone first']),
  };
  const writes = Array.from({ length: 3 + dice.below(6) }, (_, at) =>
    writeSteps(dice, String((seed % 900) * 10 + at), switches),
  )
    .flat()
    .filter((step, at, all) => !marksKnown(step) || all.findIndex(marksKnown) === at)
    .filter((step, _, all) => step.mark !== undefined || step.tool !== 'upsert_contact' || !all.some(sharesReach))
    .slice(0, 8);
  const steps = writes.flatMap((step): Step[] => {
    const [tool, args] = dice.pick(reads);
    return step.together || dice.chance(0.75) ? [step] : [step, { tool, args, pause: dice.below(2_000) }];
  });
  return {
    seed,
    indexDelayMs: dice.pick([0, 105_000]),
    skew: dice.pick([0, 0, -90_000, 45_000]),
    switches,
    steps,
    faults: Array.from({ length: 1 + dice.below(5) }, () => faultRule(dice, writes)),
  };
}
