import { readFile } from 'node:fs/promises';
import { readConfig } from '../config.ts';
import { createSandbox, parseData, type SandboxData, serveSandbox } from '../sandbox/index.ts';
import { usage } from './program.ts';

/** Serves the sandbox API until it is told to stop; one JSON line on stdout says where. */
export async function runSandbox({ port, data }: { port: number; data?: string }): Promise<void> {
  const config = readConfig(process.env, true);
  const sandbox = createSandbox({ ...config.sandbox, ...(data ? { data: await loadData(data) } : {}) });
  const { url, close } = await serveSandbox(sandbox, port).catch((error: NodeJS.ErrnoException) =>
    usage(error.code === 'EADDRINUSE' ? `Port ${port} is in use; choose another with --port.` : String(error.message)),
  );
  process.stdout.write(`${JSON.stringify({ url, token: sandbox.token, locationId: sandbox.locationId })}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void close().finally(() => process.exit(0)));
}

async function loadData(file: string): Promise<SandboxData> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) =>
    usage(`--data: ${file} cannot be read (${error.code}).`),
  );
  try {
    return parseData(JSON.parse(text));
  } catch (error) {
    return usage(`--data: ${file}: ${(error as Error).message}`);
  }
}
