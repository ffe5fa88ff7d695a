/**
 * Runs the server and the sandbox against programs that others wrote:
 *
 *     npm run interop                              every program
 *     npm run interop -- inspector highlevel-sdk   some of them
 *     npm run interop -- --folder DIR              keeps the installed packages in DIR for the next run
 *     npm run interop -- --strict                  a program that is skipped fails
 *
 * Prints the version of each program and whether it passed, failed or was skipped, and ends with 1 if one fails. Strict
 * runs skip only packages that the registry does not have, and checks whose official files are not on this machine. It
 * runs on Node 24, because npm chooses old versions of some programs on Node 20.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, SkippedError } from './checks.ts';
import { install } from './packages.ts';
import type { InteropProgram } from './program.ts';
import { programs } from './programs.ts';
import { home } from './server-command.ts';

const options = { folder: { type: 'string' }, strict: { type: 'boolean', default: false } } as const;
const { values, positionals } = parseArgs({ allowPositionals: true, options });
const unknown = positionals.filter((name) => !programs.some((program) => program.name === name));
if (unknown.length > 0) {
  throw new Error(
    `No program is named ${unknown.join(', ')}. There are: ${programs.map(({ name }) => name).join(', ')}.`,
  );
}

type Outcome = 'passed' | 'failed' | 'skipped';

/** Runs a program, and prints its result. Hosts of others have time limits of their own, so one failure is repeated. */
async function runProgram(program: InteropProgram, folder: string): Promise<Outcome> {
  const versions = Object.entries(program.packages).map(([name, version]) => `${name} ${version}`);
  const label = versions.length > 0 ? `${program.name} (${versions.join(', ')})` : program.name;
  const print = (outcome: Outcome, detail: string): Outcome => {
    console.log(`${label}: ${outcome}: ${detail}`);
    return outcome;
  };
  let firstFailure = '';
  for (;;) {
    try {
      return print('passed', `${await program.run(await install(folder, program.packages))}${firstFailure}`);
    } catch (error) {
      if (error instanceof SkippedError) {
        const isSkipped = error.isInevitable || !values.strict;
        return print(isSkipped ? 'skipped' : 'failed', messageOf(error));
      }
      if (firstFailure !== '') return print('failed', messageOf(error));
      firstFailure = `; at the second attempt, the first failed: ${messageOf(error)}`;
    }
  }
}

const folder = values.folder ? resolve(values.folder) : await mkdtemp(join(tmpdir(), 'interop-'));
await mkdir(home, { mode: 0o700 });
console.log(`Node ${process.versions.node}`);
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const program of programs) {
  if (positionals.length === 0 || positionals.includes(program.name)) counts[await runProgram(program, folder)] += 1;
}
await rm(home, { recursive: true, force: true });
if (!values.folder) await rm(folder, { recursive: true, force: true });
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
// Some clients leave timers or sockets open.
process.exit(counts.failed > 0 ? 1 : 0);
