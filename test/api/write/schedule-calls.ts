import fc from 'fast-check';
import type { Json } from '../../../src/lib/json.ts';
import type { Switches } from '../../../src/sandbox/index.ts';
import { ids, OLD_NOTE, OLD_TASK, TAGS } from './schedule-world.ts';

/** A value that a call should set; '' means absent. `owner` is the record that must exist for the value to count. */
export interface Fact {
  readonly owner: string;
  readonly name: string;
  readonly value: string;
}

export interface Write {
  readonly args: Json;
  /** Finds the created record. */
  readonly mark?: string;
  readonly facts?: readonly Fact[];
}

/** Makes a write; `nr` differs for each write of a schedule. */
export type MakeWrite = (nr: string, switches: Partial<Switches>) => Write;
type MakeJson = (nr: string) => Json;

const { constantFrom, tuple } = fc;

/** True with a probability in percent; shrinks to false. */
export const chance = (percent: number): fc.Arbitrary<boolean> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 100 - percent, arbitrary: fc.constant(false) },
    { weight: percent, arbitrary: fc.constant(true) },
  );

const someOf = <T>(from: readonly T[]) => fc.subarray([...from], { minLength: 1 });
const contactId = constantFrom(ids.ada, ids.ada, ids.bob, ids.cyd);

const fact = (id: string, name: string, value: string): Fact => ({ owner: `contact/${id}`, name, value });
const factsOf = (id: string, fields: Json): Fact[] =>
  Object.entries(fields).map(([name, value]) => fact(id, name, String(value ?? '')));
const tagFacts = (id: string, tags: readonly string[], value: string) =>
  tags.map((tag) => fact(id, `tag ${tag}`, value));
const below = ({ owner, name, value }: Fact, part: string): Fact => ({ owner: `${owner}/${part}`, name, value });
const factsBelow = (part: string, fields: Json) => factsOf(ids.ada, fields).map((each) => below(each, part));

const byKey = (nr: string) => [{ field: 'contact.bike', value: `Bike ${nr}` }];
const newEmail: MakeJson = (nr) => ({ email: `Mark${nr}@new.example` });
const newPhone = constantFrom<MakeJson>(
  (nr) => ({ phone: `+1312556${nr.padStart(4, '0')}` }),
  (nr) => ({ phone: `+1 312-556-${nr.padStart(4, '0')}` }),
  (nr) => ({ phone: `(312) 556-${nr.padStart(4, '0')}` }),
);

/** A new person with an email, a phone, both or neither; or one who shares them with an existing contact. */
const person: fc.Arbitrary<MakeJson> = tuple(
  newPhone,
  constantFrom<(nr: string, phone: MakeJson) => Json>(
    newEmail,
    (nr, phone) => phone(nr),
    (nr, phone) => ({ ...newEmail(nr), ...phone(nr) }),
    () => ({}),
    () => ({ email: 'ada@old.example' }),
    () => ({ phone: '+13125550103' }),
    (nr) => ({ ...newEmail(nr), phone: '+13125550101' }),
  ),
  constantFrom<MakeJson>(
    (nr) => ({ firstName: `Mark${nr}`, lastName: 'New' }),
    (nr) => ({ name: `Mark${nr} de  New` }),
    () => ({ firstName: 'Twin' }),
    () => ({}),
  ),
  constantFrom<MakeJson>(
    () => ({}),
    () => ({}),
    () => ({ country: 'ZZ' }),
    () => ({ tags: ['VIP'] }),
    (nr) => ({ customFields: byKey(nr) }),
  ),
).map(([phone, reach, name, more]) => (nr) => ({
  ...name(nr),
  ...reach(nr, phone),
  ...more(nr),
  website: `https://mark${nr}.example`,
}));

/** One change for each way in which HighLevel stores a field. */
const CHANGES: readonly ((id: string, nr: string) => { readonly args: Json; readonly facts: readonly Fact[] })[] = [
  (id, nr) => ({ args: { city: `City ${nr}` }, facts: factsOf(id, { city: `City ${nr}` }) }),
  (id, nr) => ({ args: { companyName: `Company ${nr}` }, facts: factsOf(id, { companyName: `Company ${nr}` }) }),
  (id) => ({ args: { dateOfBirth: '04/09/1988' }, facts: factsOf(id, { dateOfBirth: '1988-04-09' }) }),
  (id, nr) => ({ args: { customFields: byKey(nr) }, facts: [fact(id, `field ${ids.field}`, `Bike ${nr}`)] }),
  (id, nr) => ({
    args: { customFields: [{ field: ids.field, value: `Bike ${nr}` }] },
    facts: [fact(id, `field ${ids.field}`, `Bike ${nr}`)],
  }),
  (id) => ({
    args: { customFields: [{ field: ids.choice, value: ['Cargo', 'Gravel'] }] },
    facts: [fact(id, `field ${ids.choice}`, '["Cargo","Gravel"]')],
  }),
  () => ({ args: { customFields: [{ field: ids.nobody, value: 'vanishes' }] }, facts: [] }),
  (id) => ({
    args: { tags: ['VIP', 'Cargo'] },
    facts: TAGS.map((tag) => fact(id, `tag ${tag}`, ['vip', 'cargo'].includes(tag) ? 'yes' : '')),
  }),
  (id) => ({ args: { dnd: true }, facts: factsOf(id, { dnd: true }) }),
  (id) => ({ args: { state: 'IL' }, facts: factsOf(id, { state: 'IL' }) }),
];

/** Some of the changes; where two name custom fields the last one counts. */
const changes = someOf(CHANGES).map((chosen) => (id: string, nr: string) => {
  const made = chosen.map((change) => change(id, nr));
  const lastFields = made.findLast(({ args }) => args.customFields);
  return {
    args: Object.assign({}, ...made.map(({ args }) => args)) as Json,
    facts: made.flatMap(({ args, facts }, at) => (args.customFields && made[at] !== lastFields ? [] : facts)),
  };
});

const newUpsert: fc.Arbitrary<MakeWrite> = person.map((make) => (nr) => {
  const args: Json = { email: `mark${nr}@new.example`, ...make(nr) };
  const { email, phone, website } = args;
  const mark = `contact ${website}`;
  // Cyd may be deleted, and the mark with the contact.
  if (phone === '+13125550103') return { args: { email, website }, mark };
  if (![email, phone].some((reach) => /old|5550/.test(String(reach)))) return { args, mark };
  return { args: { email, ...(phone ? { phone } : {}), website, createNewIfDuplicateAllowed: true }, mark };
});

const existingUpsert: fc.Arbitrary<MakeWrite> = tuple(
  constantFrom<(phoneFirst: boolean) => [string, Json]>(
    () => [ids.ada, { email: 'ADA@old.example' }],
    (phoneFirst) => [phoneFirst ? ids.cyd : ids.ada, { email: 'ada@old.example', phone: '+13125550103' }],
    () => [ids.ada, { phone: '+1 (312) 555-0101' }],
    () => [ids.bob, { email: 'bob@old.example', gender: 'male' }],
  ),
  changes,
).map(([target, change]) => (nr, { duplicateOrder }) => {
  const [id, reach] = target(duplicateOrder === 'phone first');
  const { args, facts } = change(id, nr);
  return { args: { ...reach, ...args }, facts };
});

const addOrRemoveTags = (value: string): fc.Arbitrary<MakeWrite> =>
  tuple(contactId, someOf(TAGS), chance(30)).map(([id, tags, upperCase]) => () => ({
    args: { contactId: id, tags: upperCase ? tags.map((tag) => tag.toUpperCase()) : tags },
    facts: tagFacts(id, tags, value),
  }));

const followers = (value: string): fc.Arbitrary<MakeWrite> =>
  tuple(contactId, someOf([ids.user, ids.user2])).map(([id, users]) => () => ({
    args: { contactId: id, followers: users },
    facts: users.map((user) => fact(id, `follower ${user}`, value)),
  }));

const enrolment = (kind: 'campaign' | 'workflow', value: string): fc.Arbitrary<MakeWrite> =>
  tuple(contactId, constantFrom(ids[kind], ids[`${kind}2`])).map(([id, target]) => () => ({
    args: { contactId: id, [`${kind}Id`]: target },
    facts: [fact(id, `${kind}s ${target}`, value)],
  }));

/** Some of the contacts, and sometimes one that does not exist. */
const bulkTargets = tuple(someOf([ids.ada, ids.bob, ids.cyd]), chance(20)).map(([known, withUnknown]) => ({
  known,
  all: withUnknown ? [...known, ids.nobody] : known,
}));

const task = constantFrom(ids.task, ids.task2);

/** Every write tool. */
export const WRITES: Readonly<Record<string, fc.Arbitrary<MakeWrite>>> = {
  create_contact: person.map((make) => (nr) => {
    const args = make(nr);
    return { args, mark: `contact ${args.website}` };
  }),
  update_contact: tuple(contactId, changes, chance(15)).map(([id, change, clear]) => (nr) => {
    if (clear)
      return { args: { contactId: id, clear: ['lastName', 'city'] }, facts: factsOf(id, { lastName: '', city: '' }) };
    const { args, facts } = change(id, nr);
    return { args: { contactId: id, ...args }, facts };
  }),
  delete_contact: constantFrom(ids.cyd, ids.cyd, ids.bob).map((id) => () => ({
    args: { contactId: id },
    facts: [{ owner: '', name: `contact/${id}`, value: '' }],
  })),
  upsert_contact: fc.oneof({ weight: 35, arbitrary: newUpsert }, { weight: 65, arbitrary: existingUpsert }),
  create_contact_task: tuple(
    contactId,
    chance(40),
    constantFrom<MakeJson>(
      () => ({}),
      (nr) => ({ body: `Body ${nr}`, completed: true, assignedTo: ids.user }),
    ),
  ).map(([id, existing, more]) => (nr) => {
    const title = existing ? OLD_TASK.title : `Task ${nr}`;
    return { args: { contactId: id, ...OLD_TASK, title, ...more(nr) }, mark: `task ${id} ${title}` };
  }),
  update_contact_task: tuple(task, someOf(['body', 'assignedTo', 'completed'] as const)).map(
    ([taskId, names]) =>
      (nr) => {
        const values = { body: `Body ${nr}`, assignedTo: ids.user2, completed: true };
        const chosen = Object.fromEntries(names.map((name) => [name, values[name]]));
        return { args: { contactId: ids.ada, taskId, ...chosen }, facts: factsBelow(`task/${taskId}`, chosen) };
      },
  ),
  set_contact_task_completed: tuple(task, fc.boolean()).map(([taskId, completed]) => () => ({
    args: { contactId: ids.ada, taskId, completed },
    facts: factsBelow(`task/${taskId}`, { completed }),
  })),
  delete_contact_task: fc.constant(() => ({
    args: { contactId: ids.ada, taskId: ids.task2 },
    facts: [fact(ids.ada, `task/${ids.task2}`, '')],
  })),
  create_contact_note: tuple(
    contactId,
    constantFrom<(nr: string) => string>(
      () => OLD_NOTE,
      (nr) => `Note ${nr}`,
      (nr) => `<p>Note &amp; ${nr}</p>`,
    ),
    constantFrom<MakeJson>(
      () => ({}),
      (nr) => ({ title: `Title ${nr}`, pinned: true, userId: ids.user }),
    ),
  ).map(([id, text, more]) => (nr) => {
    const body = text(nr);
    return { args: { contactId: id, body, ...more(nr) }, mark: `note ${id} ${body}` };
  }),
  update_contact_note: tuple(
    constantFrom(ids.note, ids.note2),
    constantFrom<MakeJson>(
      (nr) => ({ title: `Title ${nr}` }),
      () => ({ pinned: true }),
      (nr) => ({ title: `Title ${nr}`, pinned: false }),
    ),
  ).map(([noteId, make]) => (nr) => ({
    args: { contactId: ids.ada, noteId, ...make(nr) },
    facts: factsBelow(`note/${noteId}`, make(nr)),
  })),
  delete_contact_note: fc.constant(() => ({
    args: { contactId: ids.ada, noteId: ids.note2 },
    facts: [fact(ids.ada, `note/${ids.note2}`, '')],
  })),
  add_contact_tags: addOrRemoveTags('yes'),
  remove_contact_tags: addOrRemoveTags(''),
  bulk_update_contact_tags: tuple(bulkTargets, someOf(TAGS), constantFrom('add', 'remove'), chance(20)).map(
    ([{ known, all }, tags, type, removeAllTags]) =>
      () =>
        removeAllTags
          ? {
              args: { type: 'remove', contacts: all, tags: [], removeAllTags },
              facts: known.flatMap((id) => tagFacts(id, TAGS, '')),
            }
          : {
              args: { type, contacts: all, tags },
              facts: known.flatMap((id) => tagFacts(id, tags, type === 'add' ? 'yes' : '')),
            },
  ),
  bulk_assign_contact_business: tuple(bulkTargets, constantFrom(ids.business, null)).map(
    ([{ known, all }, businessId]) =>
      () => ({ args: { ids: all, businessId }, facts: known.flatMap((id) => factsOf(id, { businessId })) }),
  ),
  add_contact_followers: followers('yes'),
  remove_contact_followers: followers(''),
  add_contact_to_campaign: enrolment('campaign', 'yes'),
  remove_contact_from_campaign: enrolment('campaign', ''),
  remove_contact_from_all_campaigns: contactId.map((id) => () => ({
    args: { contactId: id },
    facts: [ids.campaign, ids.campaign2].map((campaign) => fact(id, `campaigns ${campaign}`, '')),
  })),
  add_contact_to_workflow: enrolment('workflow', 'yes'),
  remove_contact_from_workflow: enrolment('workflow', ''),
};
