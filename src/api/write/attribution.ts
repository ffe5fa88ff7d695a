import type { Json } from '../../lib/json.ts';
import type { Endpoint } from '../endpoint.ts';

/** Keeps creates that could be taken for one another from being settled by the same record. */
export class CreateAttribution {
  readonly #travelling = new Map<string, Set<Promise<void>>>();
  readonly #turns = new Map<string, Promise<unknown>>();

  /** To be called with the start of a write; the answer is called when it has travelled. */
  trackRequest(endpoint: Endpoint, sent: Json): () => void {
    const kind = kindOf(endpoint, sent);
    const all = this.#travelling.get(kind) ?? new Set();
    this.#travelling.set(kind, all);
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    all.add(over);
    return () => {
      end();
      all.delete(over);
      if (all.size === 0) this.#travelling.delete(kind);
    };
  }

  async serialize<T>(endpoint: Endpoint, sent: Json, run: () => Promise<T>): Promise<T> {
    if (!endpoint.reconcile?.createsRecord) return run();
    const kind = kindOf(endpoint, sent);
    await Promise.all(this.#travelling.get(kind) ?? []);
    const turn = (this.#turns.get(kind) ?? Promise.resolve()).then(run, run);
    this.#turns.set(kind, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(kind) === turn) this.#turns.delete(kind);
    }
  }
}

const kindOf = ({ name }: Endpoint, { contactId, email, phone, ...rest }: Json) =>
  [name, contactId ?? email ?? phone ?? JSON.stringify(rest)].join(' ');

const THINGS = ['contact', 'task', 'note'] as const;

export const madeIn = (data: Json): string | undefined =>
  THINGS.map((key) => (data[key] as Json | undefined)?.id).find((id) => typeof id === 'string');

/** Ids this server has made lately: whatever else is found new is not one of these. */
export class KnownIds {
  readonly #ids = new Set<unknown>();

  see(data: Json): void {
    for (const key of THINGS) {
      const id = (data[key] as Json | undefined)?.id;
      if (id !== undefined) this.#ids.add(id);
    }
    for (const id of this.#ids) {
      if (this.#ids.size <= 1_000) return;
      this.#ids.delete(id);
    }
  }

  has(id: unknown): boolean {
    return this.#ids.has(id);
  }
}
