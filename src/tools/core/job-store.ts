import { createHash } from 'node:crypto';
import { UserError } from '../../lib/errors.ts';
import { type Json, stableKey } from '../../lib/json.ts';
import { randomWord } from '../../lib/random-word.ts';
import { quoteForMessage } from '../../lib/text.ts';

/** Most jobs in memory; a new one drops the least recently used that is not running. */
const MAX_JOBS = 20;
/** Most bytes of all jobs together, estimated. */
const MAX_BYTES = 30_000_000;

/** Characters of a handle after its kind. */
const HANDLE_LENGTH = 5;

interface Job {
  readonly kind: string;
  readonly state: object;
  readonly fingerprint: string | undefined;
  /** Increases with each job. */
  readonly number: number;
  /** Estimated when it was last used. */
  bytes: number;
}

/** Unfinished work of one server and location, in memory. */
export class JobStore {
  /** The least recently used first. */
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Set<string>();
  #created = 0;

  /** Stores unfinished work under a new handle such as `count-7f3k2`, and under the arguments if they are given. */
  create(kind: string, state: object, args?: Json): string {
    let handle: string;
    do handle = `${kind}-${randomWord(HANDLE_LENGTH)}`;
    while (this.#jobs.has(handle));
    this.#created += 1;
    this.#use(handle, { kind, state, fingerprint: args && fingerprint(args), number: this.#created, bytes: 0 });
    return handle;
  }

  /** The state of a handle, which the caller changes in place. @throws UserError for an unknown handle */
  find<S extends object>(kind: string, handle: string): S {
    const job = this.#jobs.get(handle);
    if (job?.kind !== kind) throw unknownHandle(handle);
    this.#use(handle, job);
    return job.state as S;
  }

  /** Handle of the last job with these arguments, in any order of their keys. */
  findByArguments(kind: string, args: Json): string | undefined {
    const wanted = fingerprint(args);
    const equal = [...this.#jobs].filter(([, job]) => job.kind === kind && job.fingerprint === wanted);
    return equal.sort(([, a], [, b]) => a.number - b.number).at(-1)?.[0];
  }

  /** @throws UserError while an earlier call with the same handle runs */
  async runExclusively<T>(handle: string, work: () => Promise<T>): Promise<T> {
    if (this.#running.has(handle))
      throw new UserError(
        `An earlier call of ${handle} is still working; nothing was done twice. Call again with the handle in a minute to get its result or to continue.`,
      );
    this.#running.add(handle);
    try {
      return await work();
    } finally {
      this.#running.delete(handle);
      const job = this.#jobs.get(handle);
      if (job) this.#use(handle, job);
    }
  }

  remove(handle: string): void {
    this.#jobs.delete(handle);
  }

  /** Removes the job, and earlier ones of the same arguments. */
  removeEqual(handle: string): void {
    const { kind, fingerprint: wanted } = this.#jobs.get(handle) ?? {};
    this.#jobs.delete(handle);
    for (const [other, job] of [...this.#jobs])
      if (wanted !== undefined && job.kind === kind && job.fingerprint === wanted) this.#jobs.delete(other);
  }

  /** Makes the job the most recently used, and drops others above the limits. */
  #use(handle: string, job: Job): void {
    this.#jobs.delete(handle);
    this.#jobs.set(handle, job);
    job.bytes = estimateBytes(job.state);
    let total = [...this.#jobs.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [old, { bytes }] of [...this.#jobs]) {
      if (this.#jobs.size <= MAX_JOBS && total <= MAX_BYTES) return;
      if (old === handle || this.#running.has(old)) continue;
      this.#jobs.delete(old);
      total -= bytes;
    }
  }
}

const unknownHandle = (handle: string): UserError =>
  new UserError(
    `There is no unfinished work with the handle ${quoteForMessage(handle)}: handles are valid while this server runs, and only the last ${MAX_JOBS} are stored. What was done stays done. Make the same call again without the handle; that is safe.`,
  );

const fingerprint = (args: Json): string => createHash('sha256').update(stableKey(args)).digest('base64');

/** Rough estimate: of many equal items, one is measured. */
function estimateBytes(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length + 16;
  if (typeof value !== 'object' || value === null) return 8;
  if (value instanceof Map || value instanceof Set) {
    const [first] = value;
    return 48 + value.size * (40 + estimateBytes(first));
  }
  if (Array.isArray(value) && value.length > 20) return 24 + value.length * (8 + estimateBytes(value[0]));
  return Object.entries(value).reduce((sum, [key, inner]) => sum + key.length + 24 + estimateBytes(inner), 48);
}
