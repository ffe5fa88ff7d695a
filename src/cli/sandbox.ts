import { readFile } from 'node:fs/promises';
import {
  createSandbox,
  parseData,
  parseFaults,
  type Sandbox,
  type SandboxOptions,
  serveSandbox,
} from '../sandbox/index.ts';
import { type Config, environment, readConfig } from './config.ts';
import { usageError } from './terminal.ts';

/** The sandbox that the settings describe. */
export async function sandboxFromSettings(settings: Config['sandbox'], overrides: SandboxOptions): Promise<Sandbox> {
  const { faults: file, ...options } = settings;
  const faults = file ? await loadJson('GHL_SANDBOX_FAULTS', file, parseFaults) : [];
  return createSandbox({ ...options, faults, ...overrides });
}

export interface SandboxCommandOptions {
  readonly port: number;
  /** Paths of JSON files. */
  readonly data?: string;
  readonly faults?: string;
  /** URL of this computer. */
  readonly webhooks?: string;
}

/** Serves the sandbox API until a signal; one JSON line on stdout names its URL, token and location. */
export async function runSandbox(options: SandboxCommandOptions): Promise<void> {
  const { sandbox: settings } = readConfig(environment, true);
  const sandbox = await sandboxFromSettings(settings, {
    ...(options.data ? { data: await loadJson('--data', options.data, parseData) } : {}),
    ...(options.faults ? { faults: await loadJson('--faults', options.faults, parseFaults) } : {}),
  });
  if (options.webhooks) sendWebhooks(sandbox, options.webhooks);
  const { url, close } = await serveSandbox(sandbox, options.port).catch((error: NodeJS.ErrnoException) =>
    usageError(
      error.code === 'EADDRINUSE' ? `Port ${options.port} is in use; choose another with --port.` : error.message,
    ),
  );
  process.stdout.write(`${JSON.stringify({ url, token: sandbox.token, locationId: sandbox.locationId })}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void close().finally(() => process.exit(0)));
}

function sendWebhooks({ webhooks }: Sandbox, url: string): void {
  try {
    webhooks.configure({ url });
  } catch (error) {
    usageError(`--webhooks: ${(error as Error).message}.`);
  }
}

/** @throws SettingError for a file that cannot be read or parsed, naming the option */
async function loadJson<T>(option: string, file: string, parse: (json: unknown) => T): Promise<T> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) =>
    usageError(`${option}: ${file} cannot be read (${error.code}).`),
  );
  try {
    return parse(JSON.parse(text));
  } catch (error) {
    return usageError(`${option}: ${file}: ${(error as Error).message}`);
  }
}
