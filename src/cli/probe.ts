import { type Api, createApi } from '../api/client.ts';
import { type Credential, fixed, type TokenSource } from '../api/credential.ts';
import { undiciTransport } from '../api/transport.ts';
import type { Config } from '../config.ts';
import type { Json } from '../endpoint.ts';
import { SCOPES } from '../endpoint.ts';
import { silent } from '../log.ts';
import { getLocation } from '../tools/lookups.ts';
import { searchContacts } from '../tools/search.ts';

/** An `Api` for one question: every scope is tried, because HighLevel has the last word. */
export const probeApi = ({ baseUrl, timeoutMs }: Config, credential: TokenSource): Api =>
  createApi({
    transport: undiciTransport(),
    baseUrl,
    credential,
    scopes: SCOPES,
    timeoutMs: Math.min(timeoutMs, 15_000),
    log: silent,
  });

/** One row of a search: what a token that may only read contacts can do. @throws UserError that says what is wrong */
export async function checkToken(config: Config, credential: Credential): Promise<void> {
  await probeApi(config, fixed(credential)).call(searchContacts, { pageLimit: 1 });
}

/** The location's name where its scope allows. */
export async function locationName(config: Config, credential: Credential): Promise<string | undefined> {
  const found = await probeApi(config, fixed(credential))
    .call(getLocation, {})
    .catch(() => undefined);
  const name = (found?.location as Json | undefined)?.name;
  return typeof name === 'string' ? name : undefined;
}
