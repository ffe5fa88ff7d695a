import type { Context } from 'hono';
import { Hono } from 'hono/tiny';
import type { Backend } from './backend.ts';
import { iso } from './dates.ts';
import { parseFaults } from './faults/faults.ts';
import { isRecord } from './validation.ts';

/** Endpoints of the sandbox that HighLevel does not have. They need no token and are not recorded as requests. */
export function createControl(backend: Backend): Hono {
  const control = new Hono().basePath('/__sandbox');
  control.get('/requests', (c) => c.json(backend.requests));
  control.get('/enrolments', (c) =>
    c.json({ campaigns: toJson(backend.store.campaigns), workflows: toJson(backend.store.workflows) }),
  );
  control.get('/state', (c) => c.json(stateOf(backend)));
  control.get('/oauth-client', (c) => c.json(backend.oauthClient));
  control.get('/webhooks', (c) => c.json(backend.webhooks.events));
  control.get('/webhook-key', (c) => c.text(backend.webhooks.publicKey()));
  control.get('/webhook-key/rsa', (c) => c.text(backend.webhooks.publicKey('rsa')));
  control.post('/webhooks', async (c) => {
    try {
      backend.webhooks.configure(await c.req.json());
      return c.json({ set: true });
    } catch (error) {
      return c.json({ message: messageOf(error) }, 422);
    }
  });
  control.post('/reset', (c) => {
    backend.reset();
    return c.json({ reset: true });
  });
  control.post('/faults', async (c) => {
    try {
      backend.faults.set(parseFaults(await c.req.json()));
      return c.json({ set: true });
    } catch (error) {
      return c.json({ message: messageOf(error) }, 422);
    }
  });
  control.post('/revoke', async (c) => {
    const { token } = await bodyOf(c);
    if (typeof token !== 'string' || !backend.revoke(token)) {
      return c.json({ message: 'token must be one that the sandbox issued' }, 422);
    }
    return c.json({ revoked: true });
  });
  control.post('/clock', async (c) => {
    const { advanceMs } = await bodyOf(c);
    if (typeof advanceMs !== 'number' || !Number.isFinite(advanceMs)) {
      return c.json({ message: 'advanceMs must be a number of milliseconds' }, 422);
    }
    backend.advance(advanceMs);
    await backend.webhooks.deliver();
    return c.json({ now: iso(backend.now()) });
  });
  return control;
}

/** What exists in the home location. Contacts, and tasks, that were deleted do not, nor does what belongs to them. */
function stateOf({ home, store }: Backend) {
  const contacts = [...store.contacts.values()].filter(
    ({ locationId, deleted }) => locationId === home.locationId && !deleted,
  );
  return {
    tags: store.locations.get(home.locationId)?.tags.map(({ name }) => name) ?? [],
    contacts: contacts.map((contact) => ({
      ...contact,
      tasks: store.tasks.forContact(contact.id).filter(({ deleted }) => !deleted),
      notes: store.notes.forContact(contact.id),
      appointments: store.appointments.forContact(contact.id).filter(({ deleted }) => !deleted),
      campaigns: [...(store.campaigns.get(contact.id) ?? [])],
      workflows: [...(store.workflows.get(contact.id) ?? [])],
    })),
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The JSON object in the body, or an empty one. */
async function bodyOf(c: Context): Promise<Record<string, unknown>> {
  const body: unknown = await c.req.json().catch(() => undefined);
  return isRecord(body) ? body : {};
}

const toJson = (enrolments: ReadonlyMap<string, ReadonlySet<string>>) =>
  Object.fromEntries(
    [...enrolments].filter(([, ids]) => ids.size > 0).map(([contactId, ids]) => [contactId, [...ids]]),
  );
