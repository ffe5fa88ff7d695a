import { UserError } from '../../../lib/errors.ts';
import { CLOCK_SLACK_MS, DAY_MS, readTime } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { refuseUnknownKeys } from '../../core/row-keys.ts';
import type { Implementation, ToolInput } from '../../core/tool.ts';
import { readChanges, type SavedCursor } from './change-feed.ts';
import { type SweepState, sweepFrom } from './contact-changes.ts';
import { findCursor, lastCursor, saveCursor } from './cursors.ts';
import type { listChangedContacts } from './list-changed-contacts.tool.ts';

/** The changes since a time as people write it. @throws UserError for a time in the future */
export async function sweepSince(since: string, { clock, api, notify }: ToolContext): Promise<SweepState> {
  const { iso, echo } = await readTime('since', since, clock, 'start', 'UTC');
  if (Date.parse(iso) > api.serverNow() + CLOCK_SLACK_MS)
    throw new UserError(
      `since lies in the future: it is ${new Date(api.serverNow()).toISOString()} now. Nothing was sent.`,
    );
  if (echo) notify(`since read as ${echo}.`);
  return sweepFrom(Date.parse(iso));
}

/** The state from which this call continues. */
async function startOf(
  { since, cursor }: ToolInput<typeof listChangedContacts>,
  context: ToolContext,
): Promise<SavedCursor> {
  const { state, clock, api, notify } = context;
  if (cursor !== undefined) {
    const { saved, restored } = await findCursor(state, cursor, clock.now());
    if (!restored) notify('What this cursor has delivered is not stored any more: some rows may be repeated.');
    return saved;
  }
  if (since === undefined || since === 'last') {
    const last = await lastCursor(state, clock.now());
    if (last) return last;
    notify('No earlier conversation is stored: these are the changes of the last 24 hours.');
    return { contacts: sweepFrom(api.serverNow() - DAY_MS) };
  }
  return { contacts: await sweepSince(since, context) };
}

/** @throws UserError after a cancellation: nobody receives this answer, so that the next call must repeat it */
async function store(reached: SavedCursor, { state, clock, signal }: ToolContext): Promise<string> {
  if (signal?.aborted) throw new UserError('The call was cancelled; the next one starts where this one did.');
  return (await saveCursor(state, reached, clock.now())).cursor;
}

export const run: Implementation<typeof listChangedContacts> = async (args, context) => {
  refuseUnknownKeys(args.fields, 'contacts', ['change', 'status']);
  const start = await startOf(args, context);
  const { rows, reached, completeTo, isComplete, unseen, requests } = await readChanges(args, start, context);
  const cursor = await store(reached, context);
  const { since: _, ...rest } = args;
  return {
    ...rows,
    cursor,
    ...(completeTo === undefined ? {} : { completeTo: new Date(completeTo).toISOString() }),
    unseen,
    requests,
    ...(isComplete ? {} : { next: { ...rest, cursor } }),
  };
};
