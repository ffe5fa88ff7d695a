import { createApi } from './app.ts';
import { Backend } from './backend.ts';
import { createControl } from './control.ts';
import type { Sandbox, SandboxOptions } from './options.ts';
import { routes } from './routes/index.ts';

/** Every route as `METHOD /path/{param}`, without those of OAuth. */
export const sandboxRoutes: readonly string[] = routes.map(({ route }) => route);

/** Every scope a private token can have. */
export const sandboxScopes: readonly string[] = [...new Set(routes.map(({ scope }) => scope))];

export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const backend = new Backend({
    seed: options.seed ?? 1,
    now: options.now ?? Date.now,
    indexDelayMs: options.indexDelayMs ?? 0,
    rate: options.rate ?? 100,
    dailyRate: options.dailyRate ?? 200_000,
    tokenTtlMs: options.tokenTtlMs ?? 86_399_000,
    data: structuredClone(options.data),
    switches: options.switches ?? {},
    webhooks: options.webhooks,
    wait: options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms).unref())),
  });
  backend.faults.set(options.faults ?? []);
  backend.issueToken({ token: backend.token, scopes: options.scopes ?? sandboxScopes });
  const { home, foreign, store } = backend;
  const api = createApi(backend);
  const control = createControl(backend);
  const foreignContact = [...store.contacts.values()].find(({ locationId }) => locationId === foreign.locationId);
  return {
    fetch: async (request) =>
      new URL(request.url).pathname.startsWith('/__sandbox/') ? control.fetch(request) : api.fetch(request),
    token: backend.token,
    locationId: home.locationId,
    foreign: { locationId: foreign.locationId, contactId: foreignContact?.id ?? '' },
    oauthClient: backend.oauthClient,
    agencyLocations: backend.agency.map(({ locationId: id }) => ({
      id,
      name: store.locations.get(id)?.location.name ?? '',
    })),
    webhooks: backend.webhooks,
    advance: (ms) => backend.advance(ms),
    setFaults: (rules) => backend.faults.set(rules),
    issueToken: (tokenOptions) => backend.issueToken(tokenOptions),
    revoke: (token) => backend.revoke(token),
    reset: () => backend.reset(),
  };
}
