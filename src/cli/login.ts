import { OAuth } from '../api/auth/oauth-client.ts';
import { locationKey } from '../api/auth/secret-store.ts';
import { chooseSecretStore, openTokenStore, type TokenStore } from '../api/auth/token-store.ts';
import { undiciTransport } from '../api/transport/index.ts';
import { fileJournal } from '../api/write/journal/file-journal.ts';
import { silent } from '../lib/log.ts';
import { rememberSecret } from '../lib/redact.ts';
import { type Config, environment, readConfig } from './config.ts';
import { checkToken, locationName } from './doctor/token-check.ts';
import { journalFailedSignIn } from './journal-sign-in.ts';
import { readCode, requestConsent } from './oauth-consent.ts';
import { parseLocationId } from './parse-settings.ts';
import { storeAgencyGrant, storeLocationGrant } from './store-grant.ts';
import { ask, displayValue, printLine, usageError } from './terminal.ts';

export interface LoginOptions {
  readonly apiKey?: boolean;
  readonly code?: string;
  readonly scopes?: string;
  readonly location?: string;
}

/** Signs in, with a private token or by OAuth, and adds to what is stored. A refused sign-in is journalled. */
export async function runLogin(options: LoginOptions): Promise<void> {
  const config = readConfig(environment, false);
  await logIn(config, options).catch(async (error: unknown) => {
    const locationId = options.location ?? config.locationId;
    const journal = config.journal && fileJournal(config.journal, silent);
    await journalFailedSignIn(journal, { tool: 'login', locationId }, error);
    throw error;
  });
}

async function logIn(config: Config, options: LoginOptions): Promise<void> {
  const store = openTokenStore(config.auth.store);
  if (options.apiKey)
    return loginWithToken(config, store, parseLocationId('--location', options.location) ?? config.locationId);
  const { app } = config.auth;
  if (!app)
    return usageError(
      'OAuth needs an app: set GHL_CLIENT_ID, GHL_CLIENT_SECRET and GHL_REDIRECT_URI. For a private integration token use login --api-key.',
    );
  const pasted = options.code ?? (await requestConsent(config, store, app, options.scopes));
  if (pasted === undefined) return;
  const { code, state } = await readCode(pasted.trim(), store);
  // A code can be used only once, so the store is checked before it is spent.
  const secrets = await chooseSecretStore(config.auth.store, store);
  const oauth = new OAuth({ transport: undiciTransport(), baseUrl: config.baseUrl, app, now: Date.now });
  const grant = await oauth.exchange(code);
  const login = { store, secrets, state };
  const { companyId } = grant;
  if (grant.userType === 'Company' && companyId) return storeAgencyGrant(oauth, login, { ...grant, companyId });
  return storeLocationGrant(config, login, grant);
}

/** Reads a private token from the terminal or standard input, and stores it after one successful request. */
async function loginWithToken(config: Config, store: TokenStore, locationId: string | undefined): Promise<void> {
  if (!locationId)
    return usageError(
      'Which location is the token for? Use login --api-key --location ID (it is in the address bar of HighLevel, after /location/).',
    );
  const token = await ask('Private integration token: ', true);
  rememberSecret(token);
  if (!/^[\x21-\x7e]+$/.test(token))
    return usageError('That is no token: it is empty, or holds a space or another character that no token has.');
  const credential = { token, locationId };
  await checkToken(config, credential);
  const name = await locationName(config, credential);
  const secrets = await chooseSecretStore(config.auth.store, store);
  await store.withRefreshLock(async () => {
    await secrets.set(locationKey(locationId), { kind: 'private', token });
    await store.accounts.put({ locationId, kind: 'private', name, scopes: [], since: Date.now() });
  });
  printLine(`Signed in to ${displayValue(name) || 'location'} (${locationId}). The token is in the ${secrets.name}.`);
  printLine(
    'HighLevel does not tell the scopes of a private token: GHL_SCOPES says what the server may use (contacts.readonly).',
  );
}
