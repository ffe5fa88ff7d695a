import { createHash } from 'node:crypto';
import * as z from 'zod';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { type Json, recordIn } from '../../lib/json.ts';
import type { Log } from '../../lib/log.ts';
import { epochOf, type Timers } from '../../lib/scheduler.ts';
import { type RecordKind, recordKindOf, WebhookEvent } from './event.ts';
import { ALIVE_MS, type EventLog, EventLogUnwritable, type EventPosition } from './event-log.ts';
import { Gaps, timeText } from './gaps.ts';
import { type DeliveryHeaders, isSigned, type WebhookKeys } from './signature.ts';

/** What a delivery is answered with. */
export type Reply = { readonly status: 200; readonly outcome: 'stored' | 'duplicate' | 'ignored' } | Refusal;

interface Refusal {
  readonly status: 400 | 401 | 503;
  readonly kind: 'malformed' | 'stale' | 'signature' | 'storage';
  readonly message: string;
}

export interface ReceiverOptions {
  readonly log: Log;
  readonly events: EventLog;
  readonly keys: WebhookKeys;
  readonly timers: Timers;
  /** Ids of the locations that somebody is signed in to here, now. */
  readonly locations: () => Promise<readonly string[]>;
}

/** ms that a delivery may be late, or early, by the receiver's clock. Source: HighLevel's documentation of webhooks. */
const REPLAY_WINDOW_MS = 300_000;
/** Ids of events that are compared; a repeat that is later than these is refused for its time. */
const MAX_REMEMBERED = 100_000;
/** ms between two warnings about the clock. */
const STALE_PAUSE_MS = 60_000;

/** The part of a delivery that is read. Its other fields may have any content. */
const Delivery = z.looseObject({
  type: z.string().min(1).max(100),
  locationId: z.string().max(64).nullish(),
  webhookId: z.string().min(1).max(200).optional(),
  timestamp: z.union([z.string().max(40), z.number()]),
});

/** Checks deliveries and stores the events that they announce. */
export class Receiver {
  readonly #options: ReceiverOptions;
  /** Ids of events that are stored, or are being stored. */
  readonly #known = new BoundedMap<string, Promise<void>>(MAX_REMEMBERED);
  readonly #gaps: Gaps;
  #readTo: EventPosition | undefined;
  #lastStale = Number.NEGATIVE_INFINITY;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#gaps = new Gaps(options);
  }

  /** Call once, before the first delivery. */
  async start(): Promise<void> {
    const { events } = this.#options;
    // Servers look less often for a log that does not exist.
    if ((await events.stamp()) === undefined) await events.append([]);
    this.#readTo = await events.recentStart();
    await this.#readOthers();
    await this.markAlive();
  }

  /**
   * Marks this receiver as running for each location. The time since the last such mark is a gap: no receiver ran, nobody
   * was signed in to the location, or this machine was suspended. While gaps cannot be recorded, nothing is marked.
   */
  async markAlive(): Promise<void> {
    const { events, locations } = this.#options;
    const ids = await locations();
    for (const id of ids) {
      const [from, now] = [await events.lastAlive(id), this.#now()];
      if (from !== undefined && Math.abs(now - from) > 2 * ALIVE_MS) this.#gaps.note(id, from, 'down');
    }
    await this.#gaps.store();
    await events.markAlive(ids);
  }

  /** @param body the bytes as they were sent */
  async receive(body: Buffer, headers: DeliveryHeaders): Promise<Reply> {
    if (!isSigned(body, headers, this.#options.keys))
      return refuse(401, 'signature', 'The signature is missing, or is not of these bytes and the expected key.');
    const { data: delivery } = Delivery.safeParse(parseJson(body));
    const announced = delivery && epochOfTimestamp(delivery.timestamp);
    if (delivery === undefined || announced === undefined)
      return refuse(400, 'malformed', 'A delivery is a JSON object with a type and a timestamp.');
    const { type, locationId, webhookId = deliveryId(body, headers) } = delivery;
    if (await this.#isStored(webhookId)) return DUPLICATE;
    const record = recordKindOf(type);
    if (record === undefined || !locationId || !(await this.#options.locations()).includes(locationId))
      return this.#ignore(type, locationId);
    const now = this.#now();
    if (Math.abs(now - announced) > REPLAY_WINDOW_MS) return this.#refuseStale(locationId, announced, now);
    const { data: event } = WebhookEvent.safeParse({
      time: timeText(now),
      kind: 'event',
      ...{ webhookId, type, locationId },
      announced: timeText(announced),
      ...idsIn(record, delivery),
    });
    if (!event) {
      // HighLevel signed it, so its form may have changed.
      this.#gaps.note(locationId, announced, 'malformed');
      await this.#gaps.storeSoon();
      return refuse(400, 'malformed', `A delivery of type ${type} names its record by an id.`);
    }
    return this.#store(event);
  }

  /** Marks this receiver as running, for as long as it does. Returns a function that stops it. */
  keepAlive(): () => void {
    const { timers, log } = this.#options;
    let cancel = () => {};
    const next = () => {
      cancel = timers.setTimer(ALIVE_MS, () => {
        void this.markAlive().catch((error: Error) => log('error', 'webhooks', { error: error.message }));
        next();
      });
    };
    next();
    return () => cancel();
  }

  async #store(event: WebhookEvent): Promise<Reply> {
    const { events, log } = this.#options;
    // The same delivery may have come meanwhile.
    if (await this.#isStoredHere(event.webhookId)) return DUPLICATE;
    const stored = events.append([event]);
    this.#known.set(event.webhookId, stored);
    try {
      await stored;
    } catch (error) {
      this.#known.delete(event.webhookId);
      if (!(error instanceof EventLogUnwritable)) throw error;
      this.#gaps.note(event.locationId, Date.parse(event.announced), 'unstored');
      log('error', 'webhooks', { error: error.message });
      return refuse(503, 'storage', 'The event could not be stored. Deliver it again later.');
    }
    log('info', 'webhook', { type: event.type, locationId: event.locationId, id: event.id });
    return { status: 200, outcome: 'stored' };
  }

  /** Events that another receiver stored count too. */
  async #isStored(webhookId: string): Promise<boolean> {
    if (!this.#known.has(webhookId)) await this.#readOthers();
    return this.#isStoredHere(webhookId);
  }

  /** Waits for an event that is being stored. */
  async #isStoredHere(webhookId: string): Promise<boolean> {
    const storing = this.#known.get(webhookId);
    return (await storing?.then(yes, no)) ?? false;
  }

  async #readOthers(): Promise<void> {
    for (let count = -1; count !== 0; ) {
      const { lines, next } = await this.#options.events.readFrom(this.#readTo);
      for (const line of lines) if (line.kind === 'event') this.#known.set(line.webhookId, Promise.resolve());
      this.#readTo = next;
      count = lines.length;
    }
  }

  /** A correctly signed delivery of an event that is not stored: repeated by somebody, or delivered after a long failure. */
  async #refuseStale(locationId: string, announced: number, now: number): Promise<Reply> {
    const { log, timers } = this.#options;
    if (timers.now() - this.#lastStale >= STALE_PAUSE_MS) {
      this.#lastStale = timers.now();
      const seconds = Math.round((now - announced) / 1_000);
      log('warn', 'webhook refused: too late, or the clock of this machine is wrong', { secondsLate: seconds });
    }
    this.#gaps.note(locationId, announced, 'stale');
    await this.#gaps.storeSoon();
    return refuse(400, 'stale', 'The timestamp differs from the time here by more than five minutes.');
  }

  /** Acknowledged all the same: HighLevel pauses an address that refuses much of what it is sent. */
  #ignore(type: string, locationId: string | null | undefined): Reply {
    this.#options.log('debug', 'webhook ignored', { type, locationId });
    return { status: 200, outcome: 'ignored' };
  }

  #now(): number {
    return epochOf(this.#options.timers, this.#options.timers.now());
  }
}

const DUPLICATE: Reply = { status: 200, outcome: 'duplicate' };
const yes = () => true;
const no = () => false;

const refuse = (status: Refusal['status'], kind: Refusal['kind'], message: string): Refusal => ({
  status,
  kind,
  message,
});

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/** Epoch ms of ISO text or of a number of seconds or ms; undefined for anything else. */
function epochOfTimestamp(timestamp: string | number): number | undefined {
  const value = Number(timestamp);
  const isText = Number.isNaN(value) || `${timestamp}`.trim() === '';
  const at = isText ? Date.parse(`${timestamp}`) : value < SECONDS_BELOW ? value * 1_000 : value;
  return Number.isNaN(new Date(at).getTime()) ? undefined : at;
}
/** In ms this is 1973. */
const SECONDS_BELOW = 1e11;

/** The header repeats when a delivery does. Without it, the same bytes are the same delivery. */
const deliveryId = (body: Buffer, headers: DeliveryHeaders): string => {
  const header = headers.deliveryid;
  return typeof header === 'string' && /^[\w-]{8,100}$/.test(header)
    ? header
    : createHash('sha256').update(body).digest('hex');
};

/** Appointments have their record in an object, the others in the delivery itself. */
function idsIn(kind: RecordKind, delivery: Json): { readonly id: unknown; readonly contactId: unknown } {
  const record = kind === 'appointment' ? recordIn(delivery, 'appointment') : delivery;
  return { id: record?.id, contactId: kind === 'contact' ? record?.id : (record?.contactId ?? undefined) };
}
