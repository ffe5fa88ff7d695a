import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A measured MCP server. It is driven with raw JSON lines, so that the cost of a client is not included. */
export class ServerProcess {
  readonly child: Child;
  readonly #waiting = new Map<number, () => void>();
  #id = 0;

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let rest = '';
    this.child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
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
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return answered;
  }

  async initialize(): Promise<void> {
    const clientInfo = { name: 'bench', version: '0' };
    await this.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  }

  /** Duration of each call in ms; one call at a time. */
  async callDurations(ids: readonly string[], name = 'get_contact', more: object = {}): Promise<number[]> {
    const times: number[] = [];
    for (const contactId of ids) {
      const started = performance.now();
      await this.request('tools/call', { name, arguments: { contactId, ...more } });
      times.push(performance.now() - started);
    }
    return times;
  }

  /** Calls per second with `width` calls in flight. */
  async callsPerSecond(ids: readonly string[], width: number): Promise<number> {
    const started = performance.now();
    let next = 0;
    const run = async () => {
      for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
        await this.request('tools/call', { name: 'get_contact', arguments: { contactId: id } });
      }
    };
    await Promise.all(Array.from({ length: width }, run));
    return (ids.length / (performance.now() - started)) * 1_000;
  }

  /** Processor time used so far in ticks, user and system. */
  cpu(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  }

  /** Resident memory in MB: the peak and the present value. */
  memory(): { peak: number; now: number } {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const mb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN) / 1_024;
    return { peak: mb('VmHWM'), now: mb('VmRSS') };
  }

  end(): void {
    this.child.kill();
  }
}

/** The sandbox in a process of its own, with one contact per call, so that no answer is cached. */
export async function sandboxProcess(): Promise<{ env: Record<string, string>; ids: string[]; end(): void }> {
  const child = spawn(process.execPath, ['dist/index.js', 'sandbox'], {
    env: { PATH: process.env.PATH ?? '', GHL_SANDBOX_RATE: 'off' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk))));
  const { url, token, locationId } = JSON.parse(line) as Record<'url' | 'token' | 'locationId', string>;
  const headers = { authorization: `Bearer ${token}`, version: '2021-07-28', 'content-type': 'application/json' };
  const ids: string[] = [];
  for (let i = 0; i < 3_000; i += 1) {
    const body = JSON.stringify({
      locationId,
      firstName: `Person ${i}`,
      lastName: 'Bench',
      email: `p${i}@bench.example`,
      city: 'Austin',
      tags: ['bench'],
    });
    const answer = await fetch(`${url}/contacts/`, { method: 'POST', headers, body });
    ids.push(((await answer.json()) as { contact: { id: string } }).contact.id);
  }
  const env = {
    GHL_BASE_URL: url,
    GHL_API_KEY: token,
    GHL_LOCATION_ID: locationId,
    GHL_RATE_SHARE: '1',
    GHL_JOURNAL: 'off',
  };
  return { env, ids, end: () => child.kill() };
}
