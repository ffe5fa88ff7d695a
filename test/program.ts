import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Json } from '../src/lib/json.ts';

export const PROGRAM = new URL('../dist/index.js', import.meta.url).pathname;

/** Programs under test store nothing in the folders of the person who runs the tests. */
const stateHome = mkdtempSync(join(tmpdir(), 'ghl-state-'));
process.on('exit', () => rmSync(stateHome, { recursive: true, force: true }));

/** Compiled code is shared by all runs. A program writes it when it ends, maybe after its test has removed its folders. */
export const CACHE_HOME = new URL('../node_modules/.cache', import.meta.url).pathname;

/** A running server; it asks nobody before it destroys something, unless a test sets GHL_CONFIRM.
 * accepts raw lines or messages, returns parsed messages. */
export interface Program {
  readonly child: ChildProcessWithoutNullStreams;
  /** Every line it wrote to stdout. */
  readonly lines: string[];
  readonly stderr: () => string;
  send(message: unknown): void;
  /** The response to the request with this id. */
  answer(id: number): Promise<Json>;
  readonly ended: Promise<number | null>;
}

export const start = (args: readonly string[], env: Record<string, string> = {}): Program =>
  startNode([PROGRAM, ...args], env);

/** Any MCP server on stdio that Node runs with these arguments. */
export function startNode(args: readonly string[], env: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, args, {
    env: {
      PATH: process.env.PATH ?? '',
      XDG_STATE_HOME: stateHome,
      XDG_CACHE_HOME: CACHE_HOME,
      GHL_CONFIRM: 'off',
      ...env,
    },
  });
  const lines: string[] = [];
  const waiting = new Map<number, (message: Json) => void>();
  const early = new Map<number, Json>();
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const message = JSON.parse(line) as Json & { id: number };
    waiting.get(message.id)?.(message);
    early.set(message.id, message);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    lines,
    stderr: () => stderr,
    send: (message) => child.stdin.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`),
    answer: (id) =>
      new Promise((resolve, reject) => {
        const known = early.get(id);
        if (known) return resolve(known);
        waiting.set(id, resolve);
        void ended.then((code) => reject(new Error(`ended with ${code}: ${stderr}`)));
      }),
    ended,
  };
}

export const rpc = (id: number, method: string, params: Json = {}) => ({ jsonrpc: '2.0', id, method, params });
export const HELLO = rpc(1, 'initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'test', version: '0' },
});
