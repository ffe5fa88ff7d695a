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
import { memoizeAsync } from '../lib/memoize.ts';
import type { Config } from './config.ts';

/** Who this server works for, how it gets there, and what it may do. */
export interface Connection {
  readonly transportOptions: {
    readonly transport: Transport;
    readonly baseUrl: string;
    readonly credential: TokenSource;
  };
  readonly scopes: () => readonly Scope[];
  /** What `instructions` and the status say of the account, as things are now. */
  readonly account: AccountInfo & {
    /** Scopes of an OAuth grant, whatever the settings make of them. */
    readonly granted?: readonly string[] | undefined;
  };
  /** What the owner does to bring a scope into effect, as a sentence. */
  readonly howToGrant: (scope: Scope) => string;
  /** Tells of sign-ins while the server runs; the answer ends it. */
  readonly watch: (changed: () => void) => () => void;
}

const never = () => () => undefined;

export function openConnection(config: Config, sandbox: boolean, log: Log = silent): Connection {
  if (sandbox) return fromSandbox(config);
  return config.credential ? fromSettings(config, config.credential) : fromStore(config, log);
}

/** By the settings alone. */
function fromSettings(
  { baseUrl, scopes = READ_ONLY }: Config,
  credential: Credential | { readonly missing: string },
): Connection {
  const known =
    'missing' in credential ? credential : { locationId: credential.locationId, credential: kindOf(credential) };
  const transportOptions = { transport: undiciTransport(), baseUrl, credential: fixedCredential(credential) };
  return { transportOptions, scopes: () => scopes, account: known, howToGrant: grantBySettings, watch: never };
}

const kindOf = ({ token }: Credential) => (token.startsWith('pit-') ? 'private integration token' : 'bearer token');

/** By what `login` stored. The plain file tells who is signed in; the secrets wait for the first call. */
function fromStore(config: Config, log: Log): Connection {
  const store = openTokenStore(config.auth.store);
  let now: AccountStatus = accountStatus(config, store.accounts.readAtStart());
  const transport = undiciTransport();
  const listeners = new Set<() => void>();
  let open: { readonly name: string; readonly source: Promise<TokenSource> } | undefined;
  let checking: Promise<void> | undefined;

  /** Reads who is signed in again where that changed; one look for all who ask meanwhile. */
  const check = (): Promise<void> => {
    checking ??= store.accounts
      .readIfChanged()
      .then((read) => {
        if (!read) return;
        now = accountStatus(config, read);
        for (const changed of listeners) changed();
      })
      .finally(() => {
        checking = undefined;
      });
    return checking;
  };

  /** Of the sign-in there is now: after another login the tokens of the last one are not used on. */
  const source = async (): Promise<TokenSource> => {
    if ('missing' in now) throw new UserError(now.missing);
    const { locationId, since } = now;
    const name = `${locationId} ${since}`;
    if (open?.name !== name) {
      void flush();
      open = { name, source: openSource(config, store, transport, locationId, log) };
    }
    return open.source;
  };
  const flush = async () => {
    await (await open?.source)?.flush?.();
  };
  return {
    transportOptions: {
      transport,
      baseUrl: config.baseUrl,
      credential: {
        check,
        locationId: () => ('missing' in now ? undefined : now.locationId),
        current: async () => (await source()).current(),
        async renew(spent) {
          await check();
          return (await (await source()).renew?.(spent)) ?? false;
        },
        flush,
      },
    },
    scopes: () => now.scopes,
    get account() {
      if ('missing' in now) return { missing: now.missing };
      return { locationId: now.locationId, credential: now.credential, granted: now.granted };
    },
    howToGrant: (scope) =>
      'missing' in now || !now.granted ? grantBySettings(scope) : byLogin(now.granted, config, scope),
    watch(changed) {
      listeners.add(changed);
      const look = () => void check();
      watchFile(store.accounts.path, { interval: 2_000, persistent: false }, look);
      return () => {
        listeners.delete(changed);
        unwatchFile(store.accounts.path, look);
      };
    },
  };
}

/** How the owner of an OAuth sign-in allows a scope: in HighLevel by signing in again, here by `GHL_SCOPES`. */
function byLogin(granted: readonly string[], { scopes }: Config, scope: Scope): string {
  const wider = scopes && !scopes.includes(scope) ? `add ${scope} to GHL_SCOPES and restart the server` : undefined;
  if (granted.includes(scope)) return `The sign-in grants it; the owner allows it: ${wider}.`;
  const login = `ghl-contacts-mcp login --scopes "${[...granted, scope].join(' ')}"`;
  return `The owner grants it by signing in again, with the scope added to the app in HighLevel: ${login}${wider ? `; then ${wider}` : ''}.`;
}

async function openSource(
  config: Config,
  store: TokenStore,
  transport: Transport,
  locationId: string,
  log: Log,
): Promise<TokenSource> {
  const [{ storedTokenSource }, { createOAuth }] = await Promise.all([
    import('../api/auth/token-source.ts'),
    import('../api/auth/oauth-client.ts'),
  ]);
  const { app } = config.auth;
  const oauth = app && createOAuth({ transport, baseUrl: config.baseUrl, app, now: Date.now });
  const warn = (error: string) => log('warn', 'sign-in not stored', { error });
  return storedTokenSource({ store, oauth, locationId, now: Date.now, warn });
}

/** Into the embedded sandbox, which is made with the first call. */
function fromSandbox({ sandbox: options, scopes = SCOPES }: Config): Connection {
  const made = memoizeAsync(async () => (await import('./sandbox.ts')).makeSandbox(options, { scopes }));
  const transport = fetchTransport(async (request) => (await made()).fetch(request));
  return {
    transportOptions: { transport, baseUrl: 'http://sandbox.invalid', credential: { current: made } },
    scopes: () => scopes,
    account: { sandbox: true, credential: 'of the sandbox' },
    howToGrant: grantBySettings,
    watch: never,
  };
}
