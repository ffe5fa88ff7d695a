import { UserError } from '../errors.ts';

/** What a request is signed with, and the location it works in. */
export interface Credential {
  readonly token: string;
  readonly locationId: string;
}

/** Where credentials come from. Asked before every request, so that a source may refresh what it gives. */
export type TokenSource = () => Promise<Credential>;

/** A private token from the settings, or the sentence that says what is missing. */
export const fixed =
  (credential: Credential | { readonly missing: string }): TokenSource =>
  async () => {
    if ('missing' in credential) throw new UserError(credential.missing);
    return credential;
  };
