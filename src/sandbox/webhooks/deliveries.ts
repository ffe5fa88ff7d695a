import { iso, MINUTE } from '../dates.ts';
import type { WebhookAttempt, WebhookEvent, WebhookOptions } from '../options.ts';
import type { Switches } from '../switches.ts';
import type { WebhookKeys } from './signature.ts';

const MAX_PARALLEL = 10;
const TIMEOUT_MS = 10_000;

interface RetryPolicy {
  readonly most: number;
  readonly retriesStatus: (status: number | undefined) => boolean;
  /** `retry` counts from 1; `jitter` is between 0 and 1. */
  readonly delayMs: (retry: number, jitter: number) => number;
}

const RETRIES: Readonly<Record<Switches['webhookRetries'], RetryPolicy>> = {
  // Documented as exponential; how long the first delay is, is not.
  'any failure': { most: 12, retriesStatus: () => true, delayMs: (retry, jitter) => 5000 * 2 ** retry * (1 + jitter) },
  'only 429': { most: 6, retriesStatus: (status) => status === 429, delayMs: (_, jitter) => (10 + jitter) * MINUTE },
};

export type RecordedEvent = WebhookEvent & { outcome: WebhookEvent['outcome']; readonly attempts: WebhookAttempt[] };

export interface Delivery {
  readonly event: RecordedEvent;
  readonly url: string;
  /** Epoch ms. */
  readonly due: number;
  /** 0 for the first attempt. The second copy of a doubled event is not retried. */
  readonly retry: number | 'copy';
}

interface Context {
  readonly now: () => number;
  /** Whether the clock moves by itself; otherwise deliveries leave when it is advanced. */
  readonly isRealTime: boolean;
  readonly switches: Readonly<Switches>;
  readonly keys: WebhookKeys;
  readonly random: () => number;
  readonly send: NonNullable<WebhookOptions['deliver']> | undefined;
}

/** Sends each delivery when it is due, and again after a failure. */
export class Deliveries {
  readonly #context: Context;
  #queue: Delivery[] = [];
  #runs: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  add(...deliveries: readonly Delivery[]): void {
    this.#queue.push(...deliveries);
  }

  clear(): void {
    this.#queue = [];
  }

  /** Sends what is due. Resolves when it has been answered, and what was due before as well. */
  run(): Promise<void> {
    this.#runs = this.#runs.then(() => this.#sendDue());
    return this.#runs;
  }

  async #sendDue(): Promise<void> {
    for (;;) {
      const due = this.#queue.filter((delivery) => delivery.due <= this.#context.now());
      const next = due.sort((a, b) => a.due - b.due).slice(0, MAX_PARALLEL);
      if (next.length === 0) break;
      this.#queue = this.#queue.filter((delivery) => !next.includes(delivery));
      await Promise.all(next.map((delivery) => this.#attempt(delivery)));
    }
    clearTimeout(this.#timer);
    if (!this.#context.isRealTime || this.#queue.length === 0) return;
    const first = Math.min(...this.#queue.map(({ due }) => due));
    this.#timer = setTimeout(() => void this.run(), first - this.#context.now()).unref();
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const { event, due } = delivery;
    const { send = sendOverHttp } = this.#context;
    const attempt: WebhookAttempt = { at: iso(due) };
    event.attempts.push(attempt);
    try {
      attempt.status = (await send(this.#request(delivery))).status;
    } catch (error) {
      attempt.error = error instanceof Error ? error.message : String(error);
    }
    const { status = 0 } = attempt;
    if (status >= 200 && status < 300) event.outcome = 'delivered';
    else this.#retry(delivery, attempt.status);
  }

  #retry({ event, url, due, retry }: Delivery, status: number | undefined): void {
    if (retry === 'copy' || event.outcome === 'delivered') return;
    const policy = RETRIES[this.#context.switches.webhookRetries];
    const next = retry + 1;
    if (next > policy.most || !policy.retriesStatus(status)) event.outcome = 'failed';
    else this.add({ event, url, due: due + policy.delayMs(next, this.#context.random()), retry: next });
  }

  /** A retry repeats the first attempt to the byte: its timestamp and signature are those of the event. */
  #request({ event, url }: Delivery): Request {
    const { keys, switches } = this.#context;
    return new Request(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        deliveryId: event.deliveryId,
        ...keys.headers(event.body, switches.webhookSignatures),
      },
      body: event.body,
      redirect: 'manual',
    });
  }
}

async function sendOverHttp(request: Request): Promise<{ status: number }> {
  const response = await fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  await response.arrayBuffer();
  return response;
}
