/**
 * Runs the server and the sandbox against programs that others wrote:
 *
 *     npm run interop                              every program
 *     npm run interop -- inspector highlevel-sdk   some of them
 *     npm run interop -- --folder DIR              keeps the installed packages in DIR for the next run
 *
 * Prints the versions and what each program accepted, and ends with 1 if one rejects something. It runs on Node 24,
 * because npm chooses old versions of some programs on Node 20.
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

const { values, positionals } = parseArgs({ allowPositionals: true, options: { folder: { type: 'string' } } });
const unknown = positionals.filter((name) => !programs.some((program) => program.name === name));
if (unknown.length > 0) {
  throw new Error(
    `No program is named ${unknown.join(', ')}. There are: ${programs.map(({ name }) => name).join(', ')}.`,
  );
}

/** Prints the result of one program. Returns it. */
async function runProgram(program: InteropProgram, folder: string): Promise<'accepted' | 'skipped' | 'rejected'> {
  const versions = Object.entries(program.packages).map(([name, version]) => `${name} ${version}`);
  const label = versions.length > 0 ? `${program.name} (${versions.join(', ')})` : program.name;
  const print = (result: string) => console.log(`${label}: ${result}`);
  try {
    print(await program.run(await install(folder, program.packages)));
    return 'accepted';
  } catch (error) {
    const isSkipped = error instanceof SkippedError;
    print(`${isSkipped ? 'skipped.' : 'REJECTED'} ${messageOf(error)}`);
    return isSkipped ? 'skipped' : 'rejected';
  }
}

const folder = values.folder ? resolve(values.folder) : await mkdtemp(join(tmpdir(), 'interop-'));
await mkdir(home, { mode: 0o700 });
console.log(`Node ${process.versions.node}`);
const counts = { accepted: 0, skipped: 0, rejected: 0 };
for (const program of programs) {
  if (positionals.length === 0 || positionals.includes(program.name)) counts[await runProgram(program, folder)] += 1;
}
await rm(home, { recursive: true, force: true });
if (!values.folder) await rm(folder, { recursive: true, force: true });
console.log(`${counts.accepted} accepted, ${counts.skipped} skipped, ${counts.rejected} rejected`);
// Some clients leave timers or sockets open.
process.exit(counts.rejected > 0 ? 1 : 0);
