import { spawn } from 'node:child_process';

const ROUNDS = 11;

export interface Timed {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const HELLO = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '0' } },
};
const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} };

/** ms from spawn to the answer to `tools/list`. */
function once({ args, env }: Timed): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.write(
    `${JSON.stringify(HELLO)}\n${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n${JSON.stringify(LIST)}\n`,
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

/** Median start of each, in turn within every round, so that a slow moment of the machine hits all alike. */
export async function starts(programs: readonly Timed[]): Promise<Map<string, number>> {
  const times = new Map(programs.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const program of programs) times.get(program.name)?.push(await once(program));
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]));
}
