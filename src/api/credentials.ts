import { UserError } from '../lib/errors.ts';
import { rememberSecret } from '../lib/redact.ts';

/** What a request is signed with, and the location it works in. */
export interface Credential {
  readonly token: string;
  readonly locationId: string;
}

/** What a server tells of the account it works for, and of what is missing to reach it. */
export interface AccountInfo {
  readonly label?: string | undefined;
  readonly locationId?: string | undefined;
  readonly sandbox?: boolean;
  readonly missing?: string | undefined;
  /** Kind of credential, for the status. */
  readonly credential?: string | undefined;
}

/** Where credentials come from. */
export interface TokenSource {
  /** Before a call: from here on scopes and credential are those of now, whatever was signed in before. */
  check?(): Promise<void>;
  /** The location that calls go to now; undefined where it is not known, or never changes. */
  locationId?(): string | undefined;
  /** @throws UserError that says what is missing and how to fix it */
  current(): Promise<Credential>;
  /** After a 401 that means "expired": true where there is a new one to try with. */
  renew?(spent: Credential): Promise<boolean>;
  /** Stores what could not be stored before; never throws. */
  flush?(): Promise<void>;
}

/**
 * What the next request is signed with.
 * @throws UserError where somebody signed in to another location than `locationId`: what was begun in one location reads
 * and writes in no other
 */
export async function credentialFor(source: TokenSource, locationId: string | undefined): Promise<Credential> {
  const credential = await source.current();
  if (locationId !== undefined && credential.locationId !== locationId)
    throw new UserError(
      `This call was begun in location ${locationId}, and this server is signed in to location ${credential.locationId} since: nothing more was sent. Repeat the call if it is meant for that one.`,
    );
  return credential;
}

/** A private token from the settings, or the sentence that says what is missing. */
export function fixedCredential(credential: Credential | { readonly missing: string }): TokenSource {
  if (!('missing' in credential)) rememberSecret(credential.token);
  return {
    async current() {
      if ('missing' in credential) throw new UserError(credential.missing);
      return credential;
    },
  };
}
