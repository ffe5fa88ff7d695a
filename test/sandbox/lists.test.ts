import { describe, expect, test } from 'vitest';
import { type Json, openSandbox } from './api.ts';

describe('the plain list', () => {
  test('has names in lower case and as typed, and null for absent values', async () => {
    const { get, create, locationId } = openSandbox();
    const id = await create({ firstName: 'Ann', lastName: 'McCall' });
    const [row] = (await get(`/contacts/?locationId=${locationId}`)).body.contacts;
    expect(row).toMatchObject({
      id,
      contactName: 'ann mccall',
      firstName: 'ann',
      lastName: 'mccall',
      firstNameRaw: 'Ann',
      lastNameRaw: 'McCall',
      email: null,
      companyName: null,
      startAfter: [Date.parse(row.dateAdded), id],
    });
  });

  test('is newest first, twenty rows by default', async () => {
    const { get, locationId } = openSandbox();
    const { contacts } = (await get(`/contacts/?locationId=${locationId}`)).body;
    const dates = contacts.map(({ dateAdded }: Json) => dateAdded);
    expect(dates).toHaveLength(20);
    expect(dates).toEqual([...dates].sort().reverse());
  });

  test('lists every contact once with startAfter and startAfterId', async () => {
    const { get, locationId } = openSandbox();
    const seen = [];
    let path = `/contacts/?locationId=${locationId}&limit=20`;
    for (let page = 1; page <= 3; page += 1) {
      const { contacts, meta } = (await get(path)).body;
      seen.push(...contacts.map(({ id }: Json) => id));
      path = String(meta.nextPageUrl).replace('http://sandbox.test', '');
    }
    expect(path).toBe('null');
    expect([seen.length, new Set(seen).size]).toEqual([48, 48]);
  });

  test('lists contacts of the same millisecond once', async () => {
    const data = { contacts: Array.from({ length: 7 }, (_, at) => ({ firstName: `P${at}` })) };
    const { get, locationId } = openSandbox({ data });
    const first = (await get(`/contacts/?locationId=${locationId}&limit=4`)).body;
    const { startAfter, startAfterId } = first.meta;
    const rest = (
      await get(`/contacts/?locationId=${locationId}&limit=4&startAfter=${startAfter}&startAfterId=${startAfterId}`)
    ).body;
    expect(new Set([...first.contacts, ...rest.contacts].map(({ id }: Json) => id)).size).toBe(7);
  });

  test('starts over if only startAfterId is sent', async () => {
    const { get, locationId } = openSandbox();
    const first = (await get(`/contacts/?locationId=${locationId}&limit=1`)).body;
    const again = (await get(`/contacts/?locationId=${locationId}&limit=1&startAfterId=${first.meta.startAfterId}`))
      .body;
    expect(again.contacts).toEqual(first.contacts);
  });

  test('has no cursor on the last page', async () => {
    const { get, locationId } = openSandbox();
    const { meta } = (await get(`/contacts/?locationId=${locationId}&limit=100`)).body;
    expect(meta).toEqual({
      total: 48,
      nextPageUrl: null,
      startAfterId: null,
      startAfter: null,
      currentPage: 1,
      nextPage: null,
      prevPage: null,
    });
  });

  test.each(['Maria', 'maria.lopez@', '+13125550101', 'e-bike'])('the query %s finds Maria', async (query) => {
    const { get, locationId } = openSandbox();
    const { contacts } = (await get(`/contacts/?locationId=${locationId}&query=${encodeURIComponent(query)}`)).body;
    expect(contacts.map(({ contactName }: Json) => contactName)).toContain('maria lopez');
  });

  test.each([
    ['limit=101', 'limit must not be greater than 100'],
    ['limit=ten', 'limit must be a number'],
    ['tags=vip', 'property tags should not exist'],
  ])('rejects %s', async (query, message) => {
    const { get, locationId } = openSandbox();
    const { status, body } = await get(`/contacts/?locationId=${locationId}&${query}`);
    expect([status, body.message]).toEqual([422, [message]]);
  });
});

test('the list of a business counts its contacts and accepts limit and skip', async () => {
  const { get, locationId } = openSandbox();
  const { businesses } = (await get(`/businesses/?locationId=${locationId}`)).body;
  const acme = businesses.find(({ name }: Json) => name === 'Acme Couriers');
  const { body } = await get(`/contacts/business/${acme.id}?locationId=${locationId}&limit=2&skip=2`);
  expect(body.count).toBe(3);
  expect(body.contacts).toHaveLength(1);
});

describe('list and search show writes', () => {
  test('after the delay, while the read by id and the duplicate lookup show them at once', async () => {
    const { sandbox, create, get, read, search, locationId } = openSandbox({ indexDelayMs: 15_000 });
    const id = await create({ firstName: 'Zelda', email: 'zelda@x.example' });
    const counts = async () => [
      (await search({ query: 'zelda' })).body.total,
      (await get(`/contacts/?locationId=${locationId}&query=zelda`)).body.count,
    ];
    expect((await read(id)).firstName).toBe('Zelda');
    const lookup = await get(`/contacts/search/duplicate?locationId=${locationId}&email=zelda%40x.example`);
    expect(lookup.body.contact.id).toBe(id);
    sandbox.advance(14_999);
    expect(await counts()).toEqual([0, 0]);
    sandbox.advance(1);
    expect(await counts()).toEqual([1, 1]);
  });

  test('of tags and deletions after the delay too', async () => {
    const { sandbox, idOf, post, remove, findNames, search } = openSandbox({ indexDelayMs: 15_000 });
    const tagged = { field: 'tags', operator: 'eq', value: 'fresh' };
    const id = await idOf('Maria Lopez');
    await post(`/contacts/${id}/tags`, { tags: ['fresh'] });
    expect(await findNames(tagged)).toEqual([]);
    sandbox.advance(15_000);
    expect(await findNames(tagged)).toEqual(['Maria']);
    await remove(`/contacts/${id}`);
    expect((await search()).body.total).toBe(48);
    sandbox.advance(15_000);
    expect((await search()).body.total).toBe(47);
  });
});
