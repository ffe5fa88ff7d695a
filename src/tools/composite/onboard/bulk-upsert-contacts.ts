import type { Json } from '../../../lib/json.ts';
import { truncate } from '../../../lib/text.ts';
import type { ToolContext } from '../../core/context.ts';
import { bytes, ENVELOPE_BYTES, MAX_BYTES } from '../../core/tool-result.ts';
import { readPeople } from './parse-person.ts';
import { countsOf, type Outcome, type RowAccount, type Rows, workOn } from './row-runner.ts';

const KIND = 'upsert';

/** Outcomes that sound as if all had been done. */
const FINE: readonly Outcome[] = ['created', 'updated', 'unchanged'];

/** Characters of a reason, tried in turn until the account fits. */
const REASONS = [300, 120, 40];

function fitting(accounts: readonly RowAccount[]): Json[] {
  let rows: Json[] = [];
  for (const max of REASONS) {
    rows = accounts.map((each) => ({ ...each, ...(each.reason ? { reason: truncate(each.reason, max) } : {}) }));
    if (bytes(rows) <= MAX_BYTES - ENVELOPE_BYTES) return rows;
  }
  return rows.map(({ changed: _, ...row }) => row);
}

/** The unfinished work the arguments mean: its handle, or what the same rows began before a host gave up. */
async function jobOf(args: Json, context: ToolContext): Promise<string> {
  const { jobs } = context.state;
  const { handle, rows, matchField } = args;
  if (typeof handle === 'string') return handle;
  const earlier = jobs.findByArguments(KIND, args);
  if (earlier !== undefined) return earlier;
  const named = (rows as Json[]).map((row) => (matchField === undefined ? row : { matchField, ...row }));
  const people = await readPeople(named, context, (at) => `rows[${at}].`);
  const state: Rows = { people, done: new Map() };
  return jobs.create(KIND, state, args);
}

export async function run(args: Json, context: ToolContext): Promise<Json> {
  const { jobs } = context.state;
  const handle = await jobOf(args, context);
  const state = jobs.find<Rows>(KIND, handle);
  return jobs.runExclusively(handle, async () => {
    const stopped = await workOn(state, context);
    const finished = state.done.size === state.people.length;
    // Of a call the host gave up nobody hears; the same call again gets its account.
    if (finished && context.signal?.aborted !== true) jobs.remove(handle);
    if (!finished)
      context.notify(
        stopped === undefined
          ? 'Stopped for time; next goes on.'
          : `Stopped, because one row after the other failed: ${stopped} next goes on with those and the rest.`,
      );
    const accounts = [...state.done.values()].sort((a, b) => a.row - b.row);
    const partly = accounts.filter(({ outcome, reason }) => reason && FINE.includes(outcome)).length;
    if (partly > 0) context.notify(`${partly} rows of these have values that were not stored: see their reason.`);
    return { ...countsOf(state), rows: fitting(accounts), ...(finished ? {} : { next: { handle } }) };
  });
}
