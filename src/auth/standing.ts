import { type Config, SIGNED_OUT } from '../config.ts';
import { SCOPES, type Scope } from '../endpoint.ts';
import type { Accounts } from './accounts.ts';

/** The location a server works in by what is stored, or what is missing; and the scopes in effect. */
export type Standing =
  | { readonly locationId: string; readonly credential: string; readonly scopes: readonly Scope[] }
  | { readonly missing: string; readonly scopes: readonly Scope[] };

const READ_ONLY: readonly Scope[] = ['contacts.readonly'];
const known = (granted: readonly string[]): Scope[] => SCOPES.filter((scope) => granted.includes(scope));

/** With OAuth the owner's word narrows the grant; with a private token, whose scopes nobody can ask for, it is all there is. */
export function standing(
  { locationId, scopes }: Pick<Config, 'locationId' | 'scopes'>,
  { accounts, agencies }: Accounts,
): Standing {
  const missing = (sentence: string): Standing => ({ missing: sentence, scopes: scopes ?? READ_ONLY });
  const granted = (all: readonly string[]) => known(all).filter((scope) => scopes?.includes(scope) ?? true);
  const account = locationId ? accounts.find((each) => each.locationId === locationId) : accounts[0];
  const agency = agencies.find(({ locations }) => locations.some(({ id }) => id === locationId));
  if (!locationId && accounts.length + agencies.length > 1) return missing(severalLocations(accounts, agencies));
  if (account?.kind === 'private')
    return { locationId: account.locationId, credential: 'stored private token', scopes: scopes ?? READ_ONLY };
  if (account) return { locationId: account.locationId, credential: 'OAuth', scopes: granted(account.scopes) };
  if (locationId && agency)
    return { locationId, credential: 'OAuth through the agency', scopes: granted(agency.scopes) };
  if (agencies.length > 0) return missing(severalLocations(accounts, agencies));
  if (locationId && accounts.length > 0) {
    return missing(
      `Nobody is signed in to location ${locationId}: run ghl-contacts-mcp accounts to see which there are, or ghl-contacts-mcp login.`,
    );
  }
  return missing(SIGNED_OUT);
}

const severalLocations = (accounts: Accounts['accounts'], agencies: Accounts['agencies']) => {
  const ids = [
    ...new Set([
      ...accounts.map((each) => each.locationId),
      ...agencies.flatMap(({ locations }) => locations.map(({ id }) => id)),
    ]),
  ];
  const some = ids.length > 5 ? `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more` : ids.join(', ');
  return `Signed in to several locations: set GHL_LOCATION_ID to one of ${some}. ghl-contacts-mcp accounts names them.`;
};
