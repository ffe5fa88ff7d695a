import type { Context } from 'hono';
import type { Grant } from '../auth.ts';
import type { Backend } from '../backend.ts';

export const CONSENT_PATHS = ['/oauth/chooselocation', '/v2/oauth/chooselocation'] as const;

/**
 * The page where the user chooses a location and consents; the sandbox consents at once. `user_type=Company` exists
 * only in the sandbox: an agency consents for all of its locations.
 */
export function handleConsent(backend: Backend, c: Context): Response {
  const { response_type, client_id = '', redirect_uri = '', scope = '', state, version_id, user_type } = c.req.query();
  const scopes = new Set(scope.split(' ').filter((name) => name !== ''));
  const callback = parseCallback(redirect_uri);
  if (!/^[0-9a-f]{24}-[0-9a-z]{8}$/.test(client_id)) return errorPage(c, 'client_id is missing or malformed');
  if (client_id !== backend.tokens.client.clientId) return errorPage(c, 'No app has this client_id');
  if (response_type !== 'code') return errorPage(c, 'response_type must be code');
  if (!callback) return errorPage(c, 'redirect_uri must be an https address, or http on this backend');
  if (scopes.size === 0) return errorPage(c, 'scope is missing');
  const { home } = backend;
  const grant: Grant = {
    scopes,
    companyId: home.companyId,
    ...(user_type === 'Company' ? { userType: 'Company' } : { userType: 'Location', locationId: home.locationId }),
    ...installingUser(backend),
    ...(version_id && { versionId: version_id }),
  };
  callback.searchParams.set('code', backend.tokens.issueCode({ grant, redirectUri: redirect_uri }, backend.now()));
  if (state !== undefined && backend.switches.callbackState === 'kept') callback.searchParams.set('state', state);
  return c.redirect(callback.href, 302);
}

const errorPage = (c: Context, reason: string) => c.text(`This app cannot be installed: ${reason}.`, 400);

function parseCallback(uri: string): URL | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && local) ? url : undefined;
}

/** The first user of the location installs the app. */
function installingUser({ store, home }: Backend): { userId?: string } {
  const [user] = store.locations.get(home.locationId)?.users ?? [];
  return user ? { userId: user.id } : {};
}
