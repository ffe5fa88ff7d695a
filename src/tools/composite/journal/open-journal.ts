import type { Journal } from '../../../api/write/journal/journal.ts';
import { UserError } from '../../../lib/errors.ts';
import type { ToolContext } from '../../core/context.ts';

/** The journal, and the location whose entries may be shown. */
export interface OpenJournal {
  readonly journal: Journal;
  readonly locationId: string;
}

/** @throws UserError where the owner switched the journal off */
export async function openJournal({ api, journal, state }: ToolContext): Promise<OpenJournal> {
  if (!journal)
    throw new UserError(
      'The journal is off (GHL_JOURNAL=off), so that no changes are recorded. The owner switches it on in the settings and restarts the server.',
    );
  // Of a location that is not known yet; without one, entries of every location would be shown.
  return { journal, locationId: state.locationId ?? (await api.locationId()) };
}
