import { readFile } from 'node:fs/promises';
import {
  createSandbox,
  parseData,
  parseFaults,
  type Sandbox,
  type SandboxOptions,
  serveSandbox,
} from '../sandbox/index.ts';
import { type Config, readConfig } from './config.ts';
import { usageError } from './usage-error.ts';

/** The sandbox of the settings. */
export async function makeSandbox(settings: Config['sandbox'], more: SandboxOptions): Promise<Sandbox> {
  const { faults: file, ...options } = settings;
  const faults = file ? await load('GHL_SANDBOX_FAULTS', file, parseFaults) : [];
  return createSandbox({ ...options, faults, ...more });
}

/** Serves the sandbox API until it is told to stop; one JSON line on stdout says where. */
export async function runSandbox(options: { port: number; data?: string; faults?: string }): Promise<void> {
  const { sandbox: settings } = readConfig(process.env, true);
  const sandbox = await makeSandbox(settings, {
    ...(options.data ? { data: await load('--data', options.data, parseData) } : {}),
    ...(options.faults ? { faults: await load('--faults', options.faults, parseFaults) } : {}),
  });
  const { url, close } = await serveSandbox(sandbox, options.port).catch((error: NodeJS.ErrnoException) =>
    usageError(
      error.code === 'EADDRINUSE'
        ? `Port ${options.port} is in use; choose another with --port.`
        : String(error.message),
    ),
  );
  process.stdout.write(`${JSON.stringify({ url, token: sandbox.token, locationId: sandbox.locationId })}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void close().finally(() => process.exit(0)));
}

/** A JSON file, read and checked; what is wrong with it is one line. */
async function load<T>(option: string, file: string, parse: (json: unknown) => T): Promise<T> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) =>
    usageError(`${option}: ${file} cannot be read (${error.code}).`),
  );
  try {
    return parse(JSON.parse(text));
  } catch (error) {
    return usageError(`${option}: ${file}: ${(error as Error).message}`);
  }
}
