import { expect, test } from 'vitest';
import { type Json, openSandbox } from './api.ts';

async function openWithLists() {
  const api = openSandbox();
  const lists = async (path: string) => (await api.get(`/${path}/?locationId=${api.locationId}`)).body[path];
  const enrolments = async () =>
    (await api.sandbox.fetch(new Request('http://sandbox.test/__sandbox/enrolments'))).json() as Promise<Json>;
  return { ...api, lists, enrolments, id: await api.create({}) };
}

test('followers are added and removed, and the response names the change', async () => {
  const { id, post, remove, read } = await openWithLists();
  const path = `/contacts/${id}/followers`;
  const added = await post(path, { followers: ['u1', 'u2'] });
  expect([added.status, added.body]).toEqual([201, { followers: ['u1', 'u2'], followersAdded: ['u1', 'u2'] }]);
  const removed = await remove(path, { followers: ['u1', 'u9'] });
  expect([removed.status, removed.body]).toEqual([200, { followers: ['u2'], followersRemoved: ['u1'] }]);
  expect((await read(id)).followers).toEqual(['u2']);
});

test('removeAll is not taken for a campaign id', async () => {
  const { id, post, remove, lists, enrolments } = await openWithLists();
  const [spring, cargo] = await lists('campaigns');
  expect((await post(`/contacts/${id}/campaigns/${spring.id}`, {})).status).toBe(201);
  await post(`/contacts/${id}/campaigns/${cargo.id}`);
  await remove(`/contacts/${id}/campaigns/${spring.id}`);
  expect((await enrolments()).campaigns).toEqual({ [id]: [cargo.id] });
  expect((await remove(`/contacts/${id}/campaigns/removeAll`)).body).toEqual({ succeded: true });
  expect((await enrolments()).campaigns).toEqual({});
});

test('enrolling in a workflow is a 201; in a draft it has no effect', async () => {
  const { id, post, remove, lists, enrolments } = await openWithLists();
  const workflows = await lists('workflows');
  for (const workflow of workflows) {
    const { status, body } = await post(`/contacts/${id}/workflow/${workflow.id}`);
    expect([status, body]).toEqual([201, { succeded: true }]);
  }
  const live = workflows.filter(({ status }: Json) => status === 'published').map(({ id }: Json) => id);
  expect((await enrolments()).workflows).toEqual({ [id]: live });
  await remove(`/contacts/${id}/workflow/${live[0]}`, { eventStartTime: '2026-06-01T10:00:00+01:00' });
  expect((await enrolments()).workflows[id]).toEqual([live[1]]);
});

test('the start of a workflow needs an offset', async () => {
  const { id, post, lists } = await openWithLists();
  const [workflow] = await lists('workflows');
  const path = `/contacts/${id}/workflow/${workflow.id}`;
  expect((await post(path, { eventStartTime: '2026-06-01T10:00:00' })).status).toBe(422);
});

test('contacts are added to a business and removed', async () => {
  const { id, post, read, lists, locationId } = await openWithLists();
  const [acme] = await lists('businesses');
  const { status, body } = await post('/contacts/bulk/business', { locationId, ids: [id], businessId: acme.id });
  expect([status, body]).toEqual([200, { success: true, ids: [id] }]);
  expect((await read(id)).businessId).toBe(acme.id);
  await post('/contacts/bulk/business', { locationId, ids: [id], businessId: null });
  expect(await read(id)).not.toHaveProperty('businessId');
});

test('a bulk business update accepts fifty contacts at most', async () => {
  const { post, locationId, create } = await openWithLists();
  const ids: string[] = [];
  for (let at = 0; at < 51; at += 1) ids.push(await create({}));
  const fifty = await post('/contacts/bulk/business', { locationId, ids: ids.slice(1), businessId: null });
  expect(fifty.body).toEqual({ success: true, ids: ids.slice(1) });
  const { status, body } = await post('/contacts/bulk/business', { locationId, ids, businessId: null });
  expect(status).toBe(422);
  expect(body.message).toEqual(['ids must contain no more than 50 elements']);
});
