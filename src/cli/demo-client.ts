import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import pkg from '../../package.json' with { type: 'json' };
import { isRecord, type Json, recordIn, textIn } from '../lib/json.ts';
import { environment } from './config.ts';

export interface DemoClient {
  /** The result of a request; one at a time. @throws Error for a protocol error, and if the server has ended */
  readonly request: (method: string, params?: Json) => Promise<Json>;
  /** The answer to `initialize`. */
  readonly server: Json;
  readonly close: () => Promise<void>;
}

/**
 * Starts this program with the sandbox, as a host would, and connects to it over stdio. The SDK has a client too, but a
 * third of its schemas of messages would be in the program only for it, and every start would make them.
 */
export async function connectToSandbox(env: Readonly<Record<string, string>>): Promise<DemoClient> {
  const child = spawn(process.execPath, [process.argv[1] as string, '--sandbox'], {
    env: { ...withoutSettings(), ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let lastId = 0;
  const send = (message: Json) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const request = async (method: string, params: Json = {}): Promise<Json> => {
    lastId += 1;
    send({ id: lastId, method, params });
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      const message: unknown = JSON.parse(line.value);
      if (!isRecord(message) || message.id !== lastId) continue;
      const result = recordIn(message, 'result');
      if (result) return result;
      throw new Error(textIn(recordIn(message, 'error'), 'message'));
    }
    throw new Error('The server has ended.');
  };
  const clientInfo = { name: 'demo', version: pkg.version };
  const server = await request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  send({ method: 'notifications/initialized' });
  const close = async () => {
    child.stdin.end();
    await ended;
  };
  return { request, server, close };
}

/** The demo is the same for everyone. */
const withoutSettings = () =>
  Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('GHL_') && !name.startsWith('LOG_')),
  );
