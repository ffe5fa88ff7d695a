import type { TokenSource } from '../api/credentials.ts';
import { ApiError } from '../api/errors.ts';
import { entryOfRefusal } from '../api/write/journal/build-entry.ts';
import type { Journal } from '../api/write/journal/journal.ts';
import { UserError } from '../lib/errors.ts';

interface FailedSignIn {
  /** The command, or what the server did. */
  readonly tool: 'login' | 'refresh_token';
  readonly locationId: string | undefined;
}

/** Journals a sign-in that HighLevel, or the settings, refused. Other errors are not journalled. */
export async function journalFailedSignIn(
  journal: Pick<Journal, 'append'> | undefined,
  { tool, locationId }: FailedSignIn,
  error: unknown,
): Promise<void> {
  if (!(error instanceof UserError)) return;
  const reason = error instanceof ApiError ? error.kind : 'signIn';
  await journal?.append(entryOfRefusal({ tool, locationId, reason }, new Date().toISOString()));
}

/** The same tokens; that HighLevel no longer accepts the sign-in is journalled, once for each reason. */
export function withJournalledRejections(source: TokenSource, journal: Pick<Journal, 'append'>): TokenSource {
  let recorded: string | undefined;
  const watch = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const isNew = isRejection(error) && error.message !== recorded;
      if (isNew) {
        recorded = error.message;
        await journalFailedSignIn(journal, { tool: 'refresh_token', locationId: source.locationId?.() }, error);
      }
      throw error;
    }
  };
  const { renew } = source;
  return {
    ...source,
    current: () => watch(source.current()),
    ...(renew ? { renew: (expired) => watch(renew(expired)) } : {}),
  };
}

/** By its kind, because the class is loaded only with the first sign-in by OAuth. */
const isRejection = (error: unknown): error is UserError =>
  error instanceof UserError && 'kind' in error && error.kind === 'signInRejected';
