import fc from 'fast-check';
import type { Json } from '../../../src/lib/json.ts';
import type { Fault, FaultRule, Switches } from '../../../src/sandbox/index.ts';
import { contract } from '../../tools/contract.ts';
import { chance, type Fact, type MakeWrite, WRITES, type Write } from './schedule-calls.ts';
import { ids } from './schedule-world.ts';

/** One call of a schedule. */
export interface Step extends Write {
  readonly tool: string;
  /** ms that pass before it. */
  readonly pause: number;
  /** ms after which the host cancels it and continues. */
  readonly cancelAfter?: number;
  /** Sent at the same time as the step after it. */
  readonly together?: boolean;
}

export interface Schedule {
  /** Of response times and of the jitter of retries. */
  readonly seed: number;
  readonly indexDelayMs: number;
  /** ms by which HighLevel's clock is ahead of ours. */
  readonly skew: number;
  readonly switches: Partial<Switches>;
  readonly steps: readonly Step[];
  readonly faults: readonly FaultRule[];
}

export const writeTools = Object.keys(WRITES);

const { constantFrom, nat, oneof, record } = fc;
const MAX_STEPS = 8;
/** ms after which an identical create is no repetition any more. */
const FORGOTTEN_MS = 660_000;
const CREATES = /^(create_|add_contact_to_)/;

/** Absent, or with a probability in percent a value. */
const maybe = <T>(percent: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  oneof(
    { withCrossShrink: true },
    { weight: 100 - percent, arbitrary: fc.constant(undefined) },
    { weight: percent, arbitrary },
  );

const read = record({
  call: constantFrom<[string, Json]>(
    ['get_contact', { contactId: ids.ada }],
    ['list_contacts', {}],
    ['list_contact_notes', { contactId: ids.ada }],
    ['list_contact_tasks', { contactId: ids.ada }],
    ['search_contacts', { query: 'new', pageLimit: 20 }],
    ['find_duplicate_contact', { email: 'ada@old.example' }],
  ),
  pause: nat(1_999),
}).map(({ call: [tool, args], pause }): Step => ({ tool, args, pause }));

/** A write; a create is sometimes repeated: later, at the same time, or after it was undone. */
const writes = record({
  write: oneof(...Object.entries(WRITES).map(([tool, write]) => write.map((make) => ({ tool, make })))),
  pause: nat(2_999),
  cancelAfter: maybe(15, oneof(nat(299), nat(19_999))),
  repetition: maybe(
    40,
    record({
      how: oneof(
        { weight: 56, arbitrary: fc.constant('later') },
        { weight: 14, arbitrary: fc.constant('together') },
        { weight: 30, arbitrary: fc.constant('after undo') },
      ),
      pause: oneof({ weight: 80, arbitrary: nat(4_999) }, { weight: 20, arbitrary: fc.constant(FORGOTTEN_MS) }),
    }),
  ),
  reads: fc.tuple(maybe(25, read), maybe(25, read), maybe(25, read)),
});
type Writes = typeof writes extends fc.Arbitrary<infer T> ? T : never;

const absent = (facts: readonly Fact[] = []) => facts.map((each) => ({ ...each, value: '' }));

function stepsOf({ write, pause, cancelAfter, repetition }: Writes, nr: string, switches: Partial<Switches>): Step[] {
  const { tool, make }: { tool: string; make: MakeWrite } = write;
  const made = make(nr, switches);
  const once: Step = { tool, ...made, pause, ...(cancelAfter === undefined ? {} : { cancelAfter }) };
  if (!CREATES.test(tool) || !repetition) return [once];
  const again: Step = { tool, ...made, pause: repetition.pause };
  const undo = tool.replace('add_contact_to_', 'remove_contact_from_');
  if (repetition.how === 'after undo' && undo !== tool)
    return [once, { tool: undo, args: made.args, facts: absent(made.facts), pause: 0 }, again];
  if (repetition.how === 'together')
    return [
      { tool, ...made, pause, together: true },
      { ...again, pause: 0 },
    ];
  return [once, again];
}

const REJECTED = { message: ['email must be an email'], error: 'Unprocessable Entity', statusCode: 422 };
const strikes = constantFrom('before', 'after');
const spoiled = constantFrom('cut JSON', 'html', 'empty', 'too short', 'slow').map((answer) => ({ answer }));
const cut = record({ connection: fc.constant('cut'), strikes });
const hang = record({ connection: fc.constant('hang'), strikes });
const fault: fc.Arbitrary<Fault> = oneof(
  fc.constant({ status: 429 }),
  constantFrom('1', '3', '20', '60').map((after) => ({ status: 429, headers: { 'retry-after': after } })),
  record({ status: fc.constant(500), strikes }),
  record({ status: fc.constant(502), body: fc.constant('<html>Bad gateway</html>'), strikes }),
  record({ status: fc.constant(503), headers: fc.constant({ 'retry-after': '2' }), strikes }),
  cut,
  cut,
  hang,
  hang,
  record({ delayMs: nat(7_999), strikes: fc.constant('after') }),
  spoiled,
  spoiled,
  record({ status: fc.constant(422), body: fc.constant(REJECTED), strikes }),
);

const READS = ['get_contact', 'find_duplicate_contact', 'search_contacts', 'list_contact_notes', 'list_contact_tasks', 'get_contact_task', 'get_contact_note']; // biome-ignore format: a list
const routes = new Map<string, string>(contract.map(([tool, route]) => [tool, route]));

const faultRule = record({
  target: oneof(
    { weight: 65, arbitrary: record({ write: nat(MAX_STEPS - 1) }) },
    { weight: 20, arbitrary: record({ read: constantFrom(...READS) }) },
    { weight: 15, arbitrary: fc.constant('all') },
  ),
  nth: fc.array(nat(14), { minLength: 1, maxLength: 3 }),
  always: chance(8),
  fault,
});
type RulePlan = typeof faultRule extends fc.Arbitrary<infer T> ? T : never;

function ruleOf({ target, nth, always, fault }: RulePlan, writes: readonly Step[]): FaultRule {
  const tool =
    typeof target === 'string' ? '' : 'read' in target ? target.read : writes[target.write % writes.length]?.tool;
  const route = routes.get(tool ?? '') ?? '*';
  const isAll = route === '*';
  // The rejection of a write that no read can verify is believed, so that it must be true.
  const mustBeTrue = fault.status === 422 && (isAll || /campaign|workflow/.test(route));
  return {
    route,
    fault: mustBeTrue ? { ...fault, strikes: 'before' } : fault,
    ...(always && !isAll ? {} : { nth: nth.map((n) => 1 + (n % (isAll ? 15 : 4))) }),
  };
}

/** Where duplicates are not allowed it marks an existing contact, which can have one mark only. */
const marksExisting = ({ args }: Step) => args.createNewIfDuplicateAllowed === true;

/** After it two contacts may share an email or phone, and which of them an upsert changes is not defined. */
const sharesReach = ({ mark, args }: Step) =>
  mark !== undefined && [args.email, args.phone].some((reach) => /old|5550/.test(String(reach)));

const updatesByReach = ({ tool, mark }: Step) => tool === 'upsert_contact' && mark === undefined;
const deletesCyd = ({ tool, args }: Step) => tool === 'delete_contact' && args.contactId === ids.cyd;

/** Whether the facts of a write hold, given the other writes of its schedule. */
function isDefined(step: Step, at: number, all: readonly Step[]): boolean {
  if (marksExisting(step)) return all.findIndex(marksExisting) === at;
  if (!updatesByReach(step)) return true;
  // After Cyd is deleted, an upsert with Cyd's phone and Ada's email changes Ada.
  return !all.some(sharesReach) && !(step.args.phone === '+13125550103' && all.some(deletesCyd));
}

/** Calls in a sandbox whose requests sometimes fail. */
export const schedules: fc.Arbitrary<Schedule> = record({
  seed: nat(),
  indexDelayMs: constantFrom(0, 105_000),
  skew: constantFrom(0, 0, -90_000, 45_000),
  switches: record({
    duplicatesAllowed: fc.boolean(),
    refusedCreateWrites: chance(30),
    duplicateOrder: constantFrom('email first', 'phone first'),
  }),
  writes: fc.array(writes, { minLength: 1, maxLength: MAX_STEPS }),
  faults: fc.array(faultRule, { maxLength: 5 }),
}).map(({ writes: groups, faults, ...setting }) => {
  const withReads = groups.flatMap((group, at) =>
    stepsOf(group, String(at), setting.switches).map((step, i) => ({ step, read: group.reads[i] })),
  );
  const all = withReads.map(({ step }) => step);
  const calls = withReads.filter(({ step }, at) => isDefined(step, at, all)).slice(0, MAX_STEPS);
  const targets = calls.map(({ step }) => step);
  return {
    ...setting,
    steps: calls.flatMap(({ step, read: next }) => (next && !step.together ? [step, next] : [step])),
    faults: faults.map((rule) => ruleOf(rule, targets)),
  };
});
