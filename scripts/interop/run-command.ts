import { spawn } from 'node:child_process';

export interface Output {
  /** The exit code; null if a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  /** The whole environment. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Default 120,000. */
  readonly timeoutMs?: number;
}

/**
 * Runs a command with an empty stdin until it ends, and collects what it prints. Any exit code is a result.
 * @throws Error if it cannot start or does not end in time
 */
export async function runCommand(command: string, args: readonly string[], options: Options = {}): Promise<Output> {
  const { env = process.env, cwd, timeoutMs = 120_000 } = options;
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
    timeout: timeoutMs,
    ...(cwd === undefined ? {} : { cwd }),
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      output[stream] += chunk;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (child.killed) throw new Error(`${command} did not end in ${timeoutMs} ms: ${output.stderr}`);
  return { code, ...output };
}
