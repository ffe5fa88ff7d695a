import { createApi } from '../../api/client.ts';
import { type Credential, fixedCredential } from '../../api/credentials.ts';
import { ApiError, type ErrorKind } from '../../api/errors.ts';
import { SCOPES } from '../../api/scopes.ts';
import { undiciTransport } from '../../api/transport/index.ts';
import type { Api } from '../../api/types.ts';
import { UserError } from '../../lib/errors.ts';
import { isRecord } from '../../lib/json.ts';
import { silent } from '../../lib/log.ts';
import { endpoints } from '../../tools/index.ts';
import { getLocation, listUsers } from '../../tools/lookups.ts';
import { searchContacts } from '../../tools/search.ts';
import type { Config } from '../config.ts';

/** An `Api` for one question: every scope is tried, because HighLevel has the last word. */
const probeApi = ({ baseUrl, timeoutMs }: Config, credential: Credential): Api =>
  createApi({
    endpoints,
    transport: undiciTransport(),
    baseUrl,
    credential: fixedCredential(credential),
    scopes: SCOPES,
    timeoutMs: Math.min(timeoutMs, 15_000),
    log: silent,
  });

/** What is wrong with a credential, if anything. A token that may write and not read is a good one all the same. */
export type Verdict = { readonly works: true } | { readonly works: 'writes only' | false; readonly why: string };

/**
 * One row of a search: what a token that may only read contacts can do. A refused scope looks the same for a token
 * without it and for an agency's private one, which is told apart where users are asked for.
 */
export async function tryToken(api: Api): Promise<Verdict> {
  const refused = await errorOf(api.call(searchContacts, { pageLimit: 1 }));
  if (refused === undefined) return { works: true };
  if (!isOfKind(refused, 'scope')) return { works: false, why: refused.message };
  const users = await errorOf(api.call(listUsers, {}));
  return users && isOfKind(users, 'agencyToken')
    ? { works: false, why: users.message }
    : { works: 'writes only', why: refused.message };
}

const isOfKind = (error: Error, kind: ErrorKind): boolean => error instanceof ApiError && error.kind === kind;

const errorOf = (call: Promise<unknown>): Promise<Error | undefined> =>
  call.then(
    () => undefined,
    (error: Error) => error,
  );

/** @throws UserError that says why the token is of no use here */
export async function checkToken(config: Config, credential: Credential): Promise<void> {
  const verdict = await tryToken(probeApi(config, credential));
  const reads = config.scopes?.includes('contacts.readonly') ?? true;
  if (verdict.works === false || (verdict.works === 'writes only' && reads)) throw new UserError(verdict.why);
}

/** The location's name where its scope allows. */
export async function locationName(config: Config, credential: Credential): Promise<string | undefined> {
  const found = await probeApi(config, credential)
    .call(getLocation, {})
    .catch(() => undefined);
  const location = found?.location;
  return isRecord(location) && typeof location.name === 'string' ? location.name : undefined;
}
