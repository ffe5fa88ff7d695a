import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { processorTicks, residentMemory } from './process-use.ts';

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A measured MCP server. It is driven with raw JSON lines, so that the cost of a client is not included. */
export class ServerProcess {
  readonly #child: Child;
  readonly #waiting = new Map<number, () => void>();
  #id = 0;

  constructor(program: string, env: Readonly<Record<string, string>>, args: readonly string[] = []) {
    this.#child = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let rest = '';
    this.#child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#onAnswer(line);
    });
  }

  /** Reads only the id of an answer, so that the server is measured and not its client. */
  #onAnswer(line: string): void {
    if (line.includes('"isError":true')) throw new Error(line.slice(0, 500));
    const id = Number(line.slice(line.lastIndexOf('"id":') + 5, -1));
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }

  request(method: string, params: object): Promise<void> {
    this.#id += 1;
    const id = this.#id;
    const answered = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return answered;
  }

  async initialize(): Promise<void> {
    const clientInfo = { name: 'bench', version: '0' };
    await this.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    this.#child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  }

  /** Duration of one call in ms. */
  async callDuration(contactId: string, name = 'get_contact', more: object = {}): Promise<number> {
    const started = performance.now();
    await this.request('tools/call', { name, arguments: { contactId, ...more } });
    return performance.now() - started;
  }

  /** Duration of each call in ms; one call at a time. */
  async callDurations(ids: readonly string[]): Promise<number[]> {
    const times: number[] = [];
    for (const id of ids) times.push(await this.callDuration(id));
    return times;
  }

  /** Calls per second with `width` calls in flight. */
  async callsPerSecond(ids: readonly string[], width: number): Promise<number> {
    const started = performance.now();
    let next = 0;
    const run = async () => {
      for (let id = ids[next++]; id !== undefined; id = ids[next++]) await this.callDuration(id);
    };
    await Promise.all(Array.from({ length: width }, run));
    return (ids.length / (performance.now() - started)) * 1_000;
  }

  /** Processor time used so far, user and system, in ticks of 10 ms. */
  processorTicks(): number {
    return processorTicks(this.#child.pid);
  }

  /** Resident memory in MB. */
  memory(): { peak: number; now: number } {
    return residentMemory(this.#child.pid);
  }

  end(): void {
    this.#child.kill();
  }
}
