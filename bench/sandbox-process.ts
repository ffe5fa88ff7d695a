import { spawn } from 'node:child_process';
import * as z from 'zod';

const Started = z.object({ url: z.string(), token: z.string(), locationId: z.string() });

/** The sandbox in a process of its own. */
export interface SandboxProcess {
  readonly url: string;
  readonly locationId: string;
  /** Headers of requests that are sent to it without a server. */
  readonly headers: Readonly<Record<string, string>>;
  /** Settings with which a server uses it. */
  readonly env: Readonly<Record<string, string>>;
  end(): void;
}

/** `args` and `env` are options and settings of the command `sandbox`. */
export async function startSandbox(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<SandboxProcess> {
  const child = spawn(process.execPath, ['dist/index.js', 'sandbox', ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk)));
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
  });
  const { url, token, locationId } = Started.parse(JSON.parse(line));
  return {
    url,
    locationId,
    headers: { authorization: `Bearer ${token}`, version: '2021-07-28', 'content-type': 'application/json' },
    env: { GHL_BASE_URL: url, GHL_API_KEY: token, GHL_LOCATION_ID: locationId, GHL_RATE_SHARE: '1' },
    end: () => child.kill(),
  };
}
