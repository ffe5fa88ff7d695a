import { createHash, randomInt } from 'node:crypto';
import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import { stableKey } from '../../lib/stable-key.ts';
import { quoteForMessage } from '../../lib/text.ts';

/** Most jobs in memory; a new one drops the least recently used that is not running. */
const MAX_JOBS = 20;
/** Most bytes of all jobs together, estimated. */
const MAX_BYTES = 30_000_000;

/** No letters or digits that look alike. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';

export interface Jobs {
  /** Stores unfinished work under a new handle such as `count-7f3k2`, and under the arguments if they are given. */
  create<S extends object>(kind: string, state: S, args?: Json): string;
  /** The state of a handle, which the caller changes in place. @throws UserError for an unknown handle */
  find<S extends object>(kind: string, handle: string): S;
  /** Handle of the last job with these arguments, in any order of their keys. */
  findByArguments(kind: string, args: Json): string | undefined;
  /** @throws UserError while an earlier call with the same handle runs */
  runExclusively<T>(handle: string, work: () => Promise<T>): Promise<T>;
  remove(handle: string): void;
}

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
export function createJobs(): Jobs {
  /** The least recently used first. */
  const jobs = new Map<string, Job>();
  const running = new Set<string>();
  let created = 0;

  function use(handle: string, job: Job): void {
    jobs.delete(handle);
    jobs.set(handle, job);
    job.bytes = estimateBytes(job.state);
    let total = [...jobs.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [old, { bytes }] of [...jobs]) {
      if (jobs.size <= MAX_JOBS && total <= MAX_BYTES) return;
      if (old === handle || running.has(old)) continue;
      jobs.delete(old);
      total -= bytes;
    }
  }

  return {
    create(kind, state, args) {
      let handle: string;
      do handle = `${kind}-${randomWord()}`;
      while (jobs.has(handle));
      created += 1;
      use(handle, { kind, state, fingerprint: args && fingerprint(args), number: created, bytes: 0 });
      return handle;
    },
    find<S extends object>(kind: string, handle: string): S {
      const job = jobs.get(handle);
      if (job?.kind !== kind) throw unknownHandle(handle);
      use(handle, job);
      return job.state as S;
    },
    findByArguments(kind, args) {
      const wanted = fingerprint(args);
      const equal = [...jobs].filter(([, job]) => job.kind === kind && job.fingerprint === wanted);
      return equal.sort(([, a], [, b]) => a.number - b.number).at(-1)?.[0];
    },
    async runExclusively(handle, work) {
      if (running.has(handle))
        throw new UserError(
          `An earlier call of ${handle} is still working; nothing was done twice. Call again with the handle in a minute to get its result or to continue.`,
        );
      running.add(handle);
      try {
        return await work();
      } finally {
        running.delete(handle);
        const job = jobs.get(handle);
        if (job) use(handle, job);
      }
    },
    remove: (handle) => void jobs.delete(handle),
  };
}

const randomWord = (): string => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

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
