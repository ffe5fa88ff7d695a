import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { WebhookEvent } from '../../../src/api/webhooks/event.ts';
import { fileEventLog } from '../../../src/api/webhooks/file-event-log.ts';
import { LineFile } from '../../../src/lib/line-file.ts';
import { silent } from '../../../src/lib/log.ts';
import { rotatedFiles } from '../../../src/lib/rotated-files.ts';
import { createWorld, LOCATION } from './world.ts';

const event = (n: number): WebhookEvent => ({
  time: '2026-11-20T12:00:00.000Z',
  kind: 'event',
  webhookId: `w${n}`,
  type: 'ContactUpdate',
  locationId: LOCATION,
  announced: '2026-11-20T12:00:00.000Z',
  id: `c${n}`,
  contactId: `c${n}`,
});
const numbers = (lines: readonly unknown[]) => lines.map((line) => Number((line as WebhookEvent).webhookId.slice(1)));
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('the event log', () => {
  test('is read from a position on; what is being written is left for the next time', async () => {
    const { path, clock } = await createWorld();
    const log = fileEventLog(path, silent, { timers: clock });
    await log.append([event(0), event(1)]);
    const first = await log.readFrom(undefined);
    expect([numbers(first.lines), first.hasLost]).toEqual([[0, 1], false]);
    expect(await log.end()).toBe(first.next);
    await appendFile(path, JSON.stringify(event(2)));
    expect(await log.readFrom(first.next)).toEqual({ lines: [], next: first.next, hasLost: false });
    await appendFile(path, '\n');
    expect(numbers((await log.readFrom(first.next)).lines)).toEqual([2]);
  });

  test('has a position before anything was stored', async () => {
    const { path, clock } = await createWorld();
    const log = fileEventLog(path, silent, { timers: clock });
    const start = await log.end();
    await log.append([event(0)]);
    const { lines, hasLost } = await log.readFrom(start);
    expect([numbers(lines), hasLost]).toEqual([[0], false]);
  });

  test('is moved when it is large: nothing is lost for a reader in the middle, and only its owner can read it', async () => {
    const { path, clock } = await createWorld();
    const log = fileEventLog(path, silent, { timers: clock, maxBytes: 2_000 });
    let position = await log.end();
    const read: number[] = [];
    for (const n of upTo(100)) {
      clock.move(1_000);
      await log.append([event(n)]);
      if (n % 7 !== 0) continue;
      const page = await log.readFrom(position);
      expect(page.hasLost).toBe(false);
      read.push(...numbers(page.lines));
      position = page.next;
    }
    read.push(...numbers((await log.readFrom(position)).lines));
    expect(read).toEqual(upTo(100));
    const files = await rotatedFiles(path);
    expect(files.length).toBeGreaterThan(5);
    for (const file of [path, ...files.map((each) => each.path)]) expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(numbers((await log.readFrom(await log.recentStart())).lines).at(-1)).toBe(99);
  });

  test('appends of two receivers at once are all there, each once', async () => {
    const { path, clock } = await createWorld();
    const logs = [1, 2].map(() => fileEventLog(path, silent, { timers: clock, maxBytes: 5_000 }));
    await Promise.all(upTo(400).map((n) => logs[n % 2]?.append([event(n)])));
    const { lines, hasLost } = await fileEventLog(path, silent).readFrom(undefined);
    expect([numbers(lines).toSorted((a, b) => a - b), hasLost]).toEqual([upTo(400), false]);
  });

  test.each([
    ['half a line of a receiver that was killed', '{"time":"2026-11-20T12:00:00.000Z","kind":"ev'],
    ['a line that is no JSON', 'nothing\n'],
    ['a line of another format', '{"kind":"event"}\n'],
    ['a line that is too long', `"${'x'.repeat(10_000)}"\n`],
  ])('%s is skipped and reported as lost; the lines after it are read', async (_, text) => {
    const { path, clock } = await createWorld();
    await writeFile(path, `${JSON.stringify(event(0))}\n${text}`);
    await fileEventLog(path, silent, { timers: clock }).append([event(1)]);
    const { lines, hasLost } = await fileEventLog(path, silent).readFrom(undefined);
    expect([numbers(lines), hasLost]).toEqual([[0, 1], true]);
  });

  test.each(['7.0', 'nonsense', '1.999999999', '-1.0'])(
    'the unknown position %s reads everything, as lost',
    async (position) => {
      const { path, clock } = await createWorld();
      const log = fileEventLog(path, silent, { timers: clock });
      await log.append([event(0)]);
      const { lines, hasLost } = await log.readFrom(position);
      expect([numbers(lines), hasLost]).toEqual([[0], true]);
    },
  );

  test('a file that was cut is read again from its start', async () => {
    const { path, clock } = await createWorld();
    const log = fileEventLog(path, silent, { timers: clock });
    await log.append([event(0)]);
    const position = await log.end();
    await truncate(path, 0);
    await appendFile(path, `${JSON.stringify({ ...event(1), contactId: undefined })}\n`);
    const { lines, hasLost } = await log.readFrom(position);
    expect([numbers(lines), hasLost]).toEqual([[1], true]);
  });

  test('a file that was deleted and has grown again is read from its start, as lost', async () => {
    const { path, clock } = await createWorld();
    const log = fileEventLog(path, silent, { timers: clock });
    await log.append([event(0)]);
    const position = await log.end();
    await writeFile(path, [1, 2].map((n) => `${JSON.stringify(event(n))}\n`).join(''));
    const { lines, hasLost } = await log.readFrom(position);
    expect([numbers(lines), hasLost]).toEqual([[1, 2], true]);
  });

  test('an append that the disk does not take fails for those that share it, and the next one works', async () => {
    const { path, clock } = await createWorld();
    const file = new LineFile(path, clock.now);
    let isFull = true;
    const log = fileEventLog(path, silent, {
      timers: clock,
      file: {
        open: () => file.open(),
        forget: () => file.forget(),
        append: (line) => file.append(line),
        sync: () => (isFull ? Promise.reject(new Error('ENOSPC: no space left on device')) : file.sync()),
      },
    });
    const attempts = await Promise.allSettled([log.append([event(0)]), log.append([event(1)])]);
    expect(attempts.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isFull = false;
    await log.append([event(2)]);
    expect(await readFile(path, 'utf8')).toContain('w2');
  });

  test('a folder that cannot be made is an error that names the file', async () => {
    const { path, folder, clock } = await createWorld();
    await writeFile(`${folder}/file`, '');
    const log = fileEventLog(`${folder}/file/webhooks.jsonl`, silent, { timers: clock });
    await expect(log.append([event(0)])).rejects.toMatchObject({ kind: 'state' });
    await expect(log.markAlive([LOCATION])).rejects.toMatchObject({ kind: 'state' });
    expect(await fileEventLog(path, silent).lastAlive(LOCATION)).toBe(clock.now());
  });
});
