import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountOf } from '../../../src/api/auth/account-edits.ts';
import { OAuth } from '../../../src/api/auth/oauth-client.ts';
import { openTokenStore, type TokenStore } from '../../../src/api/auth/token-store.ts';
import { fetchTransport } from '../../../src/api/transport/index.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/index.ts';
import { NOW } from '../../connect.ts';

export const SCOPES = 'contacts.readonly contacts.write locations.readonly oauth.readonly oauth.write';
export const REDIRECT = 'https://app.example/callback';

/** A store in a folder of its own. */
export async function freshStore(): Promise<TokenStore & { file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'ghl-auth-'));
  const file = join(folder, 'tokens.json');
  return { ...openTokenStore({ store: { file }, folder }), file };
}

/** The code of an owner's consent. */
export async function consented(
  sandbox: Sandbox,
  kind: 'Location' | 'Company' = 'Location',
  scopes = SCOPES,
): Promise<string> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: sandbox.oauthClient.clientId,
    redirect_uri: REDIRECT,
    scope: scopes,
    ...(kind === 'Company' ? { user_type: 'Company' } : {}),
  });
  const answer = await sandbox.fetch(
    new Request(`http://sandbox.invalid/oauth/chooselocation?${query}`, { redirect: 'manual' }),
  );
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

export interface SignedIn {
  readonly sandbox: Sandbox;
  readonly oauth: OAuth;
  readonly store: TokenStore & { file: string };
  readonly locationId: string;
  /** The server's clock, which the sandbox shares. */
  readonly now: () => number;
  advance(ms: number): void;
  /** Requests to the token endpoints after the first login. */
  tokenRequests(): Promise<{ path: string; status: number; spentRefreshToken?: boolean }[]>;
}

/** Signed in to the sandbox by OAuth, with tokens in a file. */
export async function signedIn(options: SandboxOptions = {}): Promise<SignedIn> {
  let moved = 0;
  const now = () => NOW + moved;
  const sandbox = createSandbox({ now: () => NOW, rate: 'off', ...options });
  const app = { ...sandbox.oauthClient, redirectUri: REDIRECT };
  const oauth = new OAuth({ transport: fetchTransport(sandbox.fetch), baseUrl: 'http://sandbox.invalid', app, now });
  const store = await freshStore();
  const grant = await oauth.exchange(await consented(sandbox));
  await (await store.secrets()).set(`location:${sandbox.locationId}`, grant.pair);
  await store.accounts.put(accountOf(grant, sandbox.locationId, { name: 'Workshop' }, now()));
  return {
    sandbox,
    oauth,
    store,
    locationId: sandbox.locationId,
    now,
    advance(ms) {
      moved += ms;
      sandbox.advance(ms);
    },
    async tokenRequests() {
      const answer = await sandbox.fetch(new Request('http://sandbox.invalid/__sandbox/requests'));
      const all = (await answer.json()) as { path: string; status: number; spentRefreshToken?: boolean }[];
      return all
        .filter(({ path }) => path.startsWith('/oauth/token') || path.startsWith('/oauth/locationToken'))
        .slice(1);
    },
  };
}
