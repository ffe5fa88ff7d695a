import { spawn } from 'node:child_process';
import { expect } from 'vitest';
import type { Json } from '../../src/lib/json.ts';
import type { SandboxOptions } from '../../src/sandbox/index.ts';
import { createWorld } from '../api/auth/world.ts';
import { PROGRAM } from '../program.ts';
import { randomOf } from '../random.ts';
import { client } from '../sandbox/api.ts';
import type { Env } from './run-command.ts';

/** CHANGES_SEED=n repeats a run that failed. */
const SEED = Number(process.env.CHANGES_SEED ?? 20_261_122);
export const READS = 'contacts.readonly';

interface Line extends Json {
  readonly kind: string;
  readonly id: string;
}
export const linesOf = (stdout: string): Line[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** A sandbox with an account, others who edit in it, and `changes` against it. */
export async function setUp(scopes = READS, options: SandboxOptions = {}) {
  const world = await createWorld(options);
  await world.signIn(scopes);
  const env = { ...world.env, GHL_SCOPES: scopes, LOG_LEVEL: 'warn' };
  const changes = async (...options: string[]) => {
    const ran = await world.run(['changes', ...options], { env });
    return { ...ran, lines: linesOf(ran.stdout) };
  };
  const api = client(world.sandbox);
  let made = 0;
  const create = (count: number) =>
    Promise.all(Array.from({ length: count }, () => api.create({ firstName: `Person ${++made}` })));
  return { ...world, api, env, changes, create };
}

/**
 * Others create contacts while consumers are killed after a random number of lines, and programs at random moments, in turn.
 * What all of them and a last run received is complete.
 */
export async function expectNoLineLost(runs: number): Promise<void> {
  console.log(`CHANGES_SEED=${SEED}`);
  const random = randomOf(SEED);
  const { changes, create, env } = await setUp();
  await changes();
  const expected = new Set<string>();
  const received = new Set<string>();
  let counted = 0;
  const take = (ids: readonly string[]) => {
    counted += ids.length;
    for (const id of ids) received.add(id);
  };
  for (let run = 0; run < runs; run += 1) {
    for (const id of await create(1 + Math.floor(random() * 60))) expected.add(id);
    const lines = 1 + Math.floor(random() * 40);
    take(run % 2 === 0 ? await killConsumer(lines, env) : await killProgram(200 + random() * 1_200, env));
  }
  take((await changes()).lines.map(({ id }) => id));
  console.log(`${runs} runs: ${expected.size} contacts, ${counted} lines`);
  expect([...received].sort()).toEqual([...expected].sort());
}

export const runShell = async (command: string, env: Env) => {
  const child = spawn('sh', ['-c', command], { env });
  let stdout = '';
  for await (const chunk of child.stdout) stdout += chunk;
  return { stdout };
};

/** A consumer that reads some lines and is killed; the ids it received. */
async function killConsumer(lines: number, env: Env): Promise<string[]> {
  const consumer = `head -n ${lines}; kill -9 $$`;
  const { stdout } = await runShell(`"${process.execPath}" "${PROGRAM}" changes | sh -c '${consumer}'`, env);
  return linesOf(stdout).map(({ id }) => id);
}

/** A program that is killed; the ids of the whole lines it printed. */
async function killProgram(afterMs: number, env: Env): Promise<string[]> {
  const child = spawn(process.execPath, [PROGRAM, 'changes'], { env });
  let stdout = '';
  const kill = setTimeout(() => child.kill('SIGKILL'), afterMs);
  for await (const chunk of child.stdout) stdout += chunk;
  clearTimeout(kill);
  return linesOf(stdout.slice(0, stdout.lastIndexOf('\n') + 1)).map(({ id }) => id);
}
