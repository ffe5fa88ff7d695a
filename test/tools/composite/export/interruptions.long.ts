import { appendFile, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { once } from '../../../../src/lib/memoize.ts';
import { createSandbox } from '../../../../src/sandbox/index.ts';
import { virtualClock } from '../../../api/virtual-clock.ts';
import { connect, NOW } from '../../../connect.ts';
import { failWrites } from '../../../failing-writes.ts';
import {
  contactsIn,
  EXPORT,
  filesIn,
  modeOf,
  newFolder,
  openExport,
  people,
  SEARCH,
  textAt,
  type World,
} from './world.ts';

const CONTACTS = people(2_300, (i) => ({ city: `City, "${i}"` }));
const USERS = [{ id: 'userDana000000000000', name: 'Dana' }];

/** What an export that nothing interrupts writes. */
const uninterrupted = once(async () => {
  const { call } = await openExport({ contacts: CONTACTS, users: USERS });
  return textAt(await call(EXPORT));
});

describe('an export that is cancelled', () => {
  /** Cancels the call while the nth page is on its way. */
  async function cancelledAt(page: number): Promise<World> {
    const host = new AbortController();
    const beforeSearch = (nth: number) => {
      if (nth === page) host.abort();
    };
    const world = await openExport({ contacts: CONTACTS, users: USERS }, { beforeSearch });
    await expect(
      world.client.callTool({ name: EXPORT, arguments: {} }, undefined, { signal: host.signal }),
    ).rejects.toThrow();
    return world;
  }

  test.each([2, 3, 4, 5])('at page %i is continued by the same call, and gives the same file', async (page) => {
    const { call, folder, sent } = await cancelledAt(page);
    expect(await filesIn(folder)).toEqual(['contacts-2026-11-20.csv.part']);
    expect(await modeOf(join(folder, 'contacts-2026-11-20.csv.part'))).toBe('600');
    await sent();
    const answer = await call(EXPORT);
    expect(answer).toMatchObject({ rows: 2_300, path: join(folder, 'contacts-2026-11-20.csv') });
    expect(answer.notice).toMatch(/This continues the export that was cancelled before/);
    expect((await sent()).filter((line) => line === SEARCH)).toHaveLength(6 - page);
    expect(await filesIn(folder)).toEqual(['contacts-2026-11-20.csv']);
    expect(await textAt(answer)).toBe(await uninterrupted());
    expect(await call(EXPORT)).toMatchObject({ path: join(folder, 'contacts-2026-11-20-2.csv') });
  });

  test('at its first page leaves no file', async () => {
    const { call, folder } = await cancelledAt(1);
    await vi.waitFor(async () => expect(await filesIn(folder)).toEqual([]));
    expect(await call(EXPORT)).toMatchObject({ rows: 2_300 });
  });

  test('is not continued by a call with other arguments', async () => {
    const { call, folder } = await cancelledAt(3);
    expect(await call(EXPORT, { format: 'jsonl' })).toMatchObject({ rows: 2_300 });
    expect(await filesIn(folder)).toEqual(['contacts-2026-11-20.csv.part', 'contacts-2026-11-20.jsonl']);
  });
});

describe('an export that takes too long', () => {
  /** Every page takes 15 s. */
  async function slow() {
    const folder = await newFolder();
    const timers = virtualClock(NOW);
    const { now, wait } = timers;
    const sandbox = { now, wait, rate: 1_000, data: { contacts: CONTACTS, users: USERS } };
    const world = await connect({ timezone: 'UTC', api: { timers }, sandbox, exportFolder: folder });
    world.sandbox.setFaults([{ route: SEARCH, fault: { delayMs: 15_000 } }]);
    return { ...world, folder };
  }

  test('gives a handle that continues to the same file', async () => {
    const { call, folder } = await slow();
    const first = await call(EXPORT);
    expect(first).toMatchObject({ incomplete: true, rows: 1_500, total: 2_300 });
    expect(first).toMatchObject({ path: join(folder, 'contacts-2026-11-20.csv.part'), next: { handle: /^export-/ } });
    expect(first.notice).toMatch(
      /INCOMPLETE: stopped for time\. The file ends in \.part until next has written the rest/,
    );
    const last = await call(EXPORT, first.next as Json);
    expect(last).toMatchObject({ rows: 2_300, path: join(folder, 'contacts-2026-11-20.csv') });
    expect(last).not.toHaveProperty('next');
    expect(await textAt(last)).toBe(await uninterrupted());
    // A host that did not receive the answer asks again.
    const { notice: _, ...written } = last;
    expect(await call(EXPORT, first.next as Json)).toMatchObject(written);
    expect(await filesIn(folder)).toEqual(['contacts-2026-11-20.csv']);
  });

  test('is not continued by the same call without the handle, which starts another file', async () => {
    const { call, folder } = await slow();
    const first = await call(EXPORT);
    expect(await call(EXPORT)).toMatchObject({ path: join(folder, 'contacts-2026-11-20-2.csv.part') });
    expect(await call(EXPORT, first.next as Json)).toMatchObject({ path: join(folder, 'contacts-2026-11-20.csv') });
  });
});

test('a page that fails ends the call, and next continues; a failed first page leaves no file', async () => {
  const { call, refused, sandbox, folder } = await openExport({ contacts: CONTACTS, users: USERS });
  const fault = { status: 422, body: { statusCode: 422, message: ['pageLimit must be a number'] } };
  sandbox.setFaults([{ route: SEARCH, nth: 3, fault }]);
  const first = await call(EXPORT);
  expect(first).toMatchObject({ incomplete: true, rows: 1_000 });
  expect(first.notice).toMatch(/INCOMPLETE: HighLevel refused these values/);
  expect(await textAt(await call(EXPORT, first.next as Json))).toBe(await uninterrupted());
  await rm(folder, { recursive: true });
  sandbox.setFaults([{ route: SEARCH, nth: 1, fault }]);
  expect(await refused(EXPORT)).toMatch(/refused these values/);
  expect(await filesIn(folder)).toEqual([]);
});

test('a page that repeats rows adds each contact once', async () => {
  const { call, sandbox } = await openExport({ contacts: CONTACTS.slice(0, 10) });
  const rows = CONTACTS.slice(0, 1_100).map(({ id, firstName }, i) => ({ id, firstName, searchAfter: [i, id] }));
  const page = (from: number, to: number) => ({ status: 200, body: { contacts: rows.slice(from, to), total: 1_100 } });
  sandbox.setFaults([
    { route: SEARCH, nth: 1, fault: page(0, 500) },
    { route: SEARCH, nth: 2, fault: page(490, 990) },
    { route: SEARCH, nth: 3, fault: page(990, 1_100) },
  ]);
  const answer = await call(EXPORT, { columns: ['id'] });
  expect(answer).toMatchObject({ rows: 1_100 });
  expect(contactsIn(await textAt(answer)).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
});

describe('a file that changes while the export runs', () => {
  const PART = 'contacts-2026-11-20.csv.part';

  /** An export to whose folder something happens before the third page. */
  const changedBy = (change: (path: string) => Promise<unknown>) =>
    newFolder().then((exportFolder) =>
      openExport(
        { contacts: CONTACTS },
        {
          exportFolder,
          beforeSearch: async (nth) => void (nth === 3 && (await change(join(exportFolder, PART)))),
        },
      ),
    );

  test.each<[string, (path: string) => Promise<unknown>, string[]]>([
    ['removed', (path) => rm(path), []],
    ['removed with its folder', (path) => rm(join(path, '..'), { recursive: true }), []],
    ['replaced by another file', (path) => rename(path, `${path}.old`).then(() => writeFile(path, 'other')), [PART, `${PART}.old`]],
    ['replaced by a link', (path) => rename(path, `${path}.old`).then(() => symlink(`${path}.old`, path)), [PART, `${PART}.old`]],
    ['cut', (path) => rm(path).then(() => writeFile(path, '')), [PART]],
  ])('%s: the export ends with an error and no file has the name of a complete one', async (_, change, left) => {
    const { refused, folder } = await changedBy(change);
    const error = await refused(EXPORT);
    expect(error).toBe(
      `The unfinished file ${join(folder, PART)} was removed or replaced meanwhile. No file is complete; export again without the handle.`,
    );
    expect(await filesIn(folder).catch(() => [])).toEqual(left);
    expect(await refused(EXPORT, { handle: 'export-22222' })).toMatch(/no unfinished work/);
  }); // biome-ignore format: a table

  test('by an append of another program is written as if nothing had been appended', async () => {
    const { call } = await changedBy((path) => appendFile(path, 'x'.repeat(9_000_000)));
    expect(await textAt(await call(EXPORT))).toBe(await uninterrupted());
  });

  test('a file that takes the name meanwhile stays, and the export gets the next name', async () => {
    const { call, folder } = await changedBy((path) => writeFile(path.replace(/\.part$/, ''), 'mine'));
    expect(await call(EXPORT)).toMatchObject({ path: join(folder, 'contacts-2026-11-20-2.csv') });
    expect(await readFile(join(folder, 'contacts-2026-11-20.csv'), 'utf8')).toBe('mine');
  });
});

describe('an existing file is never overwritten', () => {
  test('by five exports at once over two servers, each of which gets a file of its own', async () => {
    const exportFolder = await newFolder();
    const sandboxed = createSandbox({ now: () => NOW, rate: 'off', data: { contacts: CONTACTS, users: USERS } });
    const [one, two] = [
      await openExport({}, { exportFolder, sandboxed }),
      await openExport({}, { exportFolder, sandboxed }),
    ];
    const args = { fileName: 'all' };
    const answers = await Promise.all([one, two, one, two, one].map(({ call }) => call(EXPORT, args)));
    expect(await filesIn(exportFolder)).toEqual(['all-2.csv', 'all-3.csv', 'all-4.csv', 'all-5.csv', 'all.csv']);
    expect(new Set(answers.map(({ path }) => path)).size).toBe(5);
    const whole = await uninterrupted();
    for (const answer of answers) {
      expect(await textAt(answer)).toBe(whole);
      expect(await modeOf(String(answer.path))).toBe('600');
    }
  });

  test('nor followed if it is a link, also one to nothing', async () => {
    const { call, folder } = await openExport({ contacts: CONTACTS.slice(0, 3) });
    const target = join(folder, 'precious');
    await writeFile(target, 'precious');
    await symlink(target, join(folder, 'all.csv'));
    await symlink(join(folder, 'nothing'), join(folder, 'all-2.csv'));
    await symlink(target, join(folder, 'all-3.csv.part'));
    expect(await call(EXPORT, { fileName: 'all' })).toMatchObject({ path: join(folder, 'all-4.csv') });
    expect(await readFile(target, 'utf8')).toBe('precious');
    expect(await filesIn(folder)).not.toContain('nothing');
  });
});

test('a full disk is named, and the same handle continues to the same file when there is space', async () => {
  const { call, refused, folder, sent } = await openExport({ contacts: CONTACTS, users: USERS });
  // The head of the file and the first two pages fit, and half of the third.
  const end = await failWrites(folder, 'ENOSPC', 3);
  const part = join(folder, 'contacts-2026-11-20.csv.part');
  const error = await refused(EXPORT);
  expect(error).toMatch(
    /^(\S+) cannot be written: the disk is full \(ENOSPC\)\. 1000 contacts are in it\. When that is corrected call export_contacts with handle "export-\w+"\.$/,
  );
  expect(error.startsWith(part)).toBe(true);
  const [, found] = /"(export-\w+)"/.exec(error) ?? [];
  expect(await refused(EXPORT, { handle: found })).toBe(error);
  expect(await filesIn(folder)).toEqual(['contacts-2026-11-20.csv.part']);
  end();
  await sent();
  expect(await textAt(await call(EXPORT, { handle: found }))).toBe(await uninterrupted());
  expect(await filesIn(folder)).toEqual(['contacts-2026-11-20.csv']);
  expect((await sent()).filter((line) => line === SEARCH)).toHaveLength(3);
});

test('a folder that cannot be written is named before anything is sent', async () => {
  const folder = await newFolder();
  await writeFile(join(folder, 'file'), '');
  const { refused, sent } = await openExport({ contacts: CONTACTS }, { exportFolder: join(folder, 'file', 'deep') });
  expect(await refused(EXPORT, { columns: ['id'] })).toMatch(
    /file\/deep cannot be written .*Nothing was exported\. Try again when/,
  );
  expect(await sent()).toEqual([]);
});
