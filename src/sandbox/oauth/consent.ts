import type { Context } from 'hono';
import type { Grant } from '../auth.ts';
import type { Backend } from '../backend.ts';

export const CONSENT_PATHS = ['/oauth/chooselocation', '/v2/oauth/chooselocation'] as const;

/**
 * The page where somebody chooses a location and agrees; here it agrees at once. `user_type=Company` is the sandbox's
 * own: an agency chooses for all of its locations.
 */
export function handleConsent(machine: Backend, c: Context): Response {
  const { response_type, client_id = '', redirect_uri = '', scope = '', state, version_id, user_type } = c.req.query();
  const scopes = new Set(scope.split(' ').filter((each) => each !== ''));
  const callback = parseCallback(redirect_uri);
  if (!/^[0-9a-f]{24}-[0-9a-z]{8}$/.test(client_id)) return errorPage(c, 'client_id is missing or malformed');
  if (client_id !== machine.tokens.client.clientId) return errorPage(c, 'No app has this client_id');
  if (response_type !== 'code') return errorPage(c, 'response_type must be code');
  if (!callback) return errorPage(c, 'redirect_uri must be an https address, or http on this machine');
  if (scopes.size === 0) return errorPage(c, 'scope is missing');
  const { home } = machine;
  const grant: Grant = {
    scopes,
    companyId: home.companyId,
    ...(user_type === 'Company' ? { userType: 'Company' } : { userType: 'Location', locationId: home.locationId }),
    ...installingUser(machine),
    ...(version_id && { versionId: version_id }),
  };
  callback.searchParams.set('code', machine.tokens.issueCode({ grant, redirectUri: redirect_uri }, machine.now()));
  if (state !== undefined && machine.switches.callbackState === 'kept') callback.searchParams.set('state', state);
  return c.redirect(callback.href, 302);
}

const errorPage = (c: Context, wrong: string) => c.text(`This app cannot be installed: ${wrong}.`, 400);

function parseCallback(uri: string): URL | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && local) ? url : undefined;
}

/** Whoever stands first in the list of users has installed the app. */
function installingUser({ store, home }: Backend): { userId?: string } {
  const [user] = store.locations.get(home.locationId)?.users ?? [];
  return user ? { userId: user.id } : {};
}
