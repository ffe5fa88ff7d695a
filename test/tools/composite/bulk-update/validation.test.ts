import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { BUSINESS, idOf, ids, people, world } from './world.ts';

describe('rejected before anything is written', () => {
  test.each([
    ['-bulk_assign_contact_business', { businessId: BUSINESS }, 'businessId'],
    ['-tags', { businessId: BUSINESS, addTags: ['vip'] }, 'addTags'],
    ['-bulk_update_contact_tags', { businessId: BUSINESS, addTags: ['vip'] }, 'addTags'],
    ['-update_contact', { addTags: ['vip'], set: { city: 'Austin' } }, 'set'],
  ])('a part that GHL_TOOLS forbids: %s', async (select, changes, argument) => {
    const server = await world(people(30), { select });
    for (const count of [3, 30])
      expect(await server.refused('bulk_update_contacts', { contacts: ids(count), ...changes, confirm: true })).toMatch(
        new RegExp(
          `^${argument} of bulk_update_contacts .* switched off by GHL_TOOLS \\(${select}\\); nothing was sent`,
        ),
      );
    expect(await server.sent()).toEqual([]);
  });

  test('an unknown custom field, with the scope to read custom fields', async () => {
    const server = await world(people(30));
    const set = { customFields: [{ field: 'bike_model', value: 'Cargo' }] };
    expect(await server.bulk({ contacts: ids(3), set })).toMatchObject({ changed: 3 });
    await server.traffic();
    const odd = { customFields: [{ field: 'bike_modle', value: 'Cargo' }] };
    expect(await server.refused('bulk_update_contacts', { contacts: ids(3), set: odd })).toMatch(
      /^Nothing was sent\. .*no custom field has .*"bike_modle"\. Nearest: "Bike model".* list_custom_fields/,
    );
    expect((await server.traffic()).writes).toEqual([]);
  });

  test('a search with more matches than one job accepts', async () => {
    const server = await world(people(1));
    const body = { contacts: [{ id: idOf(0), searchAfter: [1, idOf(0)] }], total: 10_001 };
    server.sandbox.setFaults([{ route: 'POST /contacts/search', fault: { status: 200, body } }]);
    expect(await server.refused('bulk_update_contacts', { query: 'person', addTags: ['vip'] })).toMatch(
      /^10001 contacts match, and one job takes 10000\. Nothing was written\. Narrow/,
    );
  });

  test('contradictory or incomplete arguments', async () => {
    const server = await world(people(1));
    const some = { contacts: ids(1) };
    const wrong: [Json, RegExp][] = [
      [{ addTags: ['vip'] }, /give either contacts, or query and filters/],
      [{ ...some, query: 'person', addTags: ['vip'] }, /give either contacts, or query and filters/],
      [some, /give what to change/],
      [{ ...some, set: {} }, /set names no field to change/],
      [{ ...some, set: { tags: ['vip'] } }, /Unknown argument "tags" in set/],
      [{ ...some, set: { email: 'nobody' } }, /set\.email must be an email address/],
      [{ ...some, set: { clear: ['postalCode'] } }, /set\.clear\[0\] must be one of/],
      [{ ...some, addTags: ['VIP', 'a'], removeTags: ['vip'] }, /a tag is in both addTags and removeTags/],
      [{ ...some, addTags: [] }, /addTags must/],
      [{ contacts: ['../x'], addTags: ['vip'] }, /contacts\[0\] must be an id/],
      [{ contacts: [], addTags: ['vip'] }, /contacts must/],
      [{ filters: [{ field: 'city', operator: 'is like' }], addTags: ['vip'] }, /operator must be a name/],
      [{ handle: 'update-22222', addTags: ['vip'] }, /handle goes alone, or with confirm/],
      [{ handle: 'update-22222', confirm: true }, /no unfinished work with the handle "update-22222"/],
    ];
    for (const [args, why] of wrong) expect(await server.refused('bulk_update_contacts', args)).toMatch(why);
    expect(await server.sent()).toEqual([]);
  });
});
