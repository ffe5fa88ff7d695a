import { Readable, Writable } from 'node:stream';
import { main } from '../../src/cli/main.ts';
import { rememberSecret } from '../../src/lib/redact.ts';
import { PROGRAM } from '../program.ts';

/** What a program printed and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
export type Env = Readonly<Record<string, string>>;

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command in this process, with its own environment, streams and exit code: a tenth of the processor time of
 * another process. Commands run one after the other. `runProgram` is for tests of several processes, of signals and of
 * pipes.
 */
export function runCommand(args: readonly string[], env: Env, input = ''): Promise<Ran> {
  const ran = last.then(() => run(args, env, input));
  last = ran.catch(() => undefined);
  return ran;
}

class Exit extends Error {}

async function run(args: readonly string[], env: Env, input: string): Promise<Ran> {
  forgetSecrets();
  const [stdout, stderr] = [collector(), collector()];
  let code: number | undefined;
  const restore = replaceProcess(env, {
    stdin: Readable.from([Buffer.from(input)]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    argv: [process.execPath, PROGRAM, ...args],
    exit(given?: number) {
      code ??= given ?? 0;
      stdout.close();
      stderr.close();
      throw new Exit();
    },
  });
  try {
    await main(args);
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
  } finally {
    code ??= Number(process.exitCode ?? 0);
    process.exitCode = undefined;
    restore();
  }
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** Commands of earlier tests have left their secrets: enough others take their places in the bounded list. */
function forgetSecrets(): void {
  for (let each = 0; each < 64; each += 1) rememberSecret(`secret-of-no-test-${each}`);
}

function collector() {
  let written = '';
  let open = true;
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _, done) {
      if (open) written += chunk;
      done();
    },
  });
  return {
    stream,
    text: () => written,
    close() {
      open = false;
    },
  };
}

/** Gives `process` another environment and other properties. Returns a function that restores them. */
function replaceProcess(env: Env, properties: Record<string, unknown>): () => void {
  const outer = { ...process.env };
  const replaced = Object.keys(properties).map(
    (name) => [name, Object.getOwnPropertyDescriptor(process, name)] as const,
  );
  // In place, because modules keep the object, and libraries outside JavaScript read the real environment.
  setEnvironment(env);
  for (const [name, value] of Object.entries(properties))
    Object.defineProperty(process, name, { value, configurable: true, writable: true, enumerable: true });
  return () => {
    setEnvironment(outer);
    for (const [name, descriptor] of replaced) if (descriptor) Object.defineProperty(process, name, descriptor);
  };
}

function setEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
}
