import { describe, expect, test } from 'vitest';
import { type Json, openSandbox } from './api.ts';

describe('on one contact', () => {
  test('are added in lower case without repeats, with 201 and the whole list', async () => {
    const { create, post } = openSandbox();
    const id = await create({ tags: ['old'] });
    const { status, body } = await post(`/contacts/${id}/tags`, { tags: ['New', 'NEW', 'Old'] });
    expect(status).toBe(201);
    expect(body).toEqual({ tags: ['old', 'new'], tagsAdded: ['new'] });
  });

  test('are added to the tags of the location as they were typed', async () => {
    const { create, post, get, locationId } = openSandbox();
    await post(`/contacts/${await create({})}/tags`, { tags: ['Brand New', 'Fleet'] });
    const names = (await get(`/locations/${locationId}/tags`)).body.tags.map(({ name }: Json) => name);
    expect(names.filter((name: string) => /brand new|fleet/i.test(name))).toEqual(['Fleet', 'Brand New']);
  });

  test('are removed by a DELETE with a body', async () => {
    const { create, remove } = openSandbox();
    const id = await create({ tags: ['a', 'b'] });
    const { status, body } = await remove(`/contacts/${id}/tags`, { tags: ['A', 'z'] });
    expect(status).toBe(200);
    expect(body).toEqual({ tags: ['b'], tagsRemoved: ['a'] });
  });

  test.each([
    [{}, 'tags must be an array'],
    [{ tags: 'a' }, 'tags must be an array'],
    [{ tags: [] }, 'tags should not be empty'],
    [{ tags: [1] }, 'each value in tags must be a string'],
    [{ tags: ['a'], locationId: 'x' }, 'property locationId should not exist'],
  ])('%j is a 422', async (sent, message) => {
    const { create, post } = openSandbox();
    expect((await post(`/contacts/${await create({})}/tags`, sent)).body.message).toEqual([message]);
  });
});

describe('in bulk', () => {
  test('each contact has its own result', async () => {
    const { sandbox, create, remove, post, read, locationId } = openSandbox();
    const ann = await create({ tags: ['a'] });
    const gone = await create({});
    await remove(`/contacts/${gone}`);
    const contacts = [ann, 'abcdef', gone, sandbox.foreign.contactId];
    const { status, body } = await post('/contacts/bulk/tags/update/add', { contacts, tags: ['B'], locationId });
    expect(status).toBe(201);
    expect(body).toEqual({
      succeded: true,
      errorCount: 3,
      responses: [
        { contactId: ann, message: 'Tags updated', type: 'success', oldTags: ['a'], tagsAdded: ['b'], tagsRemoved: [] },
        { contactId: 'abcdef', message: 'contact id is not a valid firebase id', type: 'error' },
        { contactId: gone, message: 'contact is deleted', type: 'error' },
        { contactId: sandbox.foreign.contactId, message: 'contact does not belong to location', type: 'error' },
      ],
    });
    expect((await read(ann)).tags).toEqual(['a', 'b']);
  });

  test('accepts five hundred contacts and has a row for each', async () => {
    const contacts = Array.from({ length: 500 }, (_, at) => ({ firstName: `P${at}` }));
    const { search, post, locationId } = openSandbox({ data: { contacts } });
    const ids = (await search({ pageLimit: 500 })).body.contacts.map(({ id }: Json) => id);
    const { body } = await post('/contacts/bulk/tags/update/add', { contacts: ids, tags: ['B'], locationId });
    expect(body.errorCount).toBe(0);
    expect(body.responses.map(({ contactId }: Json) => contactId)).toEqual(ids);
    expect((await search({ filters: [{ field: 'tags', operator: 'eq', value: 'b' }] })).body.total).toBe(500);
  });

  test('removeAllTags removes all tags', async () => {
    const { create, post, read, locationId } = openSandbox();
    const id = await create({ tags: ['a', 'b'] });
    const sent = { contacts: [id], tags: [], locationId, removeAllTags: true };
    const { body } = await post('/contacts/bulk/tags/update/remove', sent);
    expect(body.responses[0].tagsRemoved).toEqual(['a', 'b']);
    expect((await read(id)).tags).toEqual([]);
  });

  test('accepts only add and remove', async () => {
    const { post, locationId } = openSandbox();
    const sent = { contacts: ['x'], tags: ['a'], locationId };
    expect((await post('/contacts/bulk/tags/update/replace', sent)).status).toBe(422);
  });
});
