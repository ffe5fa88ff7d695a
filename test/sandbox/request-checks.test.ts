import { describe, expect, test } from 'vitest';
import { client, openSandbox } from './api.ts';

describe('the token', () => {
  test.each([
    ['pit-00000000-0000-4000-8000-000000000000', 'Invalid Private Integration token'],
    ['eyJhbGciOi', 'Invalid JWT'],
  ])('%s is unknown: 401', async (token, message) => {
    const { sandbox } = openSandbox();
    const { status, body } = await client(sandbox, token).get('/contacts/x');
    expect(status).toBe(401);
    expect(body).toEqual({ statusCode: 401, message });
  });

  test('is checked before the version header', async () => {
    const { sandbox } = openSandbox();
    const { body } = await client(sandbox, 'pit-x').send('GET', '/contacts/x', undefined, { Version: 'bogus' });
    expect(body.message).toBe('Invalid Private Integration token');
  });
});

describe('the version header', () => {
  test('a missing header is a 401', async () => {
    const { sandbox, locationId } = openSandbox();
    const headers = { Authorization: `Bearer ${sandbox.token}` };
    const response = await sandbox.fetch(new Request(`http://x/contacts/?locationId=${locationId}`, { headers }));
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ statusCode: 401, message: 'version header was not found.' });
  });

  test.each(['v3', '2023-02-21', '2021-07-28', '2021-04-15'])('%s is accepted', async (Version) => {
    const { send, locationId } = openSandbox();
    expect((await send('GET', `/contacts/?locationId=${locationId}`, undefined, { Version })).status).toBe(200);
  });

  test('an unpublished date is a 401', async () => {
    const { send } = openSandbox();
    const { status, body } = await send('GET', '/contacts/x', undefined, { Version: '2020-01-01' });
    expect([status, body.message]).toEqual([401, 'version header is invalid']);
  });

  test('an invalid value is a 400', async () => {
    const { send } = openSandbox();
    const { status, body } = await send('GET', '/contacts/x', undefined, { Version: 'bogus-version' });
    expect([status, body.message]).toEqual([400, "Invalid API version segment 'bogus-version' at position 0"]);
  });
});

describe('scope and class of token', () => {
  test('a missing scope is a 401', async () => {
    const { sandbox, create } = openSandbox();
    const id = await create({ firstName: 'A' });
    const reader = client(sandbox, sandbox.issueToken({ scopes: ['contacts.readonly'] }));
    expect((await reader.get(`/contacts/${id}`)).status).toBe(200);
    const { status, body } = await reader.remove(`/contacts/${id}`);
    expect([status, body.message]).toEqual([401, 'The token is not authorized for this scope.']);
  });

  test('the scope is checked before the body', async () => {
    const { sandbox } = openSandbox({ scopes: ['contacts.readonly'] });
    expect((await client(sandbox).post('/contacts/', { nonsense: 1 })).status).toBe(401);
  });

  test.each([
    ['pit-agency', '/contacts/x', 'The token is not authorized for this scope.'],
    ['pit-agency', '/users/?locationId=x', "Token's user type mismatch!"],
    ['oauth-agency', '/contacts/x', expect.stringMatching(/^This authClass type is not allowed/)],
  ])('an agency token %s on %s', async (token, path, message) => {
    const { sandbox } = openSandbox();
    sandbox.issueToken({ token, userType: 'Company', scopes: ['contacts.readonly', 'users.readonly'] });
    expect((await client(sandbox, token).get(path)).body).toEqual({ statusCode: 401, message });
  });

  test('an agency token reads the locations of its company and no other', async () => {
    const { sandbox, locationId } = openSandbox();
    const agency = client(sandbox, sandbox.issueToken({ userType: 'Company', scopes: ['locations.readonly'] }));
    expect((await agency.get(`/locations/${locationId}`)).status).toBe(200);
    expect((await agency.get(`/locations/${sandbox.foreign.locationId}`)).status).toBe(403);
  });
});

describe('the location that the token must cover', () => {
  const denied = { statusCode: 403, message: 'The token does not have access to this location.' };

  test('is that of the query', async () => {
    const { sandbox, get } = openSandbox();
    expect((await get(`/contacts/?locationId=${sandbox.foreign.locationId}`)).body).toEqual(denied);
  });

  test('is that of the body', async () => {
    const { sandbox, post } = openSandbox();
    expect((await post('/contacts/', { locationId: sandbox.foreign.locationId, wrong: 1 })).body).toEqual(denied);
  });

  test('is that of the contact', async () => {
    const { sandbox, get } = openSandbox();
    expect((await get(`/contacts/${sandbox.foreign.contactId}/notes`)).body).toEqual(denied);
  });

  test('is accessible with its own token', async () => {
    const { sandbox } = openSandbox();
    const { locationId, contactId } = sandbox.foreign;
    const foreign = client(sandbox, sandbox.issueToken({ locationId, scopes: ['contacts.readonly'] }));
    expect((await foreign.read(contactId)).firstName).toBe('Nora');
  });
});

describe('the route and the body', () => {
  test('an unknown route is a 404 with an empty body, and one in another case a 401', async () => {
    const { get, send } = openSandbox();
    const unknown = await get('/nowhere?a=1');
    expect([unknown.status, unknown.body]).toEqual([404, undefined]);
    expect((await send('PATCH', '/contacts/x')).status).toBe(404);
    expect((await get('/Contacts/x')).status).toBe(401);
  });

  test('unknownRoute: text', async () => {
    const { get } = openSandbox({ switches: { unknownRoute: 'text' } });
    expect((await get('/nowhere?a=1')).body).toEqual({
      statusCode: 404,
      message: 'Cannot GET /nowhere?a=1',
      error: 'Not Found',
    });
  });

  test('a trailing slash makes no difference', async () => {
    const { get, locationId } = openSandbox();
    expect((await get(`/contacts?locationId=${locationId}`)).body.count).toBe(48);
    expect((await get(`/contacts/?locationId=${locationId}`)).body.count).toBe(48);
  });

  test('malformed JSON is a 400', async () => {
    const { post } = openSandbox();
    expect((await post('/contacts/', '{"locationId":')).status).toBe(400);
  });

  test('more than 100 kB is a 413', async () => {
    const { post } = openSandbox();
    const { status, body } = await post('/contacts/', { firstName: 'x'.repeat(102_400) });
    expect(status).toBe(413);
    expect(body).toEqual({ statusCode: 413, message: 'request entity too large' });
  });
});
