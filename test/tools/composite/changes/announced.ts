import { createPublicKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { EventLog } from '../../../../src/api/webhooks/event-log.ts';
import { fileEventLog } from '../../../../src/api/webhooks/file-event-log.ts';
import { Receiver } from '../../../../src/api/webhooks/receiver.ts';
import { silent } from '../../../../src/lib/log.ts';
import type { Timers } from '../../../../src/lib/scheduler.ts';
import type { Sandbox, SandboxOptions } from '../../../../src/sandbox/index.ts';
import { type Connected, connect, NOW, type Options } from '../../../connect.ts';

export interface Announcing extends Connected {
  readonly events: EventLog;
  /** The file of the event log. */
  readonly path: string;
  readonly receiver: Receiver;
  /** Advances both clocks, and delivers what is due. */
  pass(ms: number): Promise<void>;
  /** Ends all receivers. */
  stopReceivers(): void;
  /** Starts a receiver on the same event log. */
  startReceiver(): Promise<Receiver>;
}

/** A server and a receiver on one event log, and a sandbox that sends webhooks to the receiver. */
export async function connectAnnouncing(
  webhooks: SandboxOptions['webhooks'] = {},
  options: Options = {},
): Promise<Announcing> {
  const folder = await mkdtemp(join(tmpdir(), 'announced-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  let now: () => number = options.timers?.now ?? (() => NOW);
  const timers: Timers = { now: () => now(), setTimer: () => () => undefined };
  const path = join(folder, 'webhooks.jsonl');
  const events = fileEventLog(path, silent, { timers });
  let receivers: Receiver[] = [];
  const deliver = async (request: Request) => {
    const body = Buffer.from(await request.arrayBuffer());
    const replies = [];
    for (const receiver of receivers) replies.push(await receiver.receive(body, Object.fromEntries(request.headers)));
    return replies[0] ?? { status: 503 };
  };
  const connected = await connect({
    ...options,
    events,
    sandbox: { ...options.sandbox, webhooks: { ...webhooks, deliver } },
  });
  ({ now } = connected);
  const { sandbox } = connected;
  const startReceiver = async () => {
    const receiver = receiverOf(sandbox, events, timers);
    await receiver.start();
    receivers.push(receiver);
    return receiver;
  };
  const receiver = await startReceiver();
  return {
    ...connected,
    ...{ events, path, receiver, startReceiver },
    stopReceivers() {
      receivers = [];
    },
    async pass(ms) {
      connected.advance(ms);
      await sandbox.webhooks.deliver();
      if (receivers.length > 0) await events.markAlive([sandbox.locationId]);
    },
  };
}

const receiverOf = (sandbox: Sandbox, events: EventLog, timers: Timers) =>
  new Receiver({
    ...{ log: silent, events, timers },
    keys: { ed25519: createPublicKey(sandbox.webhooks.publicKey()) },
    locations: async () => [sandbox.locationId],
  });
