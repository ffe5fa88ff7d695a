import { iso, MINUTE } from '../dates.ts';
import { createIds, createRandom } from '../ids.ts';
import type { SandboxWebhooks, WebhookEvent, WebhookOptions, WebhookSettings } from '../options.ts';
import type { Change, Store } from '../store.ts';
import type { Switches } from '../switches.ts';
import { Deliveries, type RecordedEvent } from './deliveries.ts';
import { eventsOf } from './events.ts';
import { parseSettings } from './settings.ts';
import { type KeyType, WebhookKeys } from './signature.ts';

const MAX_RECORDED_EVENTS = 10_000;
/** Where events are sent if a function delivers them. */
const ANY_URL = 'http://localhost/';

interface Context {
  readonly seed: number;
  readonly now: () => number;
  readonly isRealTime: boolean;
  readonly switches: Readonly<Switches>;
  /** The app that receives events is installed in all locations of this company. */
  readonly companyId: string;
  readonly appId: string;
  readonly options: WebhookOptions | undefined;
}

/** Records the events of all writes and sends them to one receiver, from the moment it is configured. */
export class Webhooks implements SandboxWebhooks {
  readonly #context: Context;
  readonly #keys = new WebhookKeys();
  readonly #deliveries: Deliveries;
  readonly #newId: () => string;
  readonly #initial: WebhookSettings | undefined;
  #settings: WebhookSettings | undefined;
  #random: () => number = Math.random;
  #events: RecordedEvent[] = [];

  /** @throws HttpError for wrong settings */
  constructor(context: Context) {
    this.#context = context;
    const { deliver, ...initial } = context.options ?? {};
    this.#initial = context.options && parseSettings(deliver ? { url: ANY_URL, ...initial } : initial);
    this.#newId = createIds(context.seed, 'webhooks').uuid;
    this.#deliveries = new Deliveries({ ...context, keys: this.#keys, random: () => this.#random(), send: deliver });
    this.reset();
  }

  get events(): readonly WebhookEvent[] {
    return this.#events;
  }

  publicKey(type: KeyType = 'ed25519'): string {
    return this.#keys.publicKey(type);
  }

  configure(settings: unknown): void {
    const url = this.#settings?.url;
    this.#settings = { ...(url !== undefined && { url }), ...parseSettings(settings) };
    this.#random = createRandom(this.#settings.seed ?? this.#context.seed, 'deliveries');
  }

  deliver(): Promise<void> {
    return this.#deliveries.run();
  }

  watch(store: Store): void {
    store.onChange = (change) => this.#announce(store, change);
  }

  /** Removes all events and restores the settings that the sandbox was created with. */
  reset(): void {
    this.#events = [];
    this.#deliveries.clear();
    this.#settings = undefined;
    if (this.#initial) this.configure(this.#initial);
  }

  #announce(store: Store, change: Change): void {
    const record = change.after ?? change.before;
    if (!this.#settings || !record) return;
    const contactId = 'contactId' in record ? record.contactId : record.id;
    const records = store.locations.get(store.contacts.get(contactId)?.locationId ?? '');
    if (records?.location.companyId !== this.#context.companyId) return;
    for (const { type, payload } of eventsOf(change, records, this.#context.switches)) {
      const ids = { locationId: records.location.id, contactId, recordId: record.id };
      this.#send(this.#record({ ...ids, type }, payload));
    }
    void this.deliver();
  }

  #record(ids: Pick<WebhookEvent, 'type' | 'locationId' | 'contactId' | 'recordId'>, payload: object): RecordedEvent {
    const { appId, now } = this.#context;
    const [webhookId, at] = [this.#newId(), iso(now())];
    const { type, locationId } = ids;
    // Recorded: the version of an app that has no other is the app.
    const body = { type, locationId, versionId: appId, appId, ...payload, timestamp: at, webhookId };
    const event: RecordedEvent = {
      ...ids,
      webhookId,
      deliveryId: this.#newId(),
      at,
      body: JSON.stringify(body),
      outcome: 'unsent',
      attempts: [],
    };
    this.#events.push(event);
    if (this.#events.length > MAX_RECORDED_EVENTS) this.#events.shift();
    return event;
  }

  #send(event: RecordedEvent): void {
    const { url, lost = 0, doubled = 0, delayed = 0, delayMs = MINUTE } = this.#settings ?? {};
    if (url === undefined) return;
    // Every event draws the same count of numbers, so that one share does not change what another one hits.
    const [loss, copy, lateness, copyLateness] = [this.#random(), this.#random(), this.#random(), this.#random()];
    event.outcome = loss < lost ? 'lost' : 'pending';
    if (event.outcome === 'lost') return;
    const due = (draw: number) => this.#context.now() + (draw < delayed ? (draw / delayed) * delayMs : 0);
    this.#deliveries.add({ event, url, due: due(lateness), retry: 0 });
    if (copy < doubled) this.#deliveries.add({ event, url, due: due(copyLateness), retry: 'copy' });
  }
}
