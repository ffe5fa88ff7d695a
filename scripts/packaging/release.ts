import * as z from 'zod';
import { isRecord } from '../../src/lib/json.ts';
import { PLACEHOLDER } from './project.ts';

/** What a release is checked against. */
export interface ReleaseState {
  /** The text of a file of the repository; undefined if there is none. */
  readonly files: Readonly<Record<string, string | undefined>>;
  /** The files that `npm run docs` would write. */
  readonly generated: Readonly<Record<string, unknown>>;
  readonly owner: string;
  /** Whether examples and manifests start the package from npm. */
  readonly published: boolean;
  /** What `git status --porcelain` prints. */
  readonly uncommitted: string;
  readonly tags: readonly string[];
}

const Lock = z.object({ version: z.string(), packages: z.object({ '': z.object({ version: z.string() }) }) });

/** Why this version cannot be released, one sentence for each reason; none if it can. */
export function releaseProblems(version: string, state: ReleaseState): string[] {
  const { files, generated, owner, published, uncommitted, tags } = state;
  return [
    ...(/^\d+\.\d+\.\d+$/.test(version) ? [] : [`${version} is not a version: give three numbers, such as 1.2.3.`]),
    ...Object.entries(generated).flatMap(([file, content]) => fileProblems(version, file, files[file], content)),
    ...lockProblems(version, files['package-lock.json']),
    ...changelogProblems(version, files['CHANGELOG.md'] ?? ''),
    ...(owner === PLACEHOLDER
      ? ['The account of the repository is not filled in: set OWNER in scripts/packaging/project.ts.']
      : []),
    ...(published
      ? []
      : ['The examples start a clone: set PUBLISHED in src/cli/setup/launch.ts to true, and run npm run docs.']),
    ...(uncommitted.trim() === '' ? [] : ['There are changes that are not committed: commit them.']),
    ...(tags.includes(`v${version}`) ? [`The tag v${version} exists: choose another version.`] : []),
  ];
}

/** A generated file: it is what the code says, and every version in it is the one to be released. */
function fileProblems(version: string, file: string, text: string | undefined, content: unknown): string[] {
  if (text !== `${JSON.stringify(content, null, 2)}\n`) return [`${file} is not what the code says: run npm run docs.`];
  const others = versionsIn(content).filter((each) => each !== version);
  return others.length > 0
    ? [`${file} has version ${others.join(', ')}: set it to ${version} in package.json, and run npm run docs.`]
    : [];
}

/** Every value of a key `version` in a document. */
function versionsIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(versionsIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === 'version' ? [inner] : versionsIn(inner)));
}

function lockProblems(version: string, text: string | undefined): string[] {
  const lock = Lock.parse(JSON.parse(text ?? '{}'));
  const agrees = [lock.version, lock.packages[''].version].every((each) => each === version);
  return agrees ? [] : [`package-lock.json has another version: run npm install --package-lock-only.`];
}

/** The newest section is that of the version, with the day of the release. */
function changelogProblems(version: string, text: string): string[] {
  const [, newest] = /^## (.+)$/m.exec(text) ?? [];
  const [name, date] = newest?.split(' ') ?? [];
  if (name !== version)
    return [`The newest section of CHANGELOG.md is "${newest ?? ''}": write the one of ${version}.`];
  return /^\(\d{4}-\d\d-\d\d\)$/.test(date ?? '')
    ? []
    : [`CHANGELOG.md has no date for ${version}: write "## ${version} (2026-01-31)" with the day of the release.`];
}
