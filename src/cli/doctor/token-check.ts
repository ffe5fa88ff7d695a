import { createApi } from '../../api/client.ts';
import { type Credential, fixedCredential } from '../../api/credentials.ts';
import { ApiError, type ErrorKind } from '../../api/errors.ts';
import { SCOPES } from '../../api/scopes.ts';
import { undiciTransport } from '../../api/transport/index.ts';
import type { Api } from '../../api/types.ts';
import { UserError } from '../../lib/errors.ts';
import { recordIn, textIn } from '../../lib/json.ts';
import { silent } from '../../lib/log.ts';
import { getLocation, listUsers } from '../../tools/lookups.ts';
import { searchContacts } from '../../tools/search.ts';
import type { Config } from '../config.ts';
import type { Connection } from '../connection.ts';

/** An `Api` with every scope, so that HighLevel itself decides what the token may do. */
export const probeApi = ({ timeoutMs }: Config, options: Connection['transportOptions']): Api =>
  createApi({ ...options, scopes: SCOPES, timeoutMs: Math.min(timeoutMs, MAX_PROBE_MS), log: silent });

export const MAX_PROBE_MS = 15_000;

const apiWith = (config: Config, credential: Credential): Api =>
  probeApi(config, {
    transport: undiciTransport(),
    baseUrl: config.baseUrl,
    credential: fixedCredential(credential),
  });

/** Whether a token can be used. One that may write but not read is valid, too. */
type TokenCheck = { readonly works: true } | { readonly works: 'writes only' | false; readonly reason: string };

/**
 * Searches for one contact, which needs only `contacts.readonly`. An agency's private token and a token without that
 * scope get the same refusal; only the list of users tells the two apart.
 */
export async function tryToken(api: Api): Promise<TokenCheck> {
  const search = await errorOf(api.call(searchContacts, { pageLimit: 1 }));
  if (search === undefined) return { works: true };
  if (!isKind(search, 'scope')) return { works: false, reason: search.message };
  const users = await errorOf(api.call(listUsers, {}));
  return users && isKind(users, 'agencyToken')
    ? { works: false, reason: users.message }
    : { works: 'writes only', reason: search.message };
}

const errorOf = (call: Promise<unknown>): Promise<Error | undefined> =>
  call.then(
    () => undefined,
    (error: Error) => error,
  );

const isKind = (error: Error, kind: ErrorKind): boolean => error instanceof ApiError && error.kind === kind;

/** @throws UserError that says why the token cannot be used */
export async function checkToken(config: Config, credential: Credential): Promise<void> {
  const check = await tryToken(apiWith(config, credential));
  const reads = config.scopes?.includes('contacts.readonly') ?? true;
  if (check.works === false || (check.works === 'writes only' && reads)) throw new UserError(check.reason);
}

/** Undefined if the token may not read the location. */
export async function locationName(config: Config, credential: Credential): Promise<string | undefined> {
  const answer = await apiWith(config, credential)
    .call(getLocation, {})
    .catch(() => undefined);
  return textIn(recordIn(answer, 'location'), 'name');
}
