import { expect, test } from 'vitest';
import { type Json, recordIn, recordsOf } from '../../../../src/lib/json.ts';
import { tools } from '../../../../src/tools/index.ts';
import { randomOf } from '../../../random.ts';
import { volume } from '../../../volume.ts';
import { unexpected } from './compare.ts';
import { setUp } from './world.ts';

/** UNDO_SEED=n repeats what a failure names. */
const SEED = Number(process.env.UNDO_SEED ?? 20_261_121);
const RUNS = volume(12, 3);

type World = Awaited<ReturnType<typeof setUp>>;

/** What random writes need. */
interface Records {
  readonly contacts: string[];
  readonly users: readonly unknown[];
  readonly businesses: readonly unknown[];
  readonly campaigns: readonly unknown[];
}

const idsOf = async ({ call }: World, tool: string, key: string) =>
  recordsOf((await call(tool))[key]).map(({ id }) => id);

/** One random write; undefined where there is nothing to write to. */
async function randomWrite(
  world: World,
  records: Records,
  random: () => number,
): Promise<readonly [string, Json] | undefined> {
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  const word = () => `word ${Math.floor(random() * 1e6)}`;
  const contactId = pick(records.contacts);
  const partOf = async (tool: string, key: string) => pick(recordsOf((await world.call(tool, { contactId }))[key]))?.id;
  const [noteId, taskId] = [await partOf('list_contact_notes', 'notes'), await partOf('list_contact_tasks', 'tasks')];
  const follower = pick(records.users);
  const writes: readonly (readonly [string, Json] | undefined)[] = [
    ['update_contact', { contactId, city: word(), companyName: word() }],
    ['update_contact', { contactId, lastName: word(), clear: ['source'] }],
    ['add_contact_tags', { contactId, tags: [word(), 'vip'] }],
    ['remove_contact_tags', { contactId, tags: ['vip'] }],
    ['update_contact', { contactId, tags: [word()] }],
    ['add_contact_followers', { contactId, followers: [follower] }],
    ['remove_contact_followers', { contactId, followers: [follower] }],
    ['bulk_assign_contact_business', { ids: records.contacts.slice(0, 3), businessId: pick(records.businesses) }],
    ['bulk_update_contact_tags', { type: 'add', contacts: records.contacts.slice(0, 3), tags: [word()] }],
    ['add_contact_to_campaign', { contactId, campaignId: pick(records.campaigns) }],
    ['create_contact', { firstName: word(), tags: [word()] }],
    ['create_contact_note', { contactId, body: word() }],
    ['create_contact_task', { contactId, title: word(), dueDate: '2026-12-01T09:00' }],
    ['onboard_contact', { firstName: word(), email: `${Math.floor(random() * 1e9)}@example.com`, note: word() }],
    noteId === undefined ? undefined : ['update_contact_note', { contactId, noteId, body: word() }],
    noteId === undefined ? undefined : ['delete_contact_note', { contactId, noteId }],
    taskId === undefined ? undefined : ['update_contact_task', { contactId, taskId, title: word() }],
    taskId === undefined ? undefined : ['set_contact_task_completed', { contactId, taskId, completed: random() < 0.5 }],
    taskId === undefined ? undefined : ['delete_contact_task', { contactId, taskId }],
    records.contacts.length > 3 ? ['delete_contact', { contactId }] : undefined,
  ];
  return pick(writes);
}

test(`random writes, undone one after the other from the newest, leave the state before (UNDO_SEED=${SEED})`, async () => {
  console.log(`UNDO_SEED=${SEED}`);
  const random = randomOf(SEED);
  let undone = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const world = await setUp();
    const { call, client, changes, undo, state, advance } = world;
    const found = recordsOf((await call('search_contacts', { pageLimit: 6 })).contacts);
    const records: Records = {
      contacts: found.map(({ id }) => id as string),
      users: await idsOf(world, 'list_users', 'users'),
      businesses: await idsOf(world, 'list_businesses', 'businesses'),
      campaigns: await idsOf(world, 'list_campaigns', 'campaigns'),
    };
    const before = await state();
    const steps: string[] = [];
    for (let left = 5 + Math.floor(random() * 11); left > 0; left -= 1) {
      const write = await randomWrite(world, records, random);
      if (!write) continue;
      const [name, args] = write;
      const { structuredContent } = await client.callTool({ name, arguments: args });
      steps.push(`${name} ${JSON.stringify(args)}`);
      const created = recordIn(structuredContent as Json, 'contact')?.id;
      if (name === 'delete_contact') records.contacts.splice(records.contacts.indexOf(args.contactId as string), 1);
      else if (name === 'create_contact' && typeof created === 'string') records.contacts.push(created);
      advance(1_000);
    }
    // Of a run that undoes as one, its other changes are undone with the first.
    for (const { id } of await changes({ limit: 100 })) {
      const [row] = (await changes({ limit: 100 })).filter((each) => each.id === id);
      if (row?.undoable !== true) continue;
      const answer = await undo(id as string).catch((error: Error) => ({ error: error.message }));
      if ('error' in answer) expect(answer.error, steps.join('\n')).toContain('nothing of it is left');
      else expect(answer.conflicts, steps.join('\n')).toBeUndefined();
      undone += 1;
    }
    const all = tools.map(({ name }) => name);
    expect(unexpected(all, before, await state()), `run ${run}\n${steps.join('\n')}`).toEqual([]);
  }
  expect(undone).toBeGreaterThan(RUNS * 4);
});
