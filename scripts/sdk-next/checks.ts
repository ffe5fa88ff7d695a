import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HELLO, rpc, startNode } from '../../test/program.ts';
import { runCommand } from '../interop/run-command.ts';

/** Messages of the compiler, one for each error. */
export async function typeErrors(folder: string): Promise<string[]> {
  const { stdout } = await runCommand('npx', ['tsc', '--pretty', 'false'], { cwd: folder });
  return stdout.split('\n').filter((line) => /: error TS\d+:/.test(line));
}

/** Tests that speak the protocol, in addition to those that the move changes. */
export const PROTOCOL_TESTS = [
  'test/mcp',
  'test/resources',
  'test/cli/stdio.test.ts',
  'test/cli/shutdown.test.ts',
  'test/cli/output.test.ts',
  'test/cli/startup.test.ts',
];

export interface TestRun {
  readonly files: number;
  readonly passed: number;
  readonly skipped: number;
  /** `file: name` of each. */
  readonly failed: readonly string[];
}

/** What the JSON reporter of vitest writes, as far as it is read here. */
interface TestReport {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** ms for one test: those that wait for something that the next line does not send end soon. */
const TEST_MS = 30_000;
const ALL_TESTS_MS = 600_000;

/** Runs tests in the copy. A file that cannot be loaded counts as one failed test. */
export async function runTests(folder: string, names: readonly string[]): Promise<TestRun> {
  const output = join(folder, 'build/tests.json');
  const options = ['--reporter=json', `--outputFile=${output}`, `--testTimeout=${TEST_MS}`];
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...options, ...names];
  await runCommand(process.execPath, args, { cwd: folder, timeoutMs: ALL_TESTS_MS });
  const { testResults, numPassedTests, numPendingTests }: TestReport = JSON.parse(await readFile(output, 'utf8'));
  const failed = testResults.flatMap(({ name, message, assertionResults }) => {
    const file = name.replace(`${folder}/`, '');
    const tests = assertionResults.filter(({ status }) => status === 'failed');
    if (tests.length === 0 && message !== '') return [`${file}: ${message.split('\n')[0]}`];
    return tests.map(({ fullName }) => `${file}: ${fullName}`);
  });
  return { files: testResults.length, passed: numPassedTests, skipped: numPendingTests, failed };
}

const ROUNDS = 15;

/** ms from the start of the program to its answer to `tools/list`. */
async function startDuration(program: string): Promise<number> {
  const started = performance.now();
  const server = startNode([program, '--sandbox']);
  for (const message of [HELLO, { jsonrpc: '2.0', method: 'notifications/initialized' }, rpc(2, 'tools/list')]) {
    server.send(message);
  }
  await server.answer(2);
  const duration = performance.now() - started;
  server.child.kill();
  await server.ended;
  return duration;
}

/** How long the first program takes to start, relative to the second: medians of starts in turn. */
export async function startRatio(first: string, second: string): Promise<number> {
  const durations: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    durations[0].push(await startDuration(first));
    durations[1].push(await startDuration(second));
  }
  const [ours, theirs] = durations.map((list) => list.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN);
  return (ours ?? Number.NaN) / (theirs ?? Number.NaN);
}
