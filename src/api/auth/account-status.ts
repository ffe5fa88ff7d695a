import { SCOPES, type Scope } from '../scopes.ts';
import type { Accounts, AccountsFile } from './accounts-file.ts';

/** The location that a server works in, or what is missing for one; and the scopes in effect. */
export type AccountStatus =
  | {
      readonly locationId: string;
      readonly credential: string;
      readonly scopes: readonly Scope[];
      /** Scopes that HighLevel granted; unknown for a private token. */
      readonly granted?: readonly string[];
      /** Epoch ms of the sign-in; a later sign-in has another credential. */
      readonly since: number;
    }
  | { readonly missing: string; readonly scopes: readonly Scope[] };

/** Scopes in effect without a setting. */
export const READ_ONLY: readonly Scope[] = ['contacts.readonly'];
const supported = (granted: readonly string[]): Scope[] => SCOPES.filter((scope) => granted.includes(scope));

/** Where hosts store the settings of a server. */
export const WHERE_SETTINGS_ARE = "in the env block of the host's configuration of this server";

const SIGNED_OUT = `Not signed in to HighLevel: set GHL_API_KEY (a private integration token) and GHL_LOCATION_ID ${WHERE_SETTINGS_ARE}, and restart it, or run ghl-contacts-mcp login; or try it without an account with --sandbox.`;

/** With OAuth the setting narrows the grant; with a private token, whose scopes cannot be queried, only the setting counts. */
export function accountStatus(
  { locationId, scopes }: { readonly locationId: string | undefined; readonly scopes: readonly Scope[] | undefined },
  stored: ReturnType<AccountsFile['readAtStart']>,
): AccountStatus {
  const missing = (message: string): AccountStatus => ({ missing: message, scopes: scopes ?? READ_ONLY });
  if ('problem' in stored) return missing(stored.problem);
  const { accounts, agencies } = stored;
  const granted = (all: readonly string[]) => ({
    granted: all,
    scopes: supported(all).filter((scope) => scopes?.includes(scope) ?? true),
  });
  if (!locationId && accounts.length + agencies.length > 1) return missing(severalLocations(stored));
  const account = locationId ? accounts.find((each) => each.locationId === locationId) : accounts[0];
  if (account) {
    const { since, agencyId } = account;
    const signIn = { locationId: account.locationId, since };
    if (account.kind === 'private')
      return { ...signIn, credential: 'stored private token', scopes: scopes ?? READ_ONLY };
    return { ...signIn, credential: agencyId ? BY_AGENCY : 'OAuth', ...granted(account.scopes) };
  }
  const agency = agencies.find(({ locations }) => locations.some(({ id }) => id === locationId));
  if (locationId && agency)
    return { locationId, since: agency.since, credential: BY_AGENCY, ...granted(agency.scopes) };
  if (!locationId && agencies.length > 0) return missing(severalLocations(stored));
  if (locationId && accounts.length + agencies.length > 0) {
    return missing(
      `Nobody is signed in to location ${locationId}: run ghl-contacts-mcp accounts to see which there are, or ghl-contacts-mcp login.`,
    );
  }
  return missing(SIGNED_OUT);
}

const BY_AGENCY = 'OAuth through the agency';

const severalLocations = ({ accounts, agencies }: Accounts) => {
  const ids = [
    ...new Set([
      ...accounts.map((each) => each.locationId),
      ...agencies.flatMap(({ locations }) => locations.map(({ id }) => id)),
    ]),
  ];
  const some = ids.length > 5 ? `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more` : ids.join(', ');
  return `Signed in to several locations: set GHL_LOCATION_ID to one of ${some}. ghl-contacts-mcp accounts names them.`;
};
