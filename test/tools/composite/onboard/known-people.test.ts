import { chmod, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findKnownPerson, setKnownPerson } from '../../../../src/tools/composite/onboard/known-people.ts';
import { connect } from '../../../connect.ts';
import { byMatch, data, newFolder, processAt } from './people-folder.ts';

describe('the folder of people', () => {
  test('is private to the owner, contains no names, and no lock afterwards', async () => {
    const peopleFolder = await newFolder();
    const { call, sandbox } = await connect({ sandbox: { data }, peopleFolder });
    await call('onboard_contact', { ...byMatch('P-1'), email: 'pat@park.example' });
    expect((await stat(peopleFolder)).mode & 0o777).toBe(0o700);
    const files = await readdir(peopleFolder);
    expect(files.every((file) => /^[0-9a-f]{32}\.json$/.test(file))).toBe(true);
    expect(files).toHaveLength(2);
    for (const file of files) {
      expect((await stat(join(peopleFolder, file))).mode & 0o777).toBe(0o600);
      expect(await readFile(join(peopleFolder, file), 'utf8')).not.toMatch(/park|P-1/);
    }
    // A damaged entry is as good as none.
    for (const file of files) await writeFile(join(peopleFolder, file), '{"id"');
    sandbox.advance(600_000);
    expect(await call('onboard_contact', byMatch('P-1'))).toMatchObject({ created: false });
  });

  test('is cleared of outdated files', async () => {
    const peopleFolder = await newFolder();
    const { call } = await connect({ sandbox: { data }, peopleFolder });
    await call('onboard_contact', { email: 'old@park.example' });
    const [old] = (await readdir(peopleFolder)) as [string];
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const file of [old, old.replace('json', 'lock'), `${old}.12345678`]) {
      await writeFile(join(peopleFolder, file), '');
      await utimes(join(peopleFolder, file), hourAgo, hourAgo);
    }
    const other = await connect({ sandbox: { data }, peopleFolder });
    await other.call('onboard_contact', { email: 'new@park.example' });
    await expect.poll(() => readdir(peopleFolder)).toHaveLength(1);
    expect(await readdir(peopleFolder)).not.toContain(old);
  });

  test('without a writable folder, one process still creates each person once and says that others are not coordinated', async () => {
    const blocked = await newFolder();
    const file = join(blocked, '..', '..', 'file');
    await writeFile(file, '');
    await chmod(file, 0o400);
    const { call } = await connect({ sandbox: { data, indexDelayMs: 60_000 }, peopleFolder: join(file, 'people') });
    const answers = await Promise.all([1, 2, 3].map(() => call('onboard_contact', byMatch('B-1'))));
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    const notice = expect.stringMatching(/^The state folder takes no files.*Tell the owner\.$/);
    expect(answers).toEqual(Array(3).fill(expect.objectContaining({ notice })));
  });

  test('separates locations', async () => {
    const folder = await newFolder();
    await setKnownPerson(['email a'], processAt(folder), { id: 'x', at: 1 });
    expect(await findKnownPerson('email a', processAt(folder, 'two'))).toBeUndefined();
    expect(await findKnownPerson('email a', processAt(folder))).toEqual({ id: 'x', at: 1 });
  });
});
