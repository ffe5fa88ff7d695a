import { openTokenStore } from '../api/auth/token-store.ts';
import { fileEventLog } from '../api/webhooks/file-event-log.ts';
import { type ServedWebhooks, serveWebhooks } from '../api/webhooks/http.ts';
import { Receiver } from '../api/webhooks/receiver.ts';
import { errorCode, UserError } from '../lib/errors.ts';
import { createLog, type FileLog } from '../lib/log.ts';
import { realTimers } from '../lib/scheduler.ts';
import { type Config, environment, readConfig } from './config.ts';
import { usageError } from './terminal.ts';
import { readWebhookKeys } from './webhook-keys.ts';

export interface WebhookOptions {
  readonly port: number;
  readonly host: string;
  readonly publicKey?: string;
  readonly rsaKey?: string;
}

/** Receives webhooks until a signal; one JSON line on stdout names the URL, the file of events and the locations. */
export async function runWebhooks({ port, host, publicKey, rsaKey }: WebhookOptions): Promise<void> {
  // Node would listen on all addresses.
  if (host.trim() === '') usageError('--host: an address is missing; 127.0.0.1 if the option is left out.');
  const config = readConfig(environment, false);
  const log = createLog(config.log.level, config.log.file);
  const keys = await readWebhookKeys(publicKey, rsaKey);
  const locations = signedInLocations(config);
  if ((await locations()).length === 0)
    throw new UserError(
      'No location is signed in, so every event would be ignored. Sign in (ghl-contacts-mcp login), or set GHL_LOCATION_ID.',
    );
  const events = fileEventLog(config.events, log);
  const receiver = new Receiver({ log, events, keys, locations, timers: realTimers });
  await receiver.start();
  const served = await serveWebhooks({ receiver, port, host, timers: realTimers, log }).catch((error: unknown) =>
    usageError(whyNotServed(error, host, port)),
  );
  const stopMarks = receiver.keepAlive();
  endOnSignal(served, log, async () => {
    stopMarks();
    await receiver.markAlive().catch(() => undefined);
  });
  process.stdout.write(`${JSON.stringify({ url: served.url, file: config.events, locations: await locations() })}\n`);
}

const whyNotServed = (error: unknown, host: string, port: number): string => {
  const code = errorCode(error);
  if (code === 'EADDRINUSE') return `Port ${port} is in use; choose another with --port.`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user; choose one from 1024 on with --port.`;
  return `--host: ${host} cannot be listened on (${code}).`;
};

/** ms for deliveries in flight to be answered. */
const CLOSE_MS = 5_000;

function endOnSignal(served: ServedWebhooks, log: FileLog, beforeExit: () => Promise<void>): void {
  const end = async () => {
    const timeout = setTimeout(() => process.exit(0), CLOSE_MS);
    await served.close();
    await beforeExit();
    await log.flush(CLOSE_MS);
    clearTimeout(timeout);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end());
}

/** ms for which the list of sign-ins holds. */
const LOCATIONS_MS = 5_000;

/** Ids of the location that is set, or of those that are signed in now. */
function signedInLocations({ locationId, auth }: Config): () => Promise<readonly string[]> {
  if (locationId !== undefined) return async () => [locationId];
  const { accounts: file } = openTokenStore(auth.store);
  let [read, ids]: [number, readonly string[]] = [Number.NEGATIVE_INFINITY, []];
  return async () => {
    if (realTimers.now() - read < LOCATIONS_MS) return ids;
    const { accounts, agencies } = await file.read();
    ids = [
      ...accounts.map((each) => each.locationId),
      ...agencies.flatMap((each) => each.locations.map(({ id }) => id)),
    ];
    read = realTimers.now();
    return ids;
  };
}
