import { UserError } from '../lib/errors.ts';
import { rememberSecret } from '../lib/redact.ts';

/** An access token, and the location that requests with it go to. */
export interface Credential {
  readonly token: string;
  readonly locationId: string;
}

/** The account of a server, for its instructions and status, or what is missing to reach it. */
export interface AccountInfo {
  readonly label?: string | undefined;
  readonly locationId?: string | undefined;
  readonly sandbox?: boolean;
  readonly missing?: string | undefined;
  /** Kind of credential. */
  readonly credential?: string | undefined;
}

export interface TokenSource {
  /** Call first: updates scopes and credential after a sign-in or sign-out. */
  check?(): Promise<void>;
  /** The location that calls go to; undefined if it is not known, or never changes. */
  locationId?(): string | undefined;
  /** @throws UserError that says what is missing and how to fix it */
  current(): Promise<Credential>;
  /** After a 401 for an expired token: true if there is a new one. */
  renew?(expired: Credential): Promise<boolean>;
  /** Stores tokens that could not be stored before; never throws. */
  flush?(): Promise<void>;
}

/**
 * The credential of the next request.
 * @throws UserError if somebody has signed in to another location than `locationId`: a call never spans two locations
 */
export async function credentialFor(source: TokenSource, locationId: string | undefined): Promise<Credential> {
  const credential = await source.current();
  if (locationId !== undefined && credential.locationId !== locationId)
    throw new UserError(
      `This call started in location ${locationId}, and this server has since been signed in to location ${credential.locationId}: nothing more was sent. Repeat the call if it is meant for the new location.`,
    );
  return credential;
}

/** A private token from the settings; or `missing`, the message that every call throws. */
export function fixedCredential(credential: Credential | { readonly missing: string }): TokenSource {
  if (!('missing' in credential)) rememberSecret(credential.token);
  return {
    async current() {
      if ('missing' in credential) throw new UserError(credential.missing);
      return credential;
    },
  };
}
