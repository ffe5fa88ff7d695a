import type { Json } from '../../lib/json.ts';
import type { Endpoint } from '../endpoint.ts';

/** ms in which the same create is taken for a repetition. */
const REMEMBERED_MS = 600_000;

/** A create whose first caller may not have heard how it ended. */
export interface PriorCreate<T> {
  readonly endpoint: Endpoint;
  readonly args: Json;
  readonly outcome: Promise<T>;
  /** Epoch ms at which it was begun. */
  at: number;
  /** Set when the host gave up on it, or when its answer was in doubt. */
  resultNotDelivered: boolean;
  /** Id of what it made, once that is known. */
  recordId?: string | undefined;
}

/**
 * A model repeats itself after a host's time-out. This remembers creates that were cancelled or in doubt, so that the
 * same call within ten minutes gets the first outcome and not a second record.
 */
export class PriorCreates<T> {
  readonly #now: () => number;
  readonly #firsts = new Map<string, PriorCreate<T>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Only what makes something new, or may message somebody, is harmed by a repetition. */
  keyOf(endpoint: Endpoint, args: Json, locationId = ''): string | undefined {
    if (!endpoint.reconcile?.createsRecord && endpoint.effect !== 'enrol') return undefined;
    return `${locationId} ${endpoint.name} ${JSON.stringify(Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1)))}`;
  }

  find(key: string): PriorCreate<T> | undefined {
    this.#forgetOld();
    const first = this.#firsts.get(key);
    return first?.resultNotDelivered ? first : undefined;
  }

  /** Takes the place of `earlier`, whose repetition it is. */
  begin(
    key: string,
    endpoint: Endpoint,
    args: Json,
    outcome: Promise<T>,
    earlier: PriorCreate<T> | undefined,
  ): PriorCreate<T> {
    const first = {
      endpoint: endpoint,
      args,
      outcome,
      at: earlier?.at ?? this.#now(),
      resultNotDelivered: earlier !== undefined,
    };
    this.#firsts.set(key, first);
    return first;
  }

  /** Ended and heard: a repetition now is meant. */
  forget(key: string, first: PriorCreate<T>): void {
    if (!first.resultNotDelivered && this.#firsts.get(key) === first) this.#firsts.delete(key);
  }

  /** What was undone since is meant to be done anew. */
  forgetDeleted(endpoint: Endpoint, args: Json): void {
    if (endpoint.effect !== 'delete') return;
    for (const [key, first] of this.#firsts) if (undoes(endpoint, args, first)) this.#firsts.delete(key);
  }

  #forgetOld(): void {
    for (const [key, { at }] of this.#firsts) if (this.#now() - at > REMEMBERED_MS) this.#firsts.delete(key);
  }
}

function undoes({ route }: Endpoint, args: Json, first: PriorCreate<unknown>): boolean {
  const whole = route === 'DELETE /contacts/{contactId}';
  const sameContact = first.args.contactId === args.contactId;
  if (whole) return sameContact || first.recordId === args.contactId;
  if (first.endpoint.effect === 'enrol') return sameContact && /\/(campaigns|workflow)\//.test(route);
  return first.recordId !== undefined && first.recordId === (args.taskId ?? args.noteId);
}
