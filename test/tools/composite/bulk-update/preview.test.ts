import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { MAX_BYTES } from '../../../../src/tools/core/tool-result.ts';
import { INDEX_DELAY_MS, textOf } from '../../../connect.ts';
import { BUSINESS, expectCounts, FIELD, idOf, ids, OTHER_BUSINESS, people, previewed, world } from './world.ts';

describe('a preview', () => {
  test('gives the count, the changes and three examples with old and new values, and writes nothing', async () => {
    const contacts = people(40, (i) => ({
      city: 'Austin',
      businessId: OTHER_BUSINESS,
      customFields: i === 1 ? [{ id: FIELD.id, value: 'Cargo' }] : [],
      ...(i === 2 ? { source: 'Referral', tags: ['vip'] } : {}),
    }));
    const server = await world(contacts);
    const preview = await server.bulk({
      contacts: [...ids(40), idOf(3), idOf(3)],
      set: { source: 'Referral', clear: ['city'], customFields: [{ field: 'bike_model', value: 'Gravel' }] },
      addTags: ['VIP'],
      removeTags: ['old', 'none'],
      businessId: BUSINESS,
    });
    const { writes, reads } = await server.traffic();
    expect(writes).toEqual([]);
    expect(reads.filter((line) => /\/contacts\/person/.test(line))).toHaveLength(3);
    expect(preview).toMatchObject({
      preview: true,
      total: 40,
      repeatedIds: 2,
      changes: {
        addTags: ['VIP'],
        removeTags: ['old', 'none'],
        businessId: BUSINESS,
        businessName: 'Lone Star Bikes',
        set: { source: 'Referral', customFields: { 'Bike model': 'Gravel' } },
      },
      next: { handle: expect.stringMatching(/^update-\w{5}$/), confirm: true },
    });
    expect(preview.notice).toMatch(
      /Tags may start automations for each contact\. Nothing is done yet\. Show this to the user, unless they have already agreed to exactly this;/,
    );
    const [first, second, third] = preview.examples as Json[];
    expect(first).toEqual({
      id: idOf(0),
      name: 'Person 0',
      changes: {
        source: { old: 'Website', new: 'Referral' },
        city: { old: 'Austin', new: null },
        'customFields.Bike model': { old: null, new: 'Gravel' },
        businessName: { old: 'Hill Country Cycles', new: 'Lone Star Bikes' },
        addTags: ['VIP'],
        removeTags: ['old'],
      },
    });
    expect(second?.changes).toMatchObject({ 'customFields.Bike model': { old: 'Cargo', new: 'Gravel' } });
    expect(Object.keys(third?.changes as Json)).toEqual(['city', 'customFields.Bike model', 'businessName']);
  });

  test.each(['email', 'phone'])('one %s for many contacts is rejected; nothing is written', async (field) => {
    const server = await world(people(30));
    const set = { [field]: field === 'email' ? 'one@example.com' : '+13125550199' };
    expect(await server.refused('bulk_update_contacts', { contacts: ids(2), set })).toContain('belongs to one contact');
    expect((await server.traffic()).writes).toEqual([]);
    expect(await server.bulk({ contacts: ids(1), set })).toMatchObject({ changed: 1 });
  });

  test('names the result where GHL_LABEL is set', async () => {
    const server = await world(people(26), { label: 'North Shore' });
    expect(await server.bulk({ contacts: ids(26), addTags: ['vip'] })).toMatchObject({ account: 'North Shore' });
  });

  test('of a search stores the ids found then and says whether they are every contact', async () => {
    const server = await world(people(1_300, (i) => (i < 700 ? { city: 'Austin' } : {})));
    const filters = [{ field: 'city', operator: 'eq', value: 'Austin' }];
    const preview = await server.bulk({ filters, addTags: ['vip'] });
    expect(preview).toMatchObject({ total: 700, everyContact: false });
    const { reads } = await server.traffic();
    expect(reads.filter((line) => line === 'POST /contacts/search')).toHaveLength(3);
    // A contact that did not match at the time of the preview.
    await server.call('create_contact', { firstName: 'Late', email: 'late@example.com', city: 'Austin' });
    await server.traffic();
    const first = await server.bulk(preview.next as Json);
    expect(first).toMatchObject({ asked: 700, changed: 500, left: 200, next: preview.next });
    expectCounts(first, 700);
    expect(await server.bulk(first.next as Json)).toMatchObject({ asked: 700, changed: 700, left: 0 });
    expect((await server.traffic()).writes).toEqual(Array(3).fill('POST /contacts/bulk/tags/update/add'));
    const { contact } = await server.call('find_duplicate_contact', { email: 'late@example.com' });
    expect((contact as Json).tags ?? []).not.toContain('vip');
  });

  test('of a filter that matches every contact says so', async () => {
    const server = await world(people(30));
    const filters = [{ field: 'source', operator: 'exists' }];
    const preview = await server.bulk({ filters, addTags: ['vip'] });
    expect(preview).toMatchObject({ total: 30, everyContact: true });
    expect(preview.notice).toMatch(/ALL contacts of the location/);
  });

  test('comes before any write, even with confirm: true; the same arguments again run it', async () => {
    const server = await world(people(26));
    const args = { contacts: ids(26), addTags: ['vip'], confirm: true };
    expect(await server.bulk(args)).toMatchObject({ preview: true, total: 26 });
    // Without confirm it is still a preview.
    const { confirm: _, ...unconfirmed } = args;
    expect(await server.bulk(unconfirmed)).toMatchObject({ preview: true });
    expect((await server.traffic()).writes).toEqual([]);
    expect(await server.bulk({ confirm: true, addTags: ['vip'], contacts: ids(26) })).toMatchObject({
      changed: 26,
      left: 0,
    });
    // The job is done: the same arguments again are a new job, which starts with a preview.
    expect(await server.bulk(args)).toMatchObject({ preview: true });
    expect((await server.traffic()).writes).toHaveLength(1);
  });

  test('requested again searches again, and the first handle runs the first result', async () => {
    const server = await world(people(30));
    const args = { filters: [{ field: 'source', operator: 'eq', value: 'Website' }], addTags: ['vip'] };
    const first = await server.bulk(args);
    await server.call('create_contact', { firstName: 'Late', email: 'late@example.com', source: 'Website' });
    await server.wait(INDEX_DELAY_MS);
    expect([first.total, (await server.bulk(args)).total]).toEqual([30, 31]);
    expect(await server.bulk(first.next as Json)).toMatchObject({ asked: 30, changed: 30 });
    expect(await server.bulk({ ...args, confirm: true })).toMatchObject({ asked: 31, changed: 1, unchanged: 30 });
  });

  test('gives the share of the daily quota that a large job takes, and says when it exceeds what is left', async () => {
    const trial = { dailyRate: 1_000 };
    const { bulk } = await world(people(400), { sandbox: trial });
    const set = { city: 'Austin' };
    const some = await bulk({ contacts: ids(60), set });
    expect(some.notice).toMatch(
      /It takes about 60 requests, 6 % of the 1000 this location has a day, of which \d+ are left\./,
    );
    expect((await bulk({ contacts: ids(40), set })).notice).not.toMatch(/requests/);
    const { bulk: late } = await world(people(400), { sandbox: { dailyRate: 200 } });
    expect((await late({ contacts: ids(400), set })).notice).toMatch(/200 % of the 200 .* stops when they are used up/);
  });

  test('is rejected for a change that exceeds the size of a request', async () => {
    const { bulk, traffic } = await world(people(30));
    const names = ['firstName', 'lastName', 'address1', 'city', 'state', 'website', 'source', 'companyName'];
    const texts = Object.fromEntries(names.map((name) => [name, 'x'.repeat(5_000)]));
    const customFields = [{ field: FIELD.id, value: 'x'.repeat(65_000) }];
    await expect(bulk({ contacts: ids(30), set: { ...texts, customFields } })).rejects.toThrow(
      /are \d+ bytes long; one call may send 100000\. Nothing was sent/,
    );
    expect((await traffic()).writes).toEqual([]);
  });

  test('is shown again for a handle without confirm', async () => {
    const server = await world(people(30));
    const next = await previewed(server, { contacts: ids(30), addTags: ['vip'] });
    expect(await server.bulk({ handle: next.handle })).toMatchObject({ preview: true, total: 30, next });
    expect((await server.traffic()).writes).toEqual([]);
  });

  test('marks an example whose contact was deleted', async () => {
    const server = await world(people(30));
    await server.confirmed('delete_contact', { contactId: idOf(1) });
    const preview = await server.bulk({ contacts: ids(30), addTags: ['vip'] });
    expect((preview.examples as Json[])[1]).toMatchObject({
      id: idOf(1),
      problem: expect.stringMatching(/no contact/),
    });
  });
});

test('a preview of very many tags stays under 40,000 bytes', async () => {
  const { client } = await world(people(30));
  const addTags = Array.from({ length: 500 }, (_, i) => `tag ${i} ${'x'.repeat(90)}`);
  const result = await client.callTool({ name: 'bulk_update_contacts', arguments: { contacts: ids(30), addTags } });
  expect(result.structuredContent).toMatchObject({ preview: true, total: 30, listsCut: { 'changes.addTags': 500 } });
  expect(Buffer.byteLength(textOf(result))).toBeLessThanOrEqual(MAX_BYTES);
});
