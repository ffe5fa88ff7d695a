import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Entry, EntrySchema } from '../../../src/api/write/journal/entry.ts';
import { fileJournal } from '../../../src/api/write/journal/file-journal.ts';
import type { Journal } from '../../../src/api/write/journal/journal.ts';
import type { Json } from '../../../src/lib/json.ts';
import { silent } from '../../../src/lib/log.ts';
import { DAY_MS } from '../../../src/lib/time.ts';
import { connect, find, NOW } from '../../connect.ts';
import { HELLO, PROGRAM, rpc, startNode } from '../../program.ts';
import { handClock, hastyClock } from '../steady-clock.ts';

const folder = await mkdtemp(join(tmpdir(), 'journal-files-'));
afterAll(() => rm(folder, { recursive: true }));
let files = 0;
const newPath = async () => {
  files += 1;
  const path = join(folder, `${files}`, 'journal.jsonl');
  await mkdir(dirname(path));
  return path;
};

const open = (path: string): Journal =>
  fileJournal({ path, days: 90, hasValues: true }, silent, { timers: hastyClock() });
const ALL = { locationId: undefined, limit: 1_000 };

/** A server with a journal at this path, and one contact. */
async function serve(path: string) {
  const connected = await connect({ api: { journal: open(path) } });
  const { id: contactId } = await find(connected.call, 'maria');
  const update = (city: string) => connected.call('update_contact', { contactId, city });
  const refuse = (city: string) => connected.refused('update_contact', { contactId, city });
  const cities = async () => (await open(path).read(ALL)).entries.map(({ sent }) => sent?.city).toReversed();
  return { ...connected, update, refuse, cities };
}

describe('while the server runs', () => {
  test('the file is deleted: the next entry is in a new, private file', async () => {
    const path = await newPath();
    const { update, cities } = await serve(path);
    await update('Gary');
    await rm(path);
    await update('Hammond');
    expect(await cities()).toEqual(['Hammond']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('the folder is deleted: it is created again', async () => {
    const path = await newPath();
    const { update, cities } = await serve(path);
    await update('Gary');
    await rm(dirname(path), { recursive: true });
    await update('Hammond');
    expect(await cities()).toEqual(['Hammond']);
  });

  test('the file is replaced by another one: its lines stay, and later ones follow', async () => {
    const path = await newPath();
    const { update, cities } = await serve(path);
    await update('Gary');
    const text = await readFile(path, 'utf8');
    await writeFile(`${path}.copy`, `${text}not a line of ours`);
    await rename(`${path}.copy`, path);
    await update('Hammond');
    expect(await cities()).toEqual(['Gary', 'Hammond']);
    expect((await open(path).read(ALL)).damaged).toBe(1);
  });

  test('a folder takes its place: writes are refused until it is gone', async () => {
    const path = await newPath();
    const { update, refuse, cities } = await serve(path);
    await rm(path, { force: true });
    await mkdir(path);
    expect(await refuse('Gary')).toContain('(EISDIR: illegal operation on a directory), so nothing was sent');
    await rm(path, { recursive: true });
    await update('Hammond');
    expect(await cities()).toEqual(['Hammond']);
  });
});

describe('a journal that is a symbolic link', () => {
  test('to a file: entries are in that file, which others can no longer read', async () => {
    const path = await newPath();
    const target = join(folder, 'target.jsonl');
    await writeFile(target, '', { mode: 0o644 });
    await symlink(target, path);
    const { update, cities } = await serve(path);
    await update('Gary');
    expect(await cities()).toEqual(['Gary']);
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect((await stat(target)).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['/dev/null', 'it is no regular file'],
    ['journal.jsonl', 'ELOOP: too many symbolic links encountered'],
  ])('to %s: writes are refused', async (target, reason) => {
    const path = await newPath();
    await symlink(target, path);
    const { refuse, sent } = await serve(path);
    await sent();
    expect(await refuse('Gary')).toContain(`(${reason}), so nothing was sent`);
    expect(await sent()).toEqual([]);
  });
});

/** Runs the program as a user who owns no file, if the tests run as root. */
const AS_NOBODY = `
  if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
  import(process.argv[1]);
`;
async function writeAsNobody(path: string): Promise<unknown> {
  const program = startNode(['-e', AS_NOBODY, PROGRAM, '--sandbox'], { GHL_JOURNAL: path });
  onTestFinished(() => void program.child.kill('SIGKILL'));
  program.send(HELLO);
  await program.answer(1);
  program.send(rpc(2, 'tools/call', { name: 'create_contact', arguments: { firstName: 'Ann' } }));
  return (await program.answer(2)).result;
}
const refusal = (reason: string) => ({
  isError: true,
  content: [{ text: expect.stringContaining(`(${reason}), so nothing was sent`) }],
});

describe('a place that this user may not write to', () => {
  const DENIED = 'EACCES: permission denied';

  test('a folder: writes are refused', async () => {
    const path = await newPath();
    await chmod(folder, 0o755);
    await chmod(dirname(path), 0o555);
    onTestFinished(() => chmod(dirname(path), 0o755));
    expect(await writeAsNobody(path)).toMatchObject(refusal(DENIED));
  });

  test('a file: writes are refused, and the file is as it was', async () => {
    const path = await newPath();
    await chmod(folder, 0o755);
    const file = join(dirname(path), 'sandbox-journal.jsonl');
    await writeFile(file, '', { mode: 0o444 });
    expect(await writeAsNobody(path)).toMatchObject(refusal(DENIED));
    expect((await stat(file)).mode & 0o777).toBe(0o444);
  });
});

const TMPFS_BYTES = 2_000_000;
const mounted = join(folder, 'disk');
const canMount = ((): boolean => {
  try {
    execFileSync('mkdir', [mounted]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${TMPFS_BYTES}`, 'tmpfs', mounted], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
afterAll(() => {
  // The servers still have files open on it.
  if (canMount) execFileSync('umount', ['-l', mounted]);
});

test.skipIf(!canMount)('a disk that is full: writes are refused until it has space, and no entry is lost', async () => {
  const path = join(mounted, 'journal.jsonl');
  const { update, refuse, cities } = await serve(path);
  await update('Gary');
  await writeFile(join(mounted, 'other'), 'x'.repeat(TMPFS_BYTES * 0.8));
  expect(await refuse('Lake')).toContain('(the disk is full), so nothing was sent');
  await rm(join(mounted, 'other'));
  await update('Hammond');
  expect(await cities()).toEqual(['Gary', 'Hammond']);
});

test.skipIf(!canMount)('a disk that fills up after the check: the entry is written when it has space', async () => {
  const path = join(mounted, 'filling.jsonl');
  const journal = open(path);
  const entry = (id: string, body: string): Entry => EntrySchema.parse({ ...LINE, id, sent: { body } });
  await journal.assertWritable();
  expect(await journal.append(entry('large', 'x'.repeat(TMPFS_BYTES)))).toBe(false);
  await expect(journal.assertWritable()).rejects.toThrow('so nothing was sent');
  const { entries, damaged } = await journal.read(ALL);
  expect([entries.length, damaged]).toEqual([0, 1]);
  execFileSync('mount', ['-o', `remount,size=${TMPFS_BYTES * 10}`, mounted]);
  await journal.assertWritable();
  expect(await journal.append(entry('small', 'x'))).toBe(true);
  expect((await journal.read(ALL)).entries.map(({ id }) => id)).toEqual(['small', 'large']);
});

const LINE: Json = {
  ...{ v: 1, id: 'x', time: '2026-11-20T15:00:00.000Z', tool: 'create_contact_note' },
  ...{ outcome: 'done', reconciled: false, attempts: 1, cancelled: false },
};

test('a clock that goes back and forth: the order, the pages and the ids are those of the writes', async () => {
  const path = await newPath();
  const timers = handClock(NOW);
  const journal = fileJournal({ path, days: 90, hasValues: true }, silent, { timers, maxBytes: 3_000 });
  const { call } = await connect({ timers, api: { journal } });
  const names = Array.from({ length: 20 }, (_, n) => `Person ${n}`);
  for (const [n, firstName] of names.entries()) {
    timers.setWall((n % 2 === 0 ? -400 : 399) * DAY_MS);
    // Nothing counts as recent.
    await timers.advance(1_000);
    await call('create_contact', { firstName });
  }
  const shown: Json[] = [];
  let next: Json | undefined = { limit: 3 };
  while (next) {
    const page: Json = await call('list_recent_changes', next);
    shown.push(...(page.changes as Json[]));
    next = page.next as Json | undefined;
  }
  expect(shown.map(({ contactName }) => contactName)).toEqual(names.toReversed());
  expect(new Set(shown.map(({ id }) => id)).size).toBe(names.length);
});
