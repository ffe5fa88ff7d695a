import { spawn } from 'node:child_process';

const ROUNDS = 11;

export interface Program {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '0' } },
};
const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} };

/** Time in ms from spawn to the answer to `tools/list`. */
function startDuration({ args, env }: Program): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.write(
    `${JSON.stringify(INITIALIZE)}\n${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n${JSON.stringify(LIST)}\n`,
  );
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
