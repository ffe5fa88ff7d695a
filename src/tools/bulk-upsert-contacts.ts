import * as z from 'zod';
import type { Json } from '../endpoint.ts';
import { createJobs } from '../flows/jobs.ts';
import { isFindable, MATCH_RULE, matchEntry, personFields, WAYS_TO_FIND } from '../flows/onboard/input.ts';
import { readPeople } from '../flows/onboard/person.ts';
import { countsOf, type RowAccount, type Rows, workOn } from '../flows/onboard/rows.ts';
import { bytes, ENVELOPE_BYTES, MAX_BYTES } from '../results.ts';
import { outputs } from '../schemas.ts';
import { cut } from '../untrusted.ts';
import type { Context, Flow } from './tool.ts';

const KIND = 'upsert';

const Row = z.strictObject(personFields);

/** What is wrong with a row beyond its shape, under the name of the argument. */
function problems(row: Json, matchField: unknown): { path: string[]; message: string }[] {
  if (row.matchField !== undefined && !matchEntry(row, row.matchField))
    return [{ path: ['matchField'], message: MATCH_RULE }];
  return isFindable(row, row.matchField ?? matchField) ? [] : [{ path: [], message: `needs ${WAYS_TO_FIND}` }];
}

const input = z
  .strictObject({
    rows: z
      .array(Row.meta({ shallow: true }).describe('as onboard_contact takes'))
      .min(1)
      .max(100)
      .optional(),
    matchField: personFields.matchField.describe('for all rows'),
    handle: z.string().describe('from next, instead of rows').optional(),
  })
  .superRefine(({ rows, matchField, handle }, context) => {
    if ((rows === undefined) === (handle === undefined))
      context.addIssue({ code: 'custom', message: 'give either rows or handle' });
    for (const [at, row] of (rows ?? []).entries())
      for (const { path, message } of problems(row, matchField))
        context.addIssue({ code: 'custom', path: ['rows', at, ...path], message });
  });

/** Characters of a reason, tried in turn until the account fits. */
const REASONS = [300, 120, 40];

function fitting(accounts: readonly RowAccount[]): Json[] {
  let rows: Json[] = [];
  for (const max of REASONS) {
    rows = accounts.map((each) => ({ ...each, ...(each.reason ? { reason: cut(each.reason, max) } : {}) }));
    if (bytes(rows) <= MAX_BYTES - ENVELOPE_BYTES) return rows;
  }
  return rows.map(({ changed: _, ...row }) => row);
}

/** The unfinished work the arguments mean: its handle, or what the same rows began before a host gave up. */
async function jobOf(args: Json, context: Context): Promise<string> {
  const jobs = context.own(createJobs);
  const { handle, rows, matchField } = args;
  if (typeof handle === 'string') return handle;
  const earlier = jobs.same(KIND, args);
  if (earlier !== undefined) return earlier;
  const named = (rows as Json[]).map((row) => (matchField === undefined ? row : { matchField, ...row }));
  const people = await readPeople(named, context, (at) => `rows[${at}].`);
  const state: Rows = { people, done: new Map() };
  return jobs.begin(KIND, state, args);
}

async function run(args: Json, context: Context): Promise<Json> {
  const jobs = context.own(createJobs);
  const handle = await jobOf(args, context);
  const state = jobs.find<Rows>(KIND, handle);
  return jobs.alone(handle, async () => {
    const stopped = await workOn(state, context);
    const finished = state.done.size === state.people.length;
    // Of a call the host gave up nobody hears; the same call again gets its account.
    if (finished && context.signal?.aborted !== true) jobs.end(handle);
    if (!finished)
      context.say(
        stopped === undefined
          ? 'Stopped for time; next goes on.'
          : `Stopped, because one row after the other failed: ${stopped} next goes on with those and the rest.`,
      );
    const accounts = [...state.done.values()].sort((a, b) => a.row - b.row);
    return { ...countsOf(state), rows: fitting(accounts), ...(finished ? {} : { next: { handle } }) };
  });
}

export const bulkUpsertContacts: Flow = {
  name: 'bulk_upsert_contacts',
  title: 'Bulk upsert contacts',
  description:
    'Find or create, fill and complete up to 100 people, each as onboard_contact does, with an account per row. Repeating adds nothing.',
  scope: 'contacts.write',
  needs: ['contacts.readonly'],
  effect: 'update',
  input,
  output: outputs.any,
  calls: [],
  run,
};
