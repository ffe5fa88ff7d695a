import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { WebhookEvent } from '../../../src/api/webhooks/event.ts';
import type { EventLog } from '../../../src/api/webhooks/event-log.ts';
import { fileEventLog } from '../../../src/api/webhooks/file-event-log.ts';
import { Receiver } from '../../../src/api/webhooks/receiver.ts';
import type { Json } from '../../../src/lib/json.ts';
import { silent } from '../../../src/lib/log.ts';
import type { Timers } from '../../../src/lib/scheduler.ts';

export const LOCATION = 've9EPM428h8vShlRW1KT';
const START = Date.parse('2026-11-20T12:00:00.000Z');

export const edKeys = generateKeyPairSync('ed25519');
export const rsaKeys = generateKeyPairSync('rsa', { modulusLength: 2_048 });

/** A clock that stands still unless it is moved; timers fire when it is moved past them. */
export function stoppedClock(): Timers & { readonly move: (ms: number) => void } {
  let now = START;
  let timers: { readonly at: number; readonly then: () => void }[] = [];
  return {
    now: () => now,
    setTimer(ms, then) {
      const timer = { at: now + ms, then };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    move(ms) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { then } of due) then();
    },
  };
}

export interface Delivery {
  readonly body: Buffer;
  readonly headers: Record<string, string>;
}

/** A delivery as HighLevel sends it, signed by the newer key unless another is given. */
export function delivery(
  fields: Json,
  { key = edKeys.privateKey, header = 'x-ghl-signature' }: { key?: KeyObject; header?: string } = {},
): Delivery {
  const body = Buffer.from(JSON.stringify(fields));
  const algorithm = key.asymmetricKeyType === 'rsa' ? 'sha256' : null;
  return { body, headers: { [header]: sign(algorithm, body, key).toString('base64') } };
}

/** The fields of an event that happens now. */
export const noteCreated = (clock: Timers, fields: Json = {}): Json => ({
  type: 'NoteCreate',
  locationId: LOCATION,
  id: 'note0000000000000001',
  body: 'Called twice',
  contactId: 'cont0000000000000001',
  webhookId: randomUUID(),
  timestamp: new Date(clock.now()).toISOString(),
  ...fields,
});

/** A receiver with an event log in a folder of its own. */
export async function createWorld(overrides: { readonly events?: EventLog; readonly rsa?: KeyObject } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'webhooks.jsonl');
  const clock = stoppedClock();
  let locations = [LOCATION];
  const createReceiver = (events: EventLog = overrides.events ?? fileEventLog(path, silent, { timers: clock })) =>
    new Receiver({
      ...{ log: silent, events, timers: clock },
      keys: { ed25519: edKeys.publicKey, rsa: overrides.rsa },
      locations: async () => locations,
    });
  const receiver = createReceiver();
  await receiver.start();
  const stored = async () => {
    const { lines, hasLost } = await fileEventLog(path, silent).readFrom(undefined);
    return {
      hasLost,
      events: lines.filter((line): line is WebhookEvent => line.kind === 'event'),
      gaps: lines.flatMap((line) => (line.kind === 'gap' ? [line] : [])),
    };
  };
  const setLocations = (ids: string[]) => {
    locations = ids;
  };
  return { path, folder, clock, receiver, createReceiver, setLocations, stored };
}
