import { Hono } from 'hono';
import type { Backend } from './backend.ts';
import { parseFaults } from './faults.ts';

/** What HighLevel does not have: the sandbox's own switchboard. It asks for no token and counts as no request. */
export function createControl(machine: Backend): Hono {
  const control = new Hono().basePath('/__sandbox');
  control.get('/requests', (c) => c.json(machine.requests));
  control.get('/enrolments', (c) =>
    c.json({ campaigns: listed(machine.store.campaigns), workflows: listed(machine.store.workflows) }),
  );
  control.get('/oauth-client', (c) => c.json(machine.oauthClient));
  control.post('/reset', (c) => {
    machine.reset();
    return c.json({ reset: true });
  });
  control.post('/faults', async (c) => {
    try {
      machine.faults.set(parseFaults(await c.req.json()));
      return c.json({ set: true });
    } catch (error) {
      return c.json({ message: (error as Error).message }, 422);
    }
  });
  control.post('/revoke', async (c) => {
    const body: { token?: unknown } | null = await c.req.json().catch(() => null);
    const token = body?.token;
    if (typeof token !== 'string' || !machine.revoke(token)) {
      return c.json({ message: 'token must be one that the sandbox gave out' }, 422);
    }
    return c.json({ revoked: true });
  });
  control.post('/clock', async (c) => {
    const body: { advanceMs?: unknown } | null = await c.req.json().catch(() => null);
    const advanceMs = body?.advanceMs;
    if (typeof advanceMs !== 'number' || !Number.isFinite(advanceMs)) {
      return c.json({ message: 'advanceMs must be a number of milliseconds' }, 422);
    }
    machine.advance(advanceMs);
    return c.json({ now: new Date(machine.now()).toISOString() });
  });
  return control;
}

const listed = (enrolments: ReadonlyMap<string, ReadonlySet<string>>) =>
  Object.fromEntries([...enrolments].filter(([, ids]) => ids.size > 0).map(([contact, ids]) => [contact, [...ids]]));
