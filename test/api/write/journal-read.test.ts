import { appendFile, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../../src/api/write/journal/entry.ts';
import { fileJournal } from '../../../src/api/write/journal/file-journal.ts';
import type { Journal } from '../../../src/api/write/journal/journal.ts';
import { silent } from '../../../src/lib/log.ts';
import { DAY_MS } from '../../../src/lib/time.ts';
import { handClock, hastyClock } from '../steady-clock.ts';

const folder = await mkdtemp(join(tmpdir(), 'journal-read-'));
afterAll(() => rm(folder, { recursive: true }));
let files = 0;
const newPath = () => {
  files += 1;
  return join(folder, `${files}`, 'journal.jsonl');
};

const HERE = 'bbbbbbbbbbbbbbbbbbbb';
const ELSEWHERE = 'cccccccccccccccccccc';

const entry = (id: string, more: Partial<Entry> = {}): Entry => ({
  v: 1,
  id,
  time: '2026-11-20T15:00:00.000Z',
  tool: 'update_contact',
  locationId: HERE,
  outcome: 'done',
  reconciled: false,
  attempts: 1,
  cancelled: false,
  ...more,
});

type Settings = Partial<Parameters<typeof fileJournal>[2]> & { days?: number; hasValues?: boolean };
const open = (path: string, { days = 90, hasValues = true, ...options }: Settings = {}): Journal =>
  fileJournal({ path, days, hasValues }, silent, { timers: hastyClock(), ...options });

async function write(journal: Journal, ...entries: readonly Entry[]): Promise<void> {
  for (const each of entries) {
    await journal.assertWritable();
    expect(await journal.append(each)).toBe(true);
  }
}

const ALL = { locationId: undefined, limit: 1_000 };
const idsOf = async (journal: Journal, query: Partial<Parameters<Journal['read']>[0]> = {}) =>
  (await journal.read({ ...ALL, ...query })).entries.map(({ id }) => id);

describe('reading the journal', () => {
  test('gives the newest first, by place in the file, also if the clock was set back', async () => {
    const journal = open(newPath());
    await write(journal, entry('a'), entry('b', { time: '2020-01-01T00:00:00.000Z' }), entry('c'));
    expect(await idsOf(journal)).toEqual(['c', 'b', 'a']);
  });

  test('filters by contact, tool, time, conversation, group and id', async () => {
    const journal = open(newPath());
    await write(
      journal,
      entry('a', { contactId: 'contact1', conversation: 'one', time: '2026-11-19T00:00:00.000Z' }),
      entry('b', { contactId: 'contact2', tool: 'delete_contact', conversation: 'two' }),
      entry('c', { contacts: [{ contactId: 'contact1', before: null, after: null }], group: 'run' }),
      entry('d', { time: 'no time' }),
    );
    expect(await idsOf(journal, { contactId: 'contact1' })).toEqual(['c', 'a']);
    expect(await idsOf(journal, { tool: 'delete_contact' })).toEqual(['b']);
    expect(await idsOf(journal, { conversation: 'one' })).toEqual(['a']);
    expect(await idsOf(journal, { group: 'run' })).toEqual(['c']);
    expect(await idsOf(journal, { id: 'b' })).toEqual(['b']);
    expect(await idsOf(journal, { since: Date.parse('2026-11-20T00:00:00Z') })).toEqual(['d', 'c', 'b']);
    expect(await idsOf(journal, { until: Date.parse('2026-11-19T00:00:00Z') })).toEqual(['d', 'a']);
  });

  test('never gives entries of another location', async () => {
    const journal = open(newPath());
    await write(journal, entry('a'), entry('b', { locationId: ELSEWHERE }), entry('c', { locationId: undefined }));
    expect(await idsOf(journal, { locationId: HERE })).toEqual(['c', 'a']);
    expect(await idsOf(journal, { locationId: ELSEWHERE })).toEqual(['c', 'b']);
  });

  test('skips and counts damaged lines and lines of another version', async () => {
    const path = newPath();
    const journal = open(path);
    await write(journal, entry('a'));
    await appendFile(
      path,
      '{"v":1,"id":"half\n\n\u0000\u0000\u0000\n[]\n"text"\n{"v":2,"id":"later"}\n{"v":1,"id":7}\n\xff\n',
    );
    await write(journal, entry('b'));
    await appendFile(path, '{"v":1,"id":"torn');
    const page = await journal.read(ALL);
    expect(page.entries.map(({ id }) => id)).toEqual(['b', 'a']);
    expect([page.damaged, page.otherVersion]).toEqual([7, 1]);
  });

  test('reads a file of any content within bounds', async () => {
    const path = newPath();
    const journal = open(path);
    await write(journal, entry('a'));
    await appendFile(path, `${'x'.repeat(20_000_000)}\n`);
    await write(journal, entry('b', { sent: { body: 'é'.repeat(100_000) } }));
    const page = await journal.read(ALL);
    expect(page.entries.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(page.entries[0]?.sent?.body).toBe('é'.repeat(100_000));
    expect(page.damaged).toBe(1);
  });

  test.each([1, 3, 7])(
    'gives every entry once, in pages of %i, while entries are added and the file is moved',
    async (limit) => {
      const journal = open(newPath(), { maxBytes: 1_500 });
      const ids = Array.from({ length: 40 }, (_, n) => `e${n}`);
      await write(journal, ...ids.map((id) => entry(id)));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await journal.read({ ...ALL, limit, cursor });
        expect(page.entries.length).toBeLessThanOrEqual(limit);
        seen.push(...page.entries.map(({ id }) => id));
        cursor = page.next;
        await write(journal, entry(`later${seen.length}`));
      } while (cursor !== undefined);
      expect(seen).toEqual(ids.toReversed());
    },
  );

  test('refuses a cursor that is none', async () => {
    const journal = open(newPath());
    await write(journal, entry('a'));
    for (const cursor of ['', 'x', '9.1', '-1.0', '1', `1.${'9'.repeat(30)}`])
      await expect(journal.read({ ...ALL, cursor })).rejects.toThrow('This cursor is not one of this journal');
  });

  test('gives nothing where there is no file, and nothing of what is no file', async () => {
    expect(await open(newPath()).read(ALL)).toEqual({ entries: [], damaged: 0, otherVersion: 0 });
    expect(await open('/dev/zero').read(ALL)).toEqual({ entries: [], damaged: 0, otherVersion: 0 });
  });
});

const namesIn = async (path: string) => (await readdir(dirname(path))).sort();

describe('rotation', () => {
  test('begins a new file after so many bytes, and readers find every entry', async () => {
    const path = newPath();
    const journal = open(path, { maxBytes: 1_000 });
    const ids = Array.from({ length: 30 }, (_, n) => `e${n}`);
    await write(journal, ...ids.map((id) => entry(id)));
    const names = await namesIn(path);
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => !/^journal\.(\d{6}-\w{4}\.)?jsonl$/.test(name))).toEqual([]);
    for (const name of names) expect((await stat(join(dirname(path), name))).mode & 0o777).toBe(0o600);
    expect(await idsOf(journal)).toEqual(ids.toReversed());
  });

  test('begins a new file after a tenth of the days, and deletes files that are older than all of them', async () => {
    const path = newPath();
    const now = Date.now();
    const dated = (id: string, daysAgo: number) => entry(id, { time: new Date(now - daysAgo * DAY_MS).toISOString() });
    await write(open(path, { timers: handClock(now) }), dated('old', 10));
    await write(open(path, { timers: handClock(now) }), dated('new', 0));
    const [rotated = '', ...others] = (await namesIn(path)).filter((name) => name !== 'journal.jsonl');
    expect([rotated.startsWith('journal.000001-'), others]).toEqual([true, []]);
    expect(await idsOf(open(path))).toEqual(['new', 'old']);
    await utimes(join(dirname(path), rotated), new Date(), new Date(now - 91 * DAY_MS));
    await write(open(path, { timers: handClock(now), maxBytes: 1 }), dated('newer', 0));
    await write(open(path, { timers: handClock(now) }), dated('newest', 0));
    expect(await idsOf(open(path))).toEqual(['newest', 'newer', 'new']);
  });

  test('deletes nothing because of a clock that is a year ahead', async () => {
    const path = newPath();
    const now = Date.now();
    await write(open(path, { maxBytes: 1, timers: handClock(now) }), entry('a'), entry('b'));
    const ahead = handClock(now + 365 * DAY_MS);
    const journal = open(path, { timers: ahead });
    await write(journal, entry('c', { time: new Date(ahead.wall()).toISOString() }));
    await ahead.advance(2 * 3_600_000);
    await write(journal, entry('d', { time: new Date(ahead.wall()).toISOString() }));
    expect(await idsOf(journal)).toEqual(['d', 'c', 'b', 'a']);
  });

  test('loses no entry of another server that has the file open', async () => {
    const path = newPath();
    const [one, other] = [open(path), open(path)];
    await write(one, entry('a'));
    await write(other, entry('b'));
    await one.assertWritable();
    await rename(path, join(dirname(path), 'journal.000001-abcd.jsonl'));
    expect(await one.append(entry('c'))).toBe(true);
    await write(other, entry('d'));
    await write(one, entry('e'));
    expect(await idsOf(open(path))).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  test('continues in a new file when the present one is deleted before the entry is written', async () => {
    const path = newPath();
    const journal = open(path);
    await write(journal, entry('a'));
    await journal.assertWritable();
    await rm(path);
    expect(await journal.append(entry('b'))).toBe(true);
    expect(await idsOf(journal)).toEqual(['b']);
  });

  test('that is not possible lets the file grow, and is not tried again with each write', async () => {
    const path = newPath();
    const journal = open(path, { maxBytes: 300 });
    await write(journal, entry('a'));
    await writeFile(`${path}.lock`, `{"pid":${process.pid}}`);
    const started = performance.now();
    await write(journal, entry('b'), entry('c'), entry('d'), entry('e'));
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(await idsOf(journal)).toEqual(['e', 'd', 'c', 'b', 'a']);
  });
});

describe('a journal without values', () => {
  test('has the names of the fields and no value', async () => {
    const path = newPath();
    await write(
      open(path, { hasValues: false }),
      entry('a', {
        contactId: 'contact1',
        contactName: 'Maria Secret',
        sent: { contactId: 'contact1', city: 'Secret', tags: ['Secret'] },
        before: { city: 'Secret' },
        after: { city: 'Secret' },
        contacts: [{ contactId: 'contact2', contactName: 'Secret', before: 'unknown', after: { tags: ['Secret'] } }],
        dropped: ['tags'],
      }),
    );
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain('Secret');
    expect(JSON.parse(text)).toMatchObject({
      contactId: 'contact1',
      fields: ['city', 'tags'],
      dropped: ['tags'],
      contacts: [{ contactId: 'contact2' }],
    });
  });
});
