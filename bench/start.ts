import { spawn } from 'node:child_process';
import { HELLO, rpc } from '../test/program.ts';

const ROUNDS = 11;

export interface Program {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Time in ms from spawn to the answer to `tools/list`. */
function startDuration({ args, env }: Program): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const messages = [HELLO, { jsonrpc: '2.0', method: 'notifications/initialized' }, rpc(2, 'tools/list')];
  child.stdin.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  return new Promise((resolve) => {
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (!out.includes('"id":2')) return;
      resolve(performance.now() - started);
      child.kill();
    });
  });
}

export const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Median start of each program in ms. The programs alternate, so that a slow moment of the machine affects all. */
export async function startDurations(programs: readonly Program[]): Promise<Map<string, number>> {
  const times = new Map(programs.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const program of programs) times.get(program.name)?.push(await startDuration(program));
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]));
}
