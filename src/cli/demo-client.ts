import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Json } from '../lib/json.ts';
import { environment } from './config.ts';
import { ProtocolClient } from './protocol-client.ts';

export interface DemoConnection {
  readonly client: ProtocolClient;
  /** What the server says of itself. */
  readonly server: Json;
  readonly close: () => Promise<void>;
}

/** Starts this program with the sandbox, as a host would, and connects to it over stdio. */
export async function connectToSandbox(env: Readonly<Record<string, string>>): Promise<DemoConnection> {
  const child = spawn(process.execPath, [process.argv[1] as string, '--sandbox'], {
    env: { ...withoutSettings(), ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const client = new ProtocolClient((message) => child.stdin.write(`${JSON.stringify(message)}\n`));
  createInterface({ input: child.stdout })
    .on('line', (line) => client.receive(JSON.parse(line)))
    .on('close', client.closed);
  const close = async () => {
    child.stdin.end();
    await ended;
  };
  return { client, server: await client.initialize('demo'), close };
}

/** The demo is the same for everyone. */
const withoutSettings = () =>
  Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('GHL_') && !name.startsWith('LOG_')),
  );
