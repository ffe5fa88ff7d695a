import { describe, expect, test } from 'vitest';
import { openSandbox } from './api.ts';

describe('create', () => {
  test('answers 201 with the storage record', async () => {
    const { post, locationId } = openSandbox();
    const sent = { locationId, name: 'Ann May Lee', email: 'Ann@X.example', tags: ['VIP', 'vip'] };
    const { status, body } = await post('/contacts/', sent);
    expect(status).toBe(201);
    expect(body.contact).toMatchObject({
      firstName: 'Ann',
      lastName: 'May Lee',
      fullNameLowerCase: 'ann may lee',
      email: 'Ann@X.example',
      emailLowerCase: 'ann@x.example',
      country: 'US',
      type: 'lead',
      tags: ['vip'],
      deleted: false,
      offers: [],
    });
  });

  test('stores phones as E.164, read with the country of the location', async () => {
    const { create, read } = openSandbox();
    expect((await read(await create({ phone: '(312) 555-0999' }))).phone).toBe('+13125550999');
    expect((await read(await create({ phone: '+44 20 7946 0999' }))).phone).toBe('+442079460999');
  });

  test.each(['09/25/1990', '1990-09-25', '1990.09.25', '09_25_1990'])(
    'accepts the birthday %s',
    async (dateOfBirth) => {
      const { post, read, locationId } = openSandbox();
      const { contact } = (await post('/contacts/', { locationId, firstName: 'Ann', dateOfBirth })).body;
      expect(contact).toMatchObject({ dateOfBirth: '1990-09-25T00:00:00.000Z', birthMonth: 9, birthDay: 25 });
      expect((await read(contact.id)).dateOfBirth).toBe('1990-09-25');
    },
  );

  test('reports all violations together in an array', async () => {
    const { post } = openSandbox();
    const { status, body } = await post('/contacts/', { email: '', firstName: 7, customField: {}, customFields: {} });
    expect(status).toBe(422);
    expect(body).toEqual({
      statusCode: 422,
      error: 'Unprocessable Entity',
      message: [
        'property customField should not exist',
        'locationId must be a string',
        'firstName must be a string',
        'email must be an email',
        'customFields must be an array',
      ],
    });
  });

  test.each([
    [{ additionalEmails: ['a@b.example'] }, 'property additionalEmails should not exist'],
    [{ businessId: 'x' }, 'property businessId should not exist'],
    [{ phone: '' }, 'phone must be a valid phone number'],
    [{ phone: 'call me' }, 'phone must be a valid phone number'],
    [{ country: 'UK' }, 'country must be a valid ISO31661 Alpha2 code'],
    [{ dateOfBirth: '25/09/1990' }, 'dateOfBirth must be a valid date'],
    [{ dndSettings: { call: {} } }, 'dndSettings.property call should not exist'],
    [
      { dndSettings: { SMS: { status: 'on' } } },
      'dndSettings.SMS.status must be one of the following values: active, inactive, permanent',
    ],
  ])('rejects %j', async (fields, message) => {
    const { post, locationId } = openSandbox();
    expect((await post('/contacts/', { locationId, ...fields })).body.message).toEqual([message]);
  });

  test('does not need email or phone', async () => {
    const { post, locationId } = openSandbox();
    expect((await post('/contacts/', { locationId, firstName: 'Ghost' })).status).toBe(201);
  });

  test('copies the data it was given', async () => {
    const data = { contacts: [{ id: 'c', firstName: 'Ann', customFields: [{ key: 'k', value: 'before' }] }] };
    const { read, sandbox } = openSandbox({ data });
    const [contact] = data.contacts;
    if (contact) contact.firstName = 'changed';
    sandbox.reset();
    expect((await read('c')).firstName).toBe('Ann');
  });
});

describe('read by id', () => {
  test('has no key for absent values, and mostly no name', async () => {
    const { create, read } = openSandbox();
    const contact = await read(await create({ firstName: 'Ann' }));
    expect(Object.values(contact)).not.toContain(null);
    expect(contact).not.toHaveProperty('name');
    expect(contact).not.toHaveProperty('email');
    expect(contact).toMatchObject({ firstNameLowerCase: 'ann', tags: [], createdBy: { channel: 'OAUTH' } });
  });

  test('of a missing contact is a 400, not a 404', async () => {
    const { get } = openSandbox();
    const { status, body } = await get('/contacts/seD4PfOuKoVMLkEZqohJ');
    expect(status).toBe(400);
    expect(body).toEqual({ error: 'Contact with id seD4PfOuKoVMLkEZqohJ not found', status: 400 });
  });
});

describe('update', () => {
  test('responds with the misspelled envelope and changes only the fields sent', async () => {
    const { create, put } = openSandbox();
    const id = await create({ firstName: 'Ann', city: 'Chicago' });
    const { status, body } = await put(`/contacts/${id}`, { city: 'Boston' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ succeded: true, contact: { firstName: 'Ann', city: 'Boston' } });
  });

  test('null clears', async () => {
    const { create, put, read } = openSandbox();
    const id = await create({ email: 'a@b.example', city: 'Chicago', assignedTo: 'u' });
    await put(`/contacts/${id}`, { email: null, city: null, assignedTo: null });
    const contact = await read(id);
    for (const cleared of ['email', 'emailLowerCase', 'city', 'assignedTo'])
      expect(contact).not.toHaveProperty(cleared);
  });

  test('an empty string clears', async () => {
    const { create, put, read } = openSandbox();
    const id = await create({ website: 'https://x.example' });
    await put(`/contacts/${id}`, { website: '' });
    expect(await read(id)).not.toHaveProperty('website');
  });

  test('null in a field that cannot be null is a 422', async () => {
    const { create, put } = openSandbox();
    const { body } = await put(`/contacts/${await create({})}`, { postalCode: null });
    expect(body.message).toEqual(['postalCode must be a string']);
  });

  test('tags replace the whole list', async () => {
    const { create, put, read } = openSandbox();
    const id = await create({ tags: ['a', 'b'] });
    await put(`/contacts/${id}`, { tags: ['C'] });
    expect((await read(id)).tags).toEqual(['c']);
  });

  test.each(['gender', 'locationId', 'additionalEmails'])('rejects %s', async (field) => {
    const { create, put, locationId } = openSandbox();
    const { status, body } = await put(`/contacts/${await create({})}`, { [field]: locationId });
    expect([status, body.message]).toEqual([422, [`property ${field} should not exist`]]);
  });

  test('of the DND settings does not change other channels', async () => {
    const { create, put, read } = openSandbox();
    const id = await create({ dndSettings: { SMS: { status: 'active' } } });
    await put(`/contacts/${id}`, { dndSettings: { Email: { status: 'permanent' } } });
    expect((await read(id)).dndSettings).toEqual({ SMS: { status: 'active' }, Email: { status: 'permanent' } });
  });

  test('reports an invalid body before a missing contact', async () => {
    const { put } = openSandbox();
    expect((await put('/contacts/missing', { gender: 'x' })).status).toBe(422);
  });

  test('changes dateUpdated', async () => {
    const { create, put, read, sandbox } = openSandbox();
    const id = await create({});
    sandbox.advance(60_000);
    await put(`/contacts/${id}`, { city: 'X' });
    const { dateAdded, dateUpdated } = await read(id);
    expect(Date.parse(dateUpdated) - Date.parse(dateAdded)).toBe(60_000);
  });
});

describe('delete', () => {
  test('responds with the misspelled key once, then with 400', async () => {
    const { create, remove, get } = openSandbox();
    const id = await create({});
    expect((await remove(`/contacts/${id}`)).body).toEqual({ succeded: true, traceId: expect.any(String) });
    expect((await remove(`/contacts/${id}`)).status).toBe(400);
    expect((await get(`/contacts/${id}/tasks`)).status).toBe(400);
  });

  test('makes the email available again', async () => {
    const { create, remove, post, locationId } = openSandbox();
    await remove(`/contacts/${await create({ email: 'a@b.example' })}`);
    expect((await post('/contacts/', { locationId, email: 'a@b.example' })).status).toBe(201);
  });
});
