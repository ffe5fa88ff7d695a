import { expect } from 'vitest';
import type { Scope } from '../../../../src/api/scopes.ts';
import type { Json } from '../../../../src/lib/json.ts';
import { NOW } from '../../../connect.ts';
import { randomOf } from '../../../random.ts';
import { openWorld, shownTime } from './random-edits.ts';

/** CHANGES_SEED=n repeats a run that failed. */
const SEED = Number(process.env.CHANGES_SEED ?? 20_261_121);

/** Follows `next` to the last page, as a model does. */
async function readAllPages(call: (name: string, args: Json) => Promise<Json>, first: Json) {
  const [contacts, tasks]: [Json[], Json[]] = [[], []];
  for (let args: Json | undefined = first; ; ) {
    const answer: Json = await call('list_changed_contacts', args);
    contacts.push(...(answer.contacts as Json[]));
    tasks.push(...((answer.changedTasks as Json[] | undefined) ?? []));
    args = answer.next as Json | undefined;
    if (!args) return { contacts, tasks, cursor: answer.cursor as string, completeTo: String(answer.completeTo) };
  }
}

/** Reads the changes at random times while another client edits, and expects none to be missed or repeated. */
export async function expectEveryChange(edits: number, scopes: readonly Scope[]): Promise<void> {
  console.log(`CHANGES_SEED=${SEED}`);
  const random = randomOf(SEED);
  const world = await openWorld(random, { scopes });
  const { call, advance } = world.connected;
  const withTasks = scopes.includes('locations/tasks.readonly');
  const begin = await readAllPages(call, {
    since: new Date(NOW).toISOString(),
    ...(withTasks ? { tasks: true } : {}),
  });
  const before = await world.tasks();
  let { cursor } = begin;
  const [contactRows, taskRows]: [Json[], Json[]] = [[...begin.contacts], []];
  const counts: Record<string, number> = {};
  let checked = 0;

  async function read() {
    const asked = random() < 0.3 ? { limit: 1 + Math.floor(random() * 20) } : {};
    const answer = await readAllPages(call, { cursor, ...asked, ...(withTasks ? { tasks: true } : {}) });
    cursor = answer.cursor;
    contactRows.push(...answer.contacts);
    taskRows.push(...answer.tasks);
    const latest = new Map(contactRows.map(({ id, dateUpdated }) => [id, String(dateUpdated)]));
    for (const [id, dateUpdated] of world.changed) {
      if (Date.parse(dateUpdated) >= Date.parse(answer.completeTo)) continue;
      checked += 1;
      expect(latest.get(id), `${id}, complete to ${answer.completeTo}`).toBe(dateUpdated);
    }
  }
  for (let i = 1; i <= edits; i += 1) {
    const name = await world.edit();
    counts[name] = (counts[name] ?? 0) + 1;
    advance(1 + Math.floor(random() ** 3 * 20_000));
    if (random() < 0.05) await read();
  }
  advance(200_000);
  await read();

  const versions = contactRows.map(({ id, dateUpdated }) => `${id} ${dateUpdated}`);
  const given = new Map<string, number>();
  for (const version of versions) given.set(version, (given.get(version) ?? 0) + 1);
  expect([...given].filter(([version, times]) => times > (world.versions.get(version) ?? 1))).toEqual([]);
  const latest = new Map(contactRows.map(({ id, dateUpdated }) => [id, dateUpdated]));
  expect([...world.changed].filter(([id, dateUpdated]) => latest.get(id) !== dateUpdated)).toEqual([]);
  console.log(
    `${JSON.stringify(counts)}: ${contactRows.length} contacts, ${checked} checks of completeTo, ${taskRows.length} task changes`,
  );
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(edits / 100);
  if (!withTasks) return;

  const known = new Map([...before].map(([id, task]) => [id, { ...task } as Json]));
  for (const { change, id, ...task } of taskRows) {
    const old = known.get(String(id));
    expect(change, String(id)).toBe(task.title === undefined ? 'deleted' : old ? 'changed' : 'created');
    if (change === 'deleted') expect(known.delete(String(id)), `${id} deleted twice`).toBe(true);
    else {
      const same =
        old &&
        shownTime(old.dueDate) === shownTime(task.dueDate) &&
        (old.completed === true) === (task.status === 'completed');
      expect(same, `${id} repeated`).not.toBe(true);
      known.set(String(id), { id, dueDate: task.dueDate, completed: task.status === 'completed' });
    }
  }
  const real = await world.tasks();
  const summary = (tasks: Map<string, Json>) =>
    [...tasks].map(([id, { dueDate, completed }]) => `${id} ${shownTime(dueDate)} ${completed}`).sort();
  expect(summary(known)).toEqual(summary(real));
}
