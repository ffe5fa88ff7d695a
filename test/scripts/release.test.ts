import { expect, test } from 'vitest';
import { PLACEHOLDER } from '../../scripts/packaging/project.ts';
import { type ReleaseState, releaseProblems } from '../../scripts/packaging/release.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const serverJson = (version: string) => ({ version, packages: [{ version }] });
const lock = (version: string) => json({ version, packages: { '': { version } } });

const READY: ReleaseState = {
  generated: { 'server.json': serverJson('1.2.3') },
  files: {
    'server.json': json(serverJson('1.2.3')),
    'package-lock.json': lock('1.2.3'),
    'CHANGELOG.md': '# Changelog\n\n## 1.2.3 (2026-11-22)\n\n- More.\n\n## 1.2.2 (2026-11-01)\n',
  },
  owner: 'somebody',
  published: true,
  uncommitted: '',
  tags: ['v1.2.2'],
};
const withFiles = (files: ReleaseState['files']): ReleaseState => ({ ...READY, files: { ...READY.files, ...files } });

test('a version on which everything agrees can be released', () => {
  expect(releaseProblems('1.2.3', READY)).toEqual([]);
});

test.each<readonly [what: string, state: ReleaseState, problem: RegExp]>([
  [
    'a manifest is not current',
    withFiles({ 'server.json': json(serverJson('1.2.2')) }),
    /^server\.json is not what the code says/,
  ],
  ['a manifest is missing', withFiles({ 'server.json': undefined }), /^server\.json is not what the code says/],
  ['the lock file has another version', withFiles({ 'package-lock.json': lock('1.2.2') }), /^package-lock\.json/],
  [
    'the changelog has no section',
    withFiles({ 'CHANGELOG.md': '# Changelog\n' }),
    /newest section of CHANGELOG\.md is ""/,
  ],
  ['the changelog has no date', withFiles({ 'CHANGELOG.md': '## 1.2.3 (unreleased)\n' }), /CHANGELOG\.md has no date/],
  [
    'a newer section exists',
    withFiles({ 'CHANGELOG.md': '## 1.3.0 (2026-12-01)\n## 1.2.3 (2026-11-22)\n' }),
    /"1\.3\.0/,
  ],
  ['the account is not filled in', { ...READY, owner: PLACEHOLDER }, /^The account of the repository/],
  ['examples start a clone', { ...READY, published: false }, /^The examples start a clone/],
  ['something is not committed', { ...READY, uncommitted: ' M README.md\n' }, /not committed/],
  ['the tag exists', { ...READY, tags: ['v1.2.3'] }, /^The tag v1\.2\.3 exists/],
])('a version cannot be released while %s', (_, state, problem) => {
  expect(releaseProblems('1.2.3', state)).toEqual([expect.stringMatching(problem)]);
});

test('another version than that of the package is refused for each file', () => {
  const problems = releaseProblems('1.3.0', READY);
  expect(problems).toContainEqual(expect.stringMatching(/^server\.json has version 1\.2\.3, 1\.2\.3/));
  expect(problems).toContainEqual(expect.stringMatching(/^package-lock\.json/));
  expect(problems).toContainEqual(expect.stringMatching(/CHANGELOG/));
});

test('what is no version is refused', () => {
  expect(releaseProblems('next', READY)[0]).toMatch(/^next is not a version/);
});
