import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { Conflict } from './find-person.ts';
import { inBulk, isNotTheirs, type Onboarded, onboard } from './onboard-person.ts';
import type { Person } from './parse-person.ts';

export const OUTCOMES = ['created', 'updated', 'unchanged', 'conflict', 'failed', 'incomplete'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What became of one row. */
export interface RowAccount {
  /** Its place among the rows, from 0. */
  readonly row: number;
  readonly outcome: Outcome;
  readonly contactId?: string;
  /** Names of what was changed on a contact that was there; `note`, `tags` and `businessId` among them. */
  readonly changed?: readonly string[];
  /** Tasks created. */
  readonly tasks?: number;
  readonly reason?: string;
}

/** Rows on their way, as a job keeps them. */
export interface Rows {
  readonly people: readonly Person[];
  readonly done: Map<number, RowAccount>;
}

/** Rows in work at a time: more would only wait in the bulk lane. */
const AT_ONCE = 4;
/** Rows in a row that fail for no reason of their own, after which the rest is not tried. */
const TOO_MANY = 5;

/**
 * Works on the rows that are not done. What is left at the end was stopped by time, by the host, or by HighLevel, whose
 * reason is given: those rows may have been begun, and are safe to do again.
 */
export async function workOn({ people, done }: Rows, context: ToolContext): Promise<string | undefined> {
  const priority = inBulk(context);
  const left = people.flatMap((person, row) => (done.has(row) ? [] : [{ person, row }]));
  /** The last rows, where each failed for no reason of its own. */
  let failing: number[] = [];
  let furthest = done.size;
  let fault: unknown;
  let stopped: string | undefined;

  async function workOnOne(row: number, person: Person): Promise<void> {
    const { account, general } = await rowDone(row, person, priority);
    if (general && (stopped !== undefined || !context.hasTime())) return;
    done.set(row, account);
    furthest = Math.max(furthest, done.size);
    context.progress(furthest, people.length);
    failing = general ? [...failing, row] : [];
    if (failing.length < TOO_MANY) return;
    stopped = account.reason;
    for (const each of failing) done.delete(each);
  }
  async function worker(): Promise<void> {
    while (fault === undefined && stopped === undefined && context.hasTime()) {
      const next = left.shift();
      if (!next) return;
      await workOnOne(next.row, next.person).catch((error) => {
        fault = error;
      });
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (fault !== undefined) throw fault;
  return stopped;
}

interface Done {
  readonly account: RowAccount;
  /** True where it failed for no reason of its own. */
  readonly general: boolean;
}

async function rowDone(row: number, person: Person, context: ToolContext): Promise<Done> {
  try {
    const onboarded = await onboard(person, context);
    return { account: accountOf(row, onboarded), general: onboarded.failed.some(({ error }) => isNotTheirs(error)) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const outcome = error instanceof Conflict ? 'conflict' : 'failed';
    return { account: { row, outcome, reason: error.message }, general: isNotTheirs(error) };
  }
}

function accountOf(row: number, onboarded: Onboarded): RowAccount {
  const { contact, created, failed, notStored, tasks: all } = onboarded;
  const changed = created ? [] : changedIn(onboarded);
  const tasks = all.filter((task) => task.created).length;
  const reasons = [
    ...failed.map(({ part, error }) => `${part}: ${error.message}`),
    ...notStored.map(({ field, reason }) => `${field}: ${reason}`),
  ];
  const done = created ? 'created' : changed.length > 0 || tasks > 0 ? 'updated' : 'unchanged';
  return {
    row,
    outcome: failed.length > 0 ? 'incomplete' : done,
    contactId: contact.id,
    ...(changed.length > 0 ? { changed } : {}),
    ...(tasks > 0 ? { tasks } : {}),
    ...(reasons.length > 0 ? { reason: reasons.join(' ') } : {}),
  };
}

const changedIn = ({ changed, tagsAdded, note, business }: Onboarded): string[] => [
  ...changed.map(({ field }) => field),
  ...(tagsAdded.length > 0 ? ['tags'] : []),
  ...(note?.created ? ['note'] : []),
  ...(business?.assigned ? ['businessId'] : []),
];

/** How many rows came out how, those not done as `left`: together as many as there are. */
export function countsOf({ people, done }: Rows): Json {
  const accounts = [...done.values()];
  const counts = OUTCOMES.map((outcome) => [outcome, accounts.filter((each) => each.outcome === outcome).length]);
  return {
    asked: people.length,
    ...Object.fromEntries(counts.filter(([, count]) => count !== 0)),
    ...(done.size < people.length ? { left: people.length - done.size } : {}),
  };
}
