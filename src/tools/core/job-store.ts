import { createHash, randomInt } from 'node:crypto';
import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import { stableKey } from '../../lib/stable-key.ts';
import { quoteForMessage } from '../../lib/text.ts';

/** Jobs remembered at once; a newer one pushes out the one that was longest untouched and is not running. */
const KEPT = 20;
/** Bytes they may hold together, as far as that can be estimated. */
const KEPT_BYTES = 30_000_000;

/** No letter or digit that reads like another. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';

export interface Jobs {
  /** Remembers unfinished work; the handle is `<kind>-7f3k2`. `args`: by which `same` finds it as well. */
  create<S extends object>(kind: string, state: S, args?: Json): string;
  /** The state of a handle, which its owner changes in place. @throws UserError for one that is not known */
  find<S extends object>(kind: string, handle: string): S;
  /** Handle of the job that was last begun with these arguments, in whatever order their keys stand. */
  findByArguments(kind: string, args: Json): string | undefined;
  /** @throws UserError while an earlier call of the same handle still works */
  runExclusively<T>(handle: string, work: () => Promise<T>): Promise<T>;
  remove(handle: string): void;
}

interface Job {
  readonly kind: string;
  readonly state: object;
  readonly print: string | undefined;
  /** Counts the jobs of this server. */
  readonly number: number;
  /** Bytes, when it was last touched. */
  weight: number;
}

/** Unfinished work of one server and location, in memory. */
export function createJobs(): Jobs {
  /** The longest untouched first. */
  const jobs = new Map<string, Job>();
  const running = new Set<string>();
  let begun = 0;

  function touch(handle: string, job: Job): void {
    jobs.delete(handle);
    jobs.set(handle, job);
    job.weight = weightOf(job.state);
    let held = [...jobs.values()].reduce((sum, { weight }) => sum + weight, 0);
    for (const [old, { weight }] of [...jobs]) {
      if (jobs.size <= KEPT && held <= KEPT_BYTES) return;
      if (old === handle || running.has(old)) continue;
      jobs.delete(old);
      held -= weight;
    }
  }

  return {
    create(kind, state, args) {
      let handle: string;
      do handle = `${kind}-${word()}`;
      while (jobs.has(handle));
      begun += 1;
      touch(handle, { kind, state, print: args && fingerprint(args), number: begun, weight: 0 });
      return handle;
    },
    find<S extends object>(kind: string, handle: string): S {
      const job = jobs.get(handle);
      if (job?.kind !== kind) throw unknown(handle);
      touch(handle, job);
      return job.state as S;
    },
    findByArguments(kind, args) {
      const print = fingerprint(args);
      const alike = [...jobs].filter(([, job]) => job.kind === kind && job.print === print);
      return alike.sort(([, a], [, b]) => a.number - b.number).at(-1)?.[0];
    },
    async runExclusively(handle, work) {
      if (running.has(handle))
        throw new UserError(
          `An earlier call of ${handle} is still working; nothing was done twice. Call again with the handle in a minute to hear how it ended or to go on.`,
        );
      running.add(handle);
      try {
        return await work();
      } finally {
        running.delete(handle);
        const job = jobs.get(handle);
        if (job) touch(handle, job);
      }
    },
    remove: (handle) => void jobs.delete(handle),
  };
}

const word = (): string => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

const unknown = (handle: string): UserError =>
  new UserError(
    `There is no unfinished work with the handle ${quoteForMessage(handle)}: handles live as long as this server runs, and only the last ${KEPT} are kept. What was done stays done. Make the same call again without the handle; that is safe.`,
  );

/** The same for the same arguments, in whatever order their keys stand; what is undefined is not there. */
const fingerprint = (args: Json): string => createHash('sha256').update(stableKey(args)).digest('base64');

/** Bytes of a state, roughly: of many alike, one is measured. */
function weightOf(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length + 16;
  if (typeof value !== 'object' || value === null) return 8;
  if (value instanceof Map || value instanceof Set) {
    const [first] = value;
    return 48 + value.size * (40 + weightOf(first));
  }
  if (Array.isArray(value) && value.length > 20) return 24 + value.length * (8 + weightOf(value[0]));
  return Object.entries(value).reduce((sum, [key, inner]) => sum + key.length + 24 + weightOf(inner), 48);
}
