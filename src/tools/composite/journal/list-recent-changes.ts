import { UserError } from '../../../lib/errors.ts';
import { epochMs, readTime } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { journalRow } from '../../core/journal-row.ts';
import type { Implementation } from '../../core/tool.ts';
import type { listRecentChanges } from './list-recent-changes.tool.ts';

const DEFAULT_LIMIT = 20;

export const run: Implementation<typeof listRecentChanges> = async (args, context) => {
  const { contactId, tool, allConversations, limit = DEFAULT_LIMIT, cursor } = args;
  const { api, journal, origin, notify, state } = context;
  if (!journal)
    throw new UserError(
      'The journal is off (GHL_JOURNAL=off), so that no changes are recorded. The owner switches it on in the settings and restarts the server.',
    );
  const [since, until] = await Promise.all([
    boundOf('since', args.since, 'start', context),
    boundOf('until', args.until, 'end', context),
  ]);
  const isNarrowed = contactId !== undefined || since !== undefined || until !== undefined;
  const conversation = isNarrowed || allConversations ? undefined : origin?.conversation;
  // Of a location that is not known yet; without one, entries of every location would be shown.
  const locationId = state.locationId ?? (await api.locationId());
  const page = await journal.read({ ...{ locationId, contactId, tool, conversation, since, until, limit, cursor } });
  if (page.damaged > 0) notify(`Damaged lines of the journal were left out: ${page.damaged}.`);
  if (page.otherVersion > 0) notify(`Lines that another version wrote were left out: ${page.otherVersion}.`);
  const next = page.next === undefined ? {} : { next: { ...args, cursor: page.next } };
  return { changes: page.entries.map(journalRow), ...next };
};

/** Epoch ms; undefined where no bound is given. */
async function boundOf(
  name: string,
  text: string | undefined,
  dateMeans: 'start' | 'end',
  { clock, notify }: ToolContext,
): Promise<number | undefined> {
  if (text === undefined) return undefined;
  const { iso, echo } = await readTime(name, text, clock, dateMeans, 'UTC');
  if (echo) notify(`${name} read as ${echo}.`);
  return epochMs(iso);
}
