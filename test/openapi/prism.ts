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

/** A mock of the described API that checks every request against the description. */
export async function startPrism(file: string): Promise<Prism> {
  const options = ['--errors', '--multiprocess=false', '--host=127.0.0.1', '--port=0'];
  const child = spawn(process.execPath, [await prismProgram(), 'mock', ...options, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    const url = /listening on (http:\/\/[\d.:]+)/.exec(line)?.[1];
    said.push(line);
    if (!url) continue;
    // It logs on, and would wait for a reader once the pipe is full.
    child.stdout.resume();
    return { url, stop: () => child.kill() };
  }
  throw new Error(`Prism ended before it listened:\n${said.join('\n')}`);
}

/** The one installed here, else npm's copy, fetched on first use. */
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
