import { describe, expect, test } from 'vitest';
import { inMemoryRecords, type RecordFolder, RecordUnwritable } from '../../../../src/lib/record-folder.ts';
import { virtualClock } from '../../../api/virtual-clock.ts';
import { NOW } from '../../../connect.ts';
import { expectComplete } from './expect-complete.ts';
import { openIntercepted } from './intercepted.ts';
import { KEEP, openMerge, REMOVE } from './world.ts';

const PUT_KEEP = `PUT /contacts/${KEEP}`;

describe('no note or task is moved twice', () => {
  test('after the state folder was lost', async () => {
    const merging = await openIntercepted((line) =>
      line === PUT_KEEP ? Response.json({ message: 'Forbidden', statusCode: 403 }, { status: 403 }) : undefined,
    );
    expect(await merging.merge()).toMatchObject({ merged: false });
    for (const name of await merging.merges.names()) await merging.merges.remove(name);
    merging.intercept(() => undefined);
    expect(await merging.merge()).toMatchObject({ merged: true });
    await expectComplete(merging);
  });

  test('after a delete that HighLevel did not do', async () => {
    const merging = await openIntercepted((line) =>
      line === `DELETE /contacts/${REMOVE}` ? Response.json({ succeded: true }) : undefined,
    );
    expect(await merging.merge()).toMatchObject({ merged: true });
    merging.intercept(() => undefined);
    expect(await merging.merge()).toMatchObject({ merged: true });
    await expectComplete(merging);
  });
});

describe('once the delete was sent, the answer does not say that the contact is not deleted', () => {
  test('when the record of the merge cannot be stored', async () => {
    const merges = inMemoryRecords();
    const write: RecordFolder['write'] = async (name, record) => {
      if (record.completedAt !== undefined) throw new RecordUnwritable('The disk is full.');
      await merges.write(name, record);
    };
    const merging = await openMerge({ merges: { ...merges, write } });
    expect(await merging.merge()).toMatchObject({
      merged: true,
      notice: 'The merge is complete, but its record could not be stored: The disk is full.',
    });
    await expectComplete(merging);
  });

  test('when its outcome is not known', async () => {
    const timers = virtualClock(NOW);
    let isDeleted = false;
    const merging = await openIntercepted(
      (line) => {
        isDeleted ||= line.startsWith('DELETE');
        return isDeleted ? new Response(null, { status: 502 }) : undefined;
      },
      undefined,
      { api: { timers } },
    );
    const { merged, notice } = await merging.merge();
    expect(merged).toBe(false);
    expect(notice).toContain(`Whether ${REMOVE} is deleted is not known.`);
    expect(notice).not.toContain('is not deleted');
  });
});

test('of complete merges a bounded number of records is kept, the newest', async () => {
  const merges = inMemoryRecords();
  const completedAt = (n: number) => new Date(n).toISOString();
  for (let n = 0; n < 200; n += 1)
    await merges.write(`old${n}`, {
      ...{ v: 1, keep: 'a', remove: 'b', group: 'g' },
      agreedAt: completedAt(0),
      completedAt: completedAt(n),
    });
  const merging = await openMerge({ merges });
  await merging.merge();
  const names = await merges.names();
  expect(names).toHaveLength(150);
  expect(names[0]).toBe('old51');
  expect(await merging.refused('merge_contacts', { keep: KEEP, remove: REMOVE })).toContain('was merged into');
});
