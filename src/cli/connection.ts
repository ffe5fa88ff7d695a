import { unwatchFile, watchFile } from 'node:fs';
import { type AccountStatus, accountStatus, READ_ONLY } from '../api/auth/account-status.ts';
import { openTokenStore, type TokenStore } from '../api/auth/token-store.ts';
import { type AccountInfo, type Credential, fixedCredential, type TokenSource } from '../api/credentials.ts';
import { grantBySettings } from '../api/errors.ts';
import { SCOPES, type Scope } from '../api/scopes.ts';
import { fetchTransport, undiciTransport } from '../api/transport/index.ts';
import type { Transport } from '../api/transport/types.ts';
import { UserError } from '../lib/errors.ts';
import { type Log, silent } from '../lib/log.ts';
import { once, singleFlight } from '../lib/memoize.ts';
import type { Config } from './config.ts';

/** The account, the transport to the API, and the scopes in effect. */
export interface Connection {
  readonly transportOptions: {
    readonly transport: Transport;
    readonly baseUrl: string;
    readonly credential: TokenSource;
  };
  readonly scopes: () => readonly Scope[];
  /** The account as it is now, for `instructions` and the status. */
  readonly account: AccountInfo & {
    /** Scopes of the OAuth grant, before `GHL_SCOPES` narrows them. */
    readonly granted?: readonly string[] | undefined;
  };
  /** A sentence that says how the owner grants a scope. */
  readonly howToGrant: (scope: Scope) => string;
  /** Runs `onChange` after each sign-in or sign-out while the server runs. Returns a function that stops it. */
  readonly watch: (onChange: () => void) => () => void;
}

const neverChanges = () => () => undefined;

export function openConnection(config: Config, sandbox: boolean, log: Log = silent): Connection {
  if (sandbox) return fromSandbox(config);
  return config.credential ? fromSettings(config, config.credential) : fromStore(config, log);
}

/** A private token given in the settings. */
function fromSettings(
  { baseUrl, scopes = READ_ONLY }: Config,
  credential: Credential | { readonly missing: string },
): Connection {
  const account =
    'missing' in credential ? credential : { locationId: credential.locationId, credential: kindOf(credential) };
  const transportOptions = { transport: undiciTransport(), baseUrl, credential: fixedCredential(credential) };
  return { transportOptions, scopes: () => scopes, account, howToGrant: grantBySettings, watch: neverChanges };
}

const kindOf = ({ token }: Credential) => (token.startsWith('pit-') ? 'private integration token' : 'bearer token');

/** What `login` stored. The accounts file says who is signed in; secrets are read with the first call. */
function fromStore(config: Config, log: Log): Connection {
  const store = openTokenStore(config.auth.store);
  let status: AccountStatus = accountStatus(config, store.accounts.readAtStart());
  const transport = undiciTransport();
  const listeners = new Set<() => void>();
  let opened: { readonly name: string; readonly source: Promise<TokenSource> } | undefined;

  /** Reads the accounts file again if it changed. Calls during one check share it. */
  const check = singleFlight(async (): Promise<void> => {
    const read = await store.accounts.readIfChanged();
    if (!read) return;
    status = accountStatus(config, read);
    for (const onChange of listeners) onChange();
  });

  /** The token source of the current sign-in: after another login it is opened again. */
  const currentSource = async (): Promise<TokenSource> => {
    if ('missing' in status) throw new UserError(status.missing);
    const { locationId, since } = status;
    const name = `${locationId} ${since}`;
    if (opened?.name !== name) {
      void flush();
      opened = { name, source: openSource(config, store, transport, locationId, log) };
    }
    return opened.source;
  };
  const flush = async () => (await opened?.source)?.flush?.();
  return {
    transportOptions: {
      transport,
      baseUrl: config.baseUrl,
      credential: {
        check,
        locationId: () => ('missing' in status ? undefined : status.locationId),
        current: async () => (await currentSource()).current(),
        async renew(rejected) {
          await check();
          return (await (await currentSource()).renew?.(rejected)) ?? false;
        },
        flush,
      },
    },
    scopes: () => status.scopes,
    get account() {
      if ('missing' in status) return { missing: status.missing };
      return { locationId: status.locationId, credential: status.credential, granted: status.granted };
    },
    howToGrant: (scope) =>
      'missing' in status || !status.granted ? grantBySettings(scope) : grantByLogin(status.granted, config, scope),
    watch(onChange) {
      listeners.add(onChange);
      const onFileChange = () => void check();
      watchFile(store.accounts.path, { interval: 2_000, persistent: false }, onFileChange);
      return () => {
        listeners.delete(onChange);
        unwatchFile(store.accounts.path, onFileChange);
      };
    },
  };
}

/** For an OAuth sign-in: HighLevel grants the scope at another login, and `GHL_SCOPES` must not exclude it. */
function grantByLogin(granted: readonly string[], { scopes }: Config, scope: Scope): string {
  const setting = scopes && !scopes.includes(scope) ? `add ${scope} to GHL_SCOPES and restart the server` : undefined;
  if (granted.includes(scope)) return `The sign-in grants it; the owner allows it: ${setting}.`;
  const login = `ghl-contacts-mcp login --scopes "${[...granted, scope].join(' ')}"`;
  return `The owner grants it by signing in again, with the scope added to the app in HighLevel: ${login}${setting ? `; then ${setting}` : ''}.`;
}

async function openSource(
  config: Config,
  store: TokenStore,
  transport: Transport,
  locationId: string,
  log: Log,
): Promise<TokenSource> {
  const [{ StoredTokenSource }, { OAuth }] = await Promise.all([
    import('../api/auth/token-source.ts'),
    import('../api/auth/oauth-client.ts'),
  ]);
  const { app } = config.auth;
  const oauth = app && new OAuth({ transport, baseUrl: config.baseUrl, app, now: Date.now });
  const warn = (error: string) => log('warn', 'sign-in not stored', { error });
  return new StoredTokenSource({ store, oauth, locationId, now: Date.now, warn });
}

/** The embedded sandbox, created with the first call. */
function fromSandbox({ sandbox: options, scopes = SCOPES }: Config): Connection {
  const sandbox = once(async () => (await import('./sandbox.ts')).sandboxFromSettings(options, { scopes }));
  const transport = fetchTransport(async (request) => (await sandbox()).fetch(request));
  return {
    transportOptions: { transport, baseUrl: 'http://sandbox.invalid', credential: { current: sandbox } },
    scopes: () => scopes,
    account: { sandbox: true, credential: 'of the sandbox' },
    howToGrant: grantBySettings,
    watch: neverChanges,
  };
}
