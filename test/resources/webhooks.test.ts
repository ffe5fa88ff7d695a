import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, test, vi } from 'vitest';
import { handClock } from '../api/steady-clock.ts';
import { find } from '../connect.ts';
import { client } from '../sandbox/api.ts';
import { connectAnnouncing } from '../tools/composite/changes/announced.ts';

/** Waits for files to be read, which takes turns of the event loop and no time of the clock. */
async function workDone() {
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function open() {
  const clock = handClock();
  const world = await connectAnnouncing({}, { timers: clock });
  const uris: string[] = [];
  world.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void uris.push(params.uri));
  const { id } = await find(world.call, 'maria lopez');
  const api = client(world.sandbox);
  await world.client.subscribeResource({ uri: 'ghl://contacts' });
  await api.post(`/contacts/${id}/tags`, { tags: ['first'] });
  await world.sandbox.webhooks.deliver();
  /** Passes the time until the host is notified. */
  const passUntilNotified = async (ms: number) => {
    await clock.advance(ms);
    await vi.waitFor(() => expect(uris).not.toEqual([]), { interval: 1 });
    await workDone();
    return uris.splice(0).sort();
  };
  // A log that did not exist is looked for every ten seconds.
  await passUntilNotified(10_000);
  await world.client.unsubscribeResource({ uri: 'ghl://contacts' });
  for (const part of ['', '/notes', '/tasks'])
    await world.client.subscribeResource({ uri: `ghl://contacts/${id}${part}` });
  return { ...world, api, id, passUntilNotified };
}

test('a subscribed contact is notified within one second of a delivery', async () => {
  const { api, id, passUntilNotified, sandbox } = await open();
  await api.post(`/contacts/${id}/notes`, { body: 'Called.' });
  await sandbox.webhooks.deliver();
  expect(await passUntilNotified(900)).toEqual(['', '/notes', '/tasks'].map((part) => `ghl://contacts/${id}${part}`));
});

test('a task that is announced without its contact notifies of the resources that show tasks', async () => {
  const { api, id, passUntilNotified, sandbox } = await open();
  await api.post(`/contacts/${id}/tasks`, { title: 'Call', dueDate: '2026-12-01T10:00:00Z', completed: false });
  await sandbox.webhooks.deliver();
  expect(await passUntilNotified(900)).toEqual([`ghl://contacts/${id}/tasks`]);
});

test('a read is not answered from the cache after a webhook', async () => {
  const { api, call, id, passUntilNotified, sandbox } = await open();
  const shown = async () => JSON.stringify(await call('list_contact_notes', { contactId: id }));
  await shown();
  await api.post(`/contacts/${id}/notes`, { body: 'Another author.' });
  expect(await shown()).not.toContain('Another author.');
  await sandbox.webhooks.deliver();
  await passUntilNotified(900);
  expect(await shown()).toContain('Another author.');
});
