import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silent } from '../../../../src/lib/log.ts';
import { fileStateStore, inMemoryStore } from '../../../../src/lib/state-file.ts';
import { sweepFrom } from '../../../../src/tools/composite/changes/contact-changes.ts';
import { findCursor, lastCursor, saveCursor } from '../../../../src/tools/composite/changes/cursors.ts';
import { IdTable } from '../../../../src/tools/composite/changes/id-table.ts';
import { NOW } from '../../../connect.ts';
import { randomOf } from '../../../random.ts';

const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const idsOf = (count: number, random: () => number): string[] =>
  Array.from({ length: count }, () =>
    Array.from({ length: 20 }, () => CHARACTERS[Math.floor(random() * CHARACTERS.length)]).join(''),
  );
const cursorWith = (known: Iterable<string>) => ({ contacts: sweepFrom(NOW), deleted: { known: new Set(known) } });

test('sets of ids are read as they were written, also after others were added', () => {
  const random = randomOf(7);
  const [all, table] = [idsOf(1_000, random), new IdTable()];
  const sets = [all.slice(0, 300), all.slice(200, 700), [], all.filter(() => random() < 0.3), all];
  const texts = sets.map((ids) => table.encode(ids));
  const again = new IdTable(table.text);
  for (const [at, ids] of sets.entries()) expect(again.decode(texts[at] ?? '')).toEqual(new Set(ids));
  expect(again.size).toBe(1_000);
});

test('ten cursors of two names with 100,000 contacts each take 24 bytes for each contact, and are restored', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ids-'));
  try {
    const path = join(folder, 'memory.json');
    const place = { stateStore: fileStateStore(path, silent), locationId: 'one' };
    const ids = idsOf(100_000, randomOf(8));
    const cursors: string[] = [];
    const started = process.cpuUsage();
    for (let i = 0; i < 10; i += 1)
      cursors.push((await saveCursor(place, cursorWith(ids.slice(i * 20)), NOW, i % 2 ? 'cron' : '')).cursor);
    const { user, system } = process.cpuUsage(started);
    const { size } = await stat(path);
    console.log(`${size} bytes, ${Math.round((user + system) / 10_000)} ms of processor time for each of 10 cursors`);
    expect(size).toBeLessThan(24 * ids.length);
    for (const [i, cursor] of cursors.entries()) {
      const { saved, restored } = await findCursor(place, cursor, NOW);
      expect([restored, saved.deleted?.known?.size]).toEqual([true, 100_000 - i * 20]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('ids that no cursor has any more are dropped', async () => {
  const place = { stateStore: inMemoryStore(), locationId: 'one' };
  const ids = idsOf(1_000, randomOf(9));
  for (let i = 0; i < 8; i += 1) await saveCursor(place, cursorWith(ids.slice(i * 100, i * 100 + 100)), NOW);
  const { ids: text } = (await place.stateStore.read('changes')) as { ids: string };
  expect(text.split(' ').length).toBeLessThanOrEqual(750);
  expect((await lastCursor(place, NOW))?.deleted?.known).toEqual(new Set(ids.slice(700, 800)));
});

test('each name has its own last cursor', async () => {
  const place = { stateStore: inMemoryStore(), locationId: 'one' };
  await saveCursor(place, { contacts: sweepFrom(NOW - 2_000) }, NOW);
  await saveCursor(place, { contacts: sweepFrom(NOW - 1_000) }, NOW, 'cron');
  expect((await lastCursor(place, NOW))?.contacts.since).toBe(NOW - 2_000);
  expect((await lastCursor(place, NOW, 'cron'))?.contacts.since).toBe(NOW - 1_000);
  for (const name of ['other', '__proto__', 'constructor']) expect(await lastCursor(place, NOW, name)).toBeUndefined();
});
