import { spawn } from 'node:child_process';
import { HELLO, rpc } from '../../test/program.ts';
import type { BenchContext } from '../context.ts';
import { type Figure, median } from '../figure.ts';
import { residentMemory } from '../process-use.ts';

const ROUNDS = 15;

interface Start {
  /** ms from spawn to the answer to `tools/list`. */
  readonly duration: number;
  /** MB when that answer came. */
  readonly peakMemory: number;
}

function start(args: readonly string[]): Promise<Start> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const messages = [HELLO, { jsonrpc: '2.0', method: 'notifications/initialized' }, rpc(2, 'tools/list')];
  child.stdin.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  return new Promise((resolve) => {
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (!out.includes('"id":2')) return;
      resolve({ duration: performance.now() - started, peakMemory: residentMemory(child.pid).peak });
      child.kill();
    });
  });
}

/** Medians of each program. The programs alternate, so that a slow moment of the machine affects all. */
async function mediansOf<Name extends string>(programs: Readonly<Record<Name, readonly string[]>>) {
  const names = Object.keys(programs) as Name[];
  const starts = new Map(names.map((name) => [name, [] as Start[]]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const name of names) starts.get(name)?.push(await start(programs[name]));
  return (name: Name): Start => {
    const all = starts.get(name) ?? [];
    return {
      duration: median(all.map(({ duration }) => duration)),
      peakMemory: median(all.map(({ peakMemory }) => peakMemory)),
    };
  };
}

export async function startFigures({ programs }: BenchContext): Promise<Figure[]> {
  const of = await mediansOf({
    echo: [programs.echoServer],
    minimal: [programs.minimalServer],
    ours: [programs.ours],
    sandbox: [programs.ours, '--sandbox'],
  });
  const [echo, minimal, ours, sandbox] = [of('echo'), of('minimal'), of('ours'), of('sandbox')];
  return [
    {
      what: 'time, relative to an unbundled SDK echo server',
      value: ours.duration / echo.duration,
      target: { most: 0.5 },
      bound: { most: 0.8 },
    },
    { what: 'time, relative to a bundled minimal SDK server', value: ours.duration / minimal.duration },
    { what: 'time with --sandbox, relative to that server', value: sandbox.duration / minimal.duration },
    { what: 'time in ms', value: ours.duration, digits: 0 },
    { what: 'peak memory in MB', value: ours.peakMemory, digits: 1, target: { most: 55 }, bound: { most: 65 } },
    { what: 'peak memory, relative to the echo server', value: ours.peakMemory / echo.peakMemory },
    { what: 'peak memory, relative to the minimal server', value: ours.peakMemory / minimal.peakMemory },
  ];
}
