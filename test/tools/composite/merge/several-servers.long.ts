import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { virtualClock, whenLoopIsIdle } from '../../../api/virtual-clock.ts';
import { NOW } from '../../../connect.ts';
import { expectComplete } from './expect-complete.ts';
import { openIntercepted } from './intercepted.ts';
import { DANA, KEEP, REMOVE, removed, type Stored } from './world.ts';

const OTHER = 'contactOther00000001';

describe('two servers at once', () => {
  test('merge the same pair: one does it, the other says that it was done', async () => {
    const first = await openIntercepted(() => undefined);
    const second = await first.other();
    const ends = await Promise.allSettled([first.merge(), second.merge()]);
    const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(reasons).toEqual([expect.stringContaining(`${REMOVE} was merged into ${KEEP} at `)]);
    await expectComplete(first);
  });

  test('merge a pair in both directions: one does it, the other says where the contact is', async () => {
    const first = await openIntercepted(() => undefined);
    const second = await first.other();
    const reversed = second.merge({ keep: REMOVE, remove: KEEP });
    const ends = await Promise.allSettled([first.merge(), reversed]);
    const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
    expect(reasons).toEqual([expect.stringMatching(/was merged into .* and deleted/)]);
    const contacts = [await first.stored(KEEP), await first.stored(REMOVE)].filter((each) => each !== undefined);
    expect(contacts).toHaveLength(1);
    expect(contacts[0]?.tasks).toHaveLength(10);
  });
});

/** The last write before the delete fails. */
const failsToUpdate = (line: string) =>
  line === `PUT /contacts/${KEEP}` ? new Response(null, { status: 500 }) : undefined;

describe('a merge that is not finished', () => {
  /** A server that stopped while the update of the kept contact failed. */
  const stopped = async () => {
    const timers = virtualClock(NOW, whenLoopIsIdle);
    const server = await openIntercepted(failsToUpdate, undefined, { timers });
    expect(await server.merge()).toMatchObject({ merged: false });
    return server;
  };

  test('is continued by another server', async () => {
    const server = await stopped();
    expect(await server.stored(REMOVE)).toMatchObject({ contact: { email: removed.email } });
    const other = await server.other();
    expect(await other.merge()).toMatchObject({ merged: true });
    await expectComplete(other);
  });

  test.each([
    ['in the other direction', { keep: REMOVE, remove: KEEP }],
    ['with another contact', { keep: OTHER, remove: REMOVE }],
  ])('must be finished before a merge %s', async (_, args) => {
    const server = await stopped();
    await server.sent();
    expect(await server.refused('merge_contacts', args)).toContain(
      `Finish it first: merge_contacts with keep ${KEEP} and remove ${REMOVE}.`,
    );
    expect(await server.sent()).toEqual([]);
  });

  test('is asked about again after an hour', async () => {
    const server = await openIntercepted(failsToUpdate, undefined, { confirm: 'on' });
    const { next } = await server.merge();
    const answer = await server.call('merge_contacts', next as Json);
    expect(answer).toMatchObject({ merged: false });
    server.intercept(() => undefined);
    server.advance(3_600_000);
    expect(await server.merge()).toMatchObject({ preview: true });
    server.advance(-1_000_000);
    expect(await server.call('merge_contacts', answer.next as Json)).toMatchObject({ merged: true });
    await expectComplete(server);
  });
});

test('a location has its own merges', async () => {
  const [one, two] = await Promise.all([openIntercepted(() => undefined), openIntercepted(() => undefined)]);
  await one.merge();
  expect(await two.merge()).toMatchObject({ merged: true });
});

test('undo_change brings back a removed contact that had an email and nothing else that identifies a contact', async () => {
  const contacts = [
    { id: KEEP, firstName: 'Ann' },
    { id: REMOVE, email: 'ann@example.com', city: '<br>', followers: [DANA], notes: [{ body: 'Called' }] },
  ];
  const server = await openIntercepted(() => undefined, contacts);
  await server.merge();
  expect(await server.stored(KEEP)).toMatchObject({ contact: { email: 'ann@example.com', city: '<br>' } });
  const { newIds } = await server.call('undo_change', { changeId: 'last' });
  expect(await server.stored((newIds as Record<string, string>)[REMOVE] ?? '')).toMatchObject({
    contact: { email: 'ann@example.com', city: '<br>', followerNames: ['Dana Whitfield'] },
    notes: [{ body: 'Called' }],
  });
  const { contact, notes } = (await server.stored(KEEP)) as Stored;
  expect([contact.email, contact.city, contact.followers, notes]).toEqual([undefined, undefined, undefined, []]);
});

test('undo_change brings the removed contact back and takes the moved parts off the kept one', async () => {
  const server = await openIntercepted(() => undefined);
  const before = [await server.stored(KEEP), await server.stored(REMOVE)] as [Stored, Stored];
  await server.merge();
  await server.call('undo_change', { changeId: 'last' });
  const { contacts } = await server.call('search_contacts', { query: 'Anne' });
  const back = await server.stored((contacts as Json[])[0]?.id as string);
  const withoutNew = ({ contact, notes, tasks }: Stored) => ({
    contact: { ...contact, id: 0, dateAdded: 0, dateUpdated: 0, additionalEmails: 0, additionalPhones: 0, source: 0 },
    notes: notes.map(({ body }) => body).sort(),
    tasks: tasks.map(({ id: _, ...task }) => JSON.stringify(Object.entries(task).sort())).sort(),
  });
  expect(withoutNew((await server.stored(KEEP)) as Stored)).toEqual(withoutNew(before[0]));
  expect(withoutNew(back as Stored)).toEqual(withoutNew(before[1]));
  expect(await server.refused('merge_contacts', { keep: KEEP, remove: REMOVE })).toBe(
    `${REMOVE} was deleted, and an undo created it again as ${back?.contact.id}. Nothing was sent: call again with that id.`,
  );
});
