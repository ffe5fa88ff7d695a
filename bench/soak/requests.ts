import * as z from 'zod';
import type { SandboxProcess } from '../sandbox-process.ts';

/** A request that came a moment ago may still be recorded after one that came later. */
const SETTLE_MS = 1_000;

const Requests = z.array(z.object({ at: z.iso.datetime(), status: z.number() }));

/** Counts the requests that the sandbox received. It keeps the last 10,000 only, so they are counted every few seconds. */
export class RequestCount {
  readonly #sandbox: SandboxProcess;
  #countedUntil = 0;
  total = 0;
  /** Answered with 429, by the quota or by a fault. */
  rateLimited = 0;

  constructor(sandbox: SandboxProcess) {
    this.#sandbox = sandbox;
  }

  /** `until` in epoch ms. */
  async update(until = Date.now() - SETTLE_MS): Promise<void> {
    const response = await fetch(`${this.#sandbox.url}/__sandbox/requests`);
    const recent = Requests.parse(await response.json()).filter(({ at }) => {
      const time = Date.parse(at);
      return time >= this.#countedUntil && time < until;
    });
    this.#countedUntil = until;
    this.total += recent.length;
    this.rateLimited += recent.filter(({ status }) => status === 429).length;
  }
}
