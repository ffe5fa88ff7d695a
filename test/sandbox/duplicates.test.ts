import { describe, expect, test } from 'vitest';
import { openSandbox } from './api.ts';

describe('with duplicates off', () => {
  test('a create is a 400 that names the other contact', async () => {
    const { create, post, locationId } = openSandbox();
    const id = await create({ name: 'Ann Lee', email: 'ann@x.example' });
    const { status, body } = await post('/contacts/', { locationId, email: 'ANN@x.example' });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      statusCode: 400,
      message: 'This location does not allow duplicated contacts.',
      meta: { contactId: id, contactName: 'Ann Lee', matchingField: 'email' },
    });
    expect(body.traceId).toBeDefined();
  });

  test('the phone is compared as stored', async () => {
    const { create, post, locationId } = openSandbox();
    await create({ phone: '+13125550999' });
    const { body } = await post('/contacts/', { locationId, phone: '312 555 0999' });
    expect(body.meta.matchingField).toBe('phone');
  });

  test('an update is a 400 too, except with its own email', async () => {
    const { create, put } = openSandbox();
    const ann = await create({ email: 'ann@x.example' });
    const ben = await create({ email: 'ben@x.example' });
    expect((await put(`/contacts/${ben}`, { email: 'ann@x.example' })).body.meta.contactId).toBe(ann);
    expect((await put(`/contacts/${ben}`, { email: 'ben@x.example', city: 'X' })).status).toBe(200);
  });

  test('a rejected create adds no tag', async () => {
    const { create, post, get, locationId } = openSandbox();
    await create({ email: 'ann@x.example' });
    await post('/contacts/', { locationId, email: 'ann@x.example', tags: ['brand new'] });
    const { tags } = (await get(`/locations/${locationId}/tags`)).body;
    expect(tags.map(({ name }: { name: string }) => name)).not.toContain('brand new');
  });
});

describe('duplicate lookup', () => {
  test('finds by email and by phone', async () => {
    const { create, get, locationId } = openSandbox();
    const id = await create({ email: 'ann@x.example', phone: '+13125550999' });
    const find = async (query: string) =>
      (await get(`/contacts/search/duplicate?locationId=${locationId}&${query}`)).body;
    expect((await find('email=ANN%40x.example')).contact.id).toBe(id);
    expect((await find('number=%2B13125550999')).contact.id).toBe(id);
    // An unescaped plus is a space.
    expect((await find('number=+13125550999')).contact).toBeNull();
    expect((await find('email=nobody%40x.example')).traceId).toBeDefined();
  });

  test('accepts `number`, not `phone`', async () => {
    const { get, locationId } = openSandbox();
    const { status, body } = await get(`/contacts/search/duplicate?locationId=${locationId}&phone=1`);
    expect([status, body.message]).toEqual([422, ['property phone should not exist']]);
  });
});

describe('upsert', () => {
  test('creates a contact if none matches', async () => {
    const { post, locationId } = openSandbox();
    const { status, body } = await post('/contacts/upsert', { locationId, email: 'new@x.example' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ new: true, contact: { email: 'new@x.example' } });
    expect(body.traceId).toBeDefined();
  });

  test('updates the matching contact, replaces tags and ignores the gender', async () => {
    const { create, post, locationId } = openSandbox();
    const id = await create({ email: 'ann@x.example', gender: 'female', tags: ['a'], city: 'X' });
    const { body } = await post('/contacts/upsert', {
      locationId,
      email: 'ann@x.example',
      gender: 'male',
      tags: ['b'],
    });
    expect(body).toMatchObject({ succeded: true, succeeded: true });
    expect(body).toMatchObject({ new: false, contact: { id, gender: 'female', tags: ['b'], city: 'X' } });
  });

  test('ignores a phone that belongs to another contact', async () => {
    const { create, post, read, locationId } = openSandbox();
    const ann = await create({ email: 'ann@x.example' });
    const ben = await create({ phone: '+13125550999' });
    const { body } = await post('/contacts/upsert', { locationId, email: 'ann@x.example', phone: '+13125550999' });
    expect(body.contact.id).toBe(ann);
    expect(body.contact).not.toHaveProperty('phone');
    expect((await read(ben)).phone).toBe('+13125550999');
  });

  test('by a secondary email replaces the primary', async () => {
    const { idOf, post, read, locationId } = openSandbox();
    const id = await idOf('Ingrid Halvorsen');
    expect((await read(id)).email).toBe('ingrid.h@example.org');
    await post('/contacts/upsert', { locationId, email: 'studio@halvorsen-architects.example' });
    expect(await read(id)).toMatchObject({ email: 'studio@halvorsen-architects.example', additionalEmails: [] });
  });

  test('needs an email or a phone', async () => {
    const { get, post, locationId } = openSandbox();
    const message = 'Pass at least one of number, email query parameter';
    expect(await post('/contacts/upsert', { locationId, firstName: 'Ann' })).toMatchObject({
      status: 400,
      body: { statusCode: 400, message, error: 'Bad Request', traceId: expect.any(String) },
    });
    expect(await get(`/contacts/search/duplicate?locationId=${locationId}`)).toMatchObject({
      status: 400,
      body: { message },
    });
  });

  test('matches by phone first if the location is configured so', async () => {
    const { create, post, locationId } = openSandbox({ switches: { duplicateOrder: 'phone first' } });
    await create({ email: 'ann@x.example' });
    const ben = await create({ phone: '+13125550999' });
    const { body } = await post('/contacts/upsert', { locationId, email: 'ann@x.example', phone: '+13125550999' });
    expect(body.contact.id).toBe(ben);
  });
});

describe('with duplicates allowed', () => {
  const switches = { duplicatesAllowed: true };

  test('a create adds a second contact', async () => {
    const { create } = openSandbox({ switches });
    expect(await create({ email: 'ann@x.example' })).not.toBe(await create({ email: 'ann@x.example' }));
  });

  test('an upsert adds a second contact only with createNewIfDuplicateAllowed', async () => {
    const { create, post, locationId } = openSandbox({ switches });
    await create({ email: 'ann@x.example' });
    const sent = { locationId, email: 'ann@x.example' };
    expect((await post('/contacts/upsert', sent)).body.new).toBe(false);
    expect((await post('/contacts/upsert', { ...sent, createNewIfDuplicateAllowed: true })).body.new).toBe(true);
  });

  test('createNewIfDuplicateAllowed has no effect if the location does not allow duplicates', async () => {
    const { create, post, locationId } = openSandbox();
    await create({ email: 'ann@x.example' });
    const sent = { locationId, email: 'ann@x.example', createNewIfDuplicateAllowed: true };
    expect((await post('/contacts/upsert', sent)).body.new).toBe(false);
  });
});
