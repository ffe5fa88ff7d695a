import { expect, test } from 'vitest';
import { connect, find } from '../../connect.ts';

const tasks = Array.from({ length: 5 }, (_, index) => ({ title: `Task ${index}`, dueDate: '2026-12-01T10:00:00Z' }));

async function connectWithContact() {
  const { call, sent } = await connect();
  const { id, email } = await find(call, 'maria');
  await sent();
  const taskRequests = async () => (await sent()).filter((request) => request.endsWith('/tasks'));
  const expected = [`GET /contacts/${id}/tasks`, ...tasks.map(() => `POST /contacts/${id}/tasks`)];
  return { call, contactId: id, email, taskRequests, expected };
}

test('onboarding a stored contact with five tasks lists its tasks once', async () => {
  const { call, email, taskRequests, expected } = await connectWithContact();
  await call('onboard_contact', { email, tasks });
  expect(await taskRequests()).toEqual(expected);
});

test('five tasks created one after the other list the tasks of the contact once', async () => {
  const { call, contactId, taskRequests, expected } = await connectWithContact();
  for (const task of tasks) await call('create_contact_task', { contactId, ...task });
  expect(await taskRequests()).toEqual(expected);
});
