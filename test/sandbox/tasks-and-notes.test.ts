import { describe, expect, test } from 'vitest';
import { openSandbox } from './api.ts';

const TASK = { title: 'Call', dueDate: '2026-06-01T10:00:00+02:00', completed: false };

describe('tasks', () => {
  test('are created with 201 and a due date in UTC', async () => {
    const { create, post } = openSandbox();
    const contactId = await create({});
    const { status, body } = await post(`/contacts/${contactId}/tasks`, TASK);
    expect(status).toBe(201);
    expect(body.task).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9]{20}$/),
      contactId,
      title: 'Call',
      dueDate: '2026-06-01T08:00:00.000Z',
      completed: false,
    });
  });

  test('are updated in part, completed and reopened', async () => {
    const { create, post, put, get } = openSandbox();
    const path = `/contacts/${await create({})}/tasks`;
    const { id } = (await post(path, TASK)).body.task;
    await put(`${path}/${id}`, { body: 'Ask about Friday' });
    await put(`${path}/${id}/completed`, { completed: true });
    const { task } = (await get(`${path}/${id}`)).body;
    expect(task).toMatchObject({ title: 'Call', body: 'Ask about Friday', completed: true });
    expect((await put(`${path}/${id}/completed`, { completed: false })).body.task.completed).toBe(false);
  });

  test('are not found after deletion, and a missing one is a 400', async () => {
    const { create, post, remove, get } = openSandbox();
    const path = `/contacts/${await create({})}/tasks`;
    const { id } = (await post(path, TASK)).body.task;
    expect((await remove(`${path}/${id}`)).body).toEqual({ succeded: true });
    const { status, body } = await get(`${path}/${id}`);
    expect([status, body]).toEqual([400, { error: expect.stringMatching(/^(Task|Note) with id \w{20} not found$/) }]);
    expect((await get(path)).body).toEqual({ tasks: [] });
  });

  test('of one contact are not those of another', async () => {
    const { create, post, get } = openSandbox();
    const { id } = (await post(`/contacts/${await create({})}/tasks`, TASK)).body.task;
    expect((await get(`/contacts/${await create({})}/tasks/${id}`)).status).toBe(400);
  });

  test('need title, dueDate and completed', async () => {
    const { create, post } = openSandbox();
    const { body } = await post(`/contacts/${await create({})}/tasks`, { dueDate: 'soon', priority: 1 });
    expect(body.message).toEqual([
      'property priority should not exist',
      'title must be a string',
      'dueDate must be a valid ISO 8601 date string',
      'completed must be a boolean value',
    ]);
  });

  test('accept no locationId in the query', async () => {
    const { create, get, locationId } = openSandbox();
    const { status, body } = await get(`/contacts/${await create({})}/tasks?locationId=${locationId}`);
    expect([status, body.message]).toEqual([422, ['property locationId should not exist']]);
  });
});

describe('notes', () => {
  test('are created with 201, read and updated by `id`, and deleted', async () => {
    const { create, post, put, get, remove } = openSandbox();
    const path = `/contacts/${await create({})}/notes`;
    const { status, body } = await post(path, { body: 'Hello', color: '#FFAA00', pinned: true });
    expect(status).toBe(201);
    expect(body.note).toMatchObject({ body: 'Hello', pinned: true, dateAdded: '2026-05-20T12:00:00.000Z' });
    const one = `${path}/${body.note.id}`;
    expect((await put(one, { body: 'Bye' })).body.note).toMatchObject({ body: 'Bye', color: '#FFAA00' });
    expect((await get(one)).body.note.body).toBe('Bye');
    expect((await remove(one)).body).toEqual({ succeded: true });
    expect((await get(one)).status).toBe(400);
  });

  test('need a body, and accept no locationId in body or query', async () => {
    const { create, post, get, locationId } = openSandbox();
    const path = `/contacts/${await create({})}/notes`;
    expect((await post(path, { locationId })).body.message).toEqual([
      'property locationId should not exist',
      'body must be a string',
    ]);
    expect((await get(`${path}?locationId=${locationId}`)).status).toBe(422);
  });
});

test('activityTouchesContact: false by default, a write does not change dateUpdated of the contact', async () => {
  for (const activityTouchesContact of [false, true]) {
    const { create, post, read, sandbox } = openSandbox({ switches: { activityTouchesContact } });
    const id = await create({});
    sandbox.advance(1000);
    await post(`/contacts/${id}/notes`, { body: 'x' });
    const { dateAdded, dateUpdated } = await read(id);
    expect(dateAdded !== dateUpdated).toBe(activityTouchesContact);
  }
});
