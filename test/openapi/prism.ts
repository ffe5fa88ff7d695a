import { execFile, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const PACKAGE = '@stoplight/prism-cli';
const VERSION = '5.9.0';

export interface Prism {
  readonly url: string;
  stop(): void;
}

/** A mock server that validates every request against the description. */
export async function startPrism(file: string): Promise<Prism> {
  const options = ['--errors', '--multiprocess=false', '--host=127.0.0.1', '--port=0'];
  const child = spawn(process.execPath, [await prismProgram(), 'mock', ...options, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    const url = /listening on (http:\/\/[\d.:]+)/.exec(line)?.[1];
    output.push(line);
    if (!url) continue;
    // Prism continues to log and would block when the pipe is full.
    child.stdout.resume();
    return { url, stop: () => child.kill() };
  }
  throw new Error(`Prism exited before it listened:\n${output.join('\n')}`);
}

/** The installed package, or else a copy that npx downloads. */
async function prismProgram(): Promise<string> {
  try {
    return createRequire(import.meta.url).resolve(PACKAGE);
  } catch {
    const { stdout } = await promisify(execFile)('npx', [
      '-y',
      '-p',
      `${PACKAGE}@${VERSION}`,
      '-c',
      'command -v prism',
    ]);
    return stdout.trim();
  }
}
