import type { TestRun } from './checks.ts';
import type { CodemodResult } from './codemod.ts';
import { CODEMOD, PACKAGES } from './copy.ts';
import type { Applied } from './patch.ts';

export interface Move {
  readonly from: string;
  readonly codemod: CodemodResult;
  readonly errorsBefore: number;
  readonly patches: readonly Applied[];
  readonly typeErrors: readonly string[];
  readonly tests: TestRun;
  /** Bytes of the two builds. */
  readonly size: { readonly before: number; readonly after: number };
  readonly startRatio: number;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
const listOf = (title: string, rows: readonly string[]) =>
  rows.length === 0 ? [] : ['', title, '', ...rows.map((row) => `- ${row}`)];

/** The figures of a run as Markdown. */
export function report(move: Move): string {
  const { codemod, patches, tests, size } = move;
  const edits = sum(patches.map(({ count }) => count));
  const stale = patches.flatMap((patch) => patch.stale);
  return [
    `From ${move.from} to ${Object.entries(PACKAGES)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}, with ${CODEMOD}.`,
    '',
    '| step | result |',
    '| --- | --- |',
    `| edits by the codemod | ${codemod.edits} in ${codemod.files} files, ${codemod.marks} places marked for a person |`,
    `| type errors after the codemod | ${move.errorsBefore} |`,
    `| edits by ${patches.length} patches | ${edits} |`,
    `| type errors after the patches | ${move.typeErrors.length} |`,
    `| tests | ${tests.passed} passed, ${tests.failed.length} failed, ${tests.skipped} skipped in ${tests.files} files |`,
    `| size of the build | ${(size.after / size.before).toFixed(2)} × ours |`,
    `| start to \`tools/list\` | ${move.startRatio.toFixed(2)} × ours |`,
    '',
    '| patch: why | edits |',
    '| --- | --- |',
    ...patches.map(({ reason, count }) => `| ${reason} | ${count} |`),
    ...listOf(
      'Edits that found nothing, because the sources have changed since:',
      stale.map((each) => `\`${each}\``),
    ),
    ...listOf(
      'Type errors:',
      move.typeErrors.map((each) => `\`${each}\``),
    ),
    ...listOf('Failed tests:', tests.failed),
  ].join('\n');
}
