import { type Journal, skippedLines } from '../../../api/write/journal/journal.ts';
import { UserError } from '../../../lib/errors.ts';
import type { ToolContext } from '../../core/context.ts';

/** The journal, and the location whose entries may be shown. */
export interface OpenJournal {
  readonly journal: Pick<Journal, 'read'>;
  readonly locationId: string;
}

/** @throws UserError where the owner switched the journal off */
export async function openJournal({ api, journal, notify, state }: ToolContext): Promise<OpenJournal> {
  if (!journal)
    throw new UserError(
      'The journal is off (GHL_JOURNAL=off), so that no changes are recorded. The owner switches it on in the settings and restarts the server.',
    );
  // Of a location that is not known yet; without one, entries of every location would be shown.
  const locationId = state.locationId ?? (await api.locationId());
  // A tool reads some lines several times: what the first read left out is said.
  let isSaid = false;
  const read: Journal['read'] = async (query) => {
    const page = await journal.read(query);
    if (!isSaid) skippedLines(page).forEach(notify);
    isSaid ||= skippedLines(page).length > 0;
    return page;
  };
  return { journal: { read }, locationId };
}
