import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import type { FaultRule, SandboxData } from '../../../src/sandbox/index.ts';
import { MAX_BYTES } from '../../../src/tools/core/tool-result.ts';
import { virtualClock } from '../../api/virtual-clock.ts';
import { CONTACTS, type Connected, connect, INDEX_DELAY_MS, NOW, type Options, textOf } from '../../connect.ts';

type Person = SandboxData['contacts'][number];

const BUSINESS = '64aa00000000000000000001';
const OTHER_BUSINESS = '64aa00000000000000000002';
const FIELD = { id: 'fieldModel0000000000', name: 'Bike model', fieldKey: 'contact.bike_model', dataType: 'TEXT' };
const PUT = 'PUT /contacts/{contactId}';
const TAGS = 'POST /contacts/bulk/tags/update/{type}';
const ASSIGN = 'POST /contacts/bulk/business';

const idOf = (i: number) => `person${String(i).padStart(14, '0')}`;
const ids = (count: number, from = 0) => Array.from({ length: count }, (_, i) => idOf(from + i));

const people = (count: number, more: (i: number) => Partial<Person> = () => ({})): Person[] =>
  Array.from({ length: count }, (_, i) => ({
    id: idOf(i),
    firstName: `Person ${i}`,
    source: 'Website',
    tags: ['old'],
    dateAdded: new Date(NOW - i * 60_000).toISOString(),
    ...more(i),
  }));

interface Bulk extends Connected {
  /** Virtual ms. */
  wait(ms: number): Promise<void>;
  now(): number;
  /** Writes that reached the sandbox since the last look, told apart from reads. */
  traffic(): Promise<{ writes: string[]; reads: string[] }>;
  bulk(args: Json): Promise<Json>;
}

/** A server and its sandbox on one clock that needs no waiting for, with a quota that leaves room. */
async function world(contacts: Person[], { sandbox, ...options }: Options = {}): Promise<Bulk> {
  const timers = virtualClock(NOW);
  const { now, wait } = timers;
  const data = {
    contacts,
    businesses: [
      { id: BUSINESS, name: 'Lone Star Bikes' },
      { id: OTHER_BUSINESS, name: 'Hill Country Cycles' },
    ],
    customFields: [FIELD],
    users: [{ id: 'userDana000000000000', name: 'Dana Whitfield', email: 'dana@example.com' }],
  };
  const connected = await connect({
    ...options,
    api: { timers, ...options.api },
    sandbox: { now, wait, rate: 5_000, data, ...sandbox },
  });
  return {
    ...connected,
    wait,
    now,
    bulk: (args) => connected.call('bulk_update_contacts', args),
    async traffic() {
      const all = await connected.sent();
      const isRead = (line: string) => line.startsWith('GET ') || line === 'POST /contacts/search';
      return { writes: all.filter((line) => !isRead(line)), reads: all.filter(isRead) };
    },
  };
}

/** The preview's `next`, run. */
async function previewed({ bulk, traffic }: Bulk, args: Json): Promise<Json> {
  const preview = await bulk(args);
  expect(preview).toMatchObject({ preview: true, next: { confirm: true } });
  expect((await traffic()).writes).toEqual([]);
  return preview.next as Json;
}

function adds(account: Json, asked: number): void {
  const { done, skipped, failed, left } = account as Record<string, number>;
  expect(account.asked).toBe(asked);
  expect(Number(done) + Number(skipped) + Number(failed) + Number(left)).toBe(asked);
}

const contactOf = async ({ call }: Bulk, contactId: string): Promise<Json> =>
  (await call('get_contact', { contactId })).contact as Json;

test('a search that finds rows without a usable id: the others are changed, and the answer counts those left out', async () => {
  const there = await world(people(3));
  const rows = [{ id: 'a/b' }, { id: 7 }, {}, { id: idOf(0) }, { id: idOf(2) }];
  const body = JSON.stringify({ contacts: rows, total: rows.length });
  there.sandbox.setFaults([{ route: 'POST /contacts/search', fault: { status: 200, body } }]);
  const account = await there.bulk({ query: 'a', set: { city: 'Austin' } });
  expect(account).toMatchObject({ asked: 2, done: 2, left: 0 });
  expect(account.notice).toContain('3 found without a usable id');
});

describe('500 contacts by id', () => {
  test.each([
    ['a business', { businessId: BUSINESS }, 10],
    ['tags', { addTags: ['VIP', 'Spring'], removeTags: ['old'] }, 4],
    ['tags to add', { addTags: ['VIP'] }, 2],
    ['fields', { set: { source: 'Referral' } }, 500],
    ['all of it', { businessId: BUSINESS, addTags: ['VIP'], removeTags: ['old'], set: { source: 'Referral' } }, 514],
  ] as const)('%s: no call more than it takes, and the account adds up', async (what, changes, calls) => {
    const there = await world(people(500));
    const next = await previewed(there, { contacts: ids(500), ...changes });
    const account = await there.bulk(next);
    const { writes, reads } = await there.traffic();
    console.log(`500 contacts, ${what}: ${writes.length} writes, ${reads.length} reads in the run`);
    expect(writes).toHaveLength(calls);
    expect(new Set(writes.filter((line) => line.startsWith('PUT'))).size).toBe('set' in changes ? 500 : 0);
    expect(reads).toEqual([]);
    expect(account).toEqual({ asked: 500, done: 500, skipped: 0, failed: 0, left: 0 });
    for (const i of [0, 250, 499]) {
      const contact = await contactOf(there, idOf(i));
      if ('businessId' in changes) expect(contact.businessId).toBe(BUSINESS);
      if ('set' in changes) expect(contact.source).toBe('Referral');
      if ('addTags' in changes) expect(contact.tags).toContain('vip');
      if ('removeTags' in changes) expect(contact.tags).not.toContain('old');
    }
  });
});

describe('the preview', () => {
  test('says how many, what changes, and of three contacts what is and what will be; it writes nothing', async () => {
    const contacts = people(40, (i) => ({
      city: 'Austin',
      businessId: OTHER_BUSINESS,
      customFields: i === 1 ? [{ id: FIELD.id, value: 'Cargo' }] : [],
      ...(i === 2 ? { source: 'Referral', tags: ['vip'] } : {}),
    }));
    const there = await world(contacts);
    const preview = await there.bulk({
      contacts: [...ids(40), idOf(3), idOf(3)],
      set: { source: 'Referral', clear: ['city'], customFields: [{ key: 'bike_model', value: 'Gravel' }] },
      addTags: ['VIP'],
      removeTags: ['old', 'none'],
      businessId: BUSINESS,
    });
    const { writes, reads } = await there.traffic();
    expect(writes).toEqual([]);
    expect(reads.filter((line) => /\/contacts\/person/.test(line))).toHaveLength(3);
    expect(preview).toMatchObject({
      preview: true,
      total: 40,
      repeatedIds: 2,
      businessName: 'Lone Star Bikes',
      changes: { addTags: ['VIP'], removeTags: ['old', 'none'], businessId: BUSINESS },
      next: { handle: expect.stringMatching(/^update-\w{5}$/), confirm: true },
    });
    expect(preview.notice).toMatch(/Nothing is written yet.*Tags may start automations for each contact/);
    const [first, second, third] = preview.examples as Json[];
    expect(first).toEqual({
      id: idOf(0),
      name: 'Person 0',
      changes: {
        source: { old: 'Website', new: 'Referral' },
        city: { old: 'Austin', new: null },
        'customFields.bike_model': { old: null, new: 'Gravel' },
        businessId: { old: OTHER_BUSINESS, new: BUSINESS },
        addTags: ['VIP'],
        removeTags: ['old'],
      },
    });
    expect(second?.changes).toMatchObject({ 'customFields.bike_model': { old: 'Cargo', new: 'Gravel' } });
    expect(Object.keys(third?.changes as Json)).toEqual(['city', 'customFields.bike_model', 'businessId']);
  });

  test.each(['email', 'phone'])('one %s for many is refused, and nothing is written', async (field) => {
    const there = await world(people(30));
    const set = { [field]: field === 'email' ? 'one@example.com' : '+13125550199' };
    expect(await there.refused('bulk_update_contacts', { contacts: ids(2), set })).toContain('belongs to one contact');
    expect((await there.traffic()).writes).toEqual([]);
    expect(await there.bulk({ contacts: ids(1), set })).toMatchObject({ done: 1 });
  });

  test('names the account, for people with several', async () => {
    const there = await world(people(26), { label: 'North Shore' });
    expect(await there.bulk({ contacts: ids(26), addTags: ['vip'] })).toMatchObject({ account: 'North Shore' });
  });

  test('of a search: the pages, whether it is everybody, and the ids as they are then', async () => {
    const there = await world(people(1_300, (i) => (i < 700 ? { city: 'Austin' } : {})));
    const filters = [{ field: 'city', operator: 'eq', value: 'Austin' }];
    const preview = await there.bulk({ filters, addTags: ['vip'] });
    expect(preview).toMatchObject({ total: 700, everyContact: false });
    const { reads } = await there.traffic();
    expect(reads.filter((line) => line === 'POST /contacts/search')).toHaveLength(3);
    // Somebody who matches now, but did not when it was previewed.
    await there.call('create_contact', { firstName: 'Late', email: 'late@example.com', city: 'Austin' });
    await there.traffic();
    const first = await there.bulk(preview.next as Json);
    expect(first).toMatchObject({ asked: 700, done: 500, left: 200, next: preview.next });
    adds(first, 700);
    expect(await there.bulk(first.next as Json)).toMatchObject({ asked: 700, done: 700, left: 0 });
    expect(await there.traffic()).toEqual({ writes: Array(3).fill('POST /contacts/bulk/tags/update/add'), reads: [] });
    const { contact } = await there.call('find_duplicate_contact', { email: 'late@example.com' });
    expect((contact as Json).tags ?? []).not.toContain('vip');
  });

  test('a filter that matches everybody says so', async () => {
    const there = await world(people(30));
    const filters = [{ field: 'source', operator: 'exists' }];
    const preview = await there.bulk({ filters, addTags: ['vip'] });
    expect(preview).toMatchObject({ total: 30, everyContact: true });
    expect(preview.notice).toMatch(/ALL contacts of the location/);
  });

  test('comes before anything is written, also where the first call says confirm: true; then the same arguments run it', async () => {
    const there = await world(people(26));
    const args = { contacts: ids(26), addTags: ['vip'], confirm: true };
    expect(await there.bulk(args)).toMatchObject({ preview: true, total: 26 });
    // Asked for once more without the word, it is a preview still.
    const { confirm: _, ...unconfirmed } = args;
    expect(await there.bulk(unconfirmed)).toMatchObject({ preview: true });
    expect((await there.traffic()).writes).toEqual([]);
    expect(await there.bulk({ confirm: true, addTags: ['vip'], contacts: ids(26) })).toMatchObject({
      done: 26,
      left: 0,
    });
    // Done and told: the same again is a new job, and begins with its preview.
    expect(await there.bulk(args)).toMatchObject({ preview: true });
    expect((await there.traffic()).writes).toHaveLength(1);
  });

  test('asked for anew it finds anew, and its own handle runs what was seen first', async () => {
    const there = await world(people(30));
    const args = { filters: [{ field: 'source', operator: 'eq', value: 'Website' }], addTags: ['vip'] };
    const first = await there.bulk(args);
    await there.call('create_contact', { firstName: 'Late', email: 'late@example.com', source: 'Website' });
    await there.wait(INDEX_DELAY_MS);
    expect([first.total, (await there.bulk(args)).total]).toEqual([30, 31]);
    expect(await there.bulk(first.next as Json)).toMatchObject({ asked: 30, done: 30 });
    expect(await there.bulk({ ...args, confirm: true })).toMatchObject({ asked: 31, done: 1, skipped: 30 });
  });

  test('says what share of the day a large job takes, and that it is more than there is', async () => {
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

  test('is not given of a change that could never be sent', async () => {
    const { bulk, traffic } = await world(people(30));
    const customFields = Array.from({ length: 40 }, () => ({ id: FIELD.id, value: 'x'.repeat(4_000) }));
    await expect(bulk({ contacts: ids(30), set: { customFields } })).rejects.toThrow(
      /come to \d+ bytes; one call may send 100000\. Nothing was sent/,
    );
    expect((await traffic()).writes).toEqual([]);
  });

  test('a handle without confirm shows the preview again', async () => {
    const there = await world(people(30));
    const next = await previewed(there, { contacts: ids(30), addTags: ['vip'] });
    expect(await there.bulk({ handle: next.handle })).toMatchObject({ preview: true, total: 30, next });
    expect((await there.traffic()).writes).toEqual([]);
  });

  test('names among the examples what is no longer there', async () => {
    const there = await world(people(30));
    await there.call('delete_contact', { contactId: idOf(1) });
    const preview = await there.bulk({ contacts: ids(30), addTags: ['vip'] });
    expect((preview.examples as Json[])[1]).toMatchObject({
      id: idOf(1),
      problem: expect.stringMatching(/no contact/),
    });
  });
});

describe('25 contacts or fewer', () => {
  test('run at once', async () => {
    const there = await world(people(60, (i) => (i < 25 ? { city: 'Austin' } : {})));
    expect(await there.bulk({ contacts: ids(25), unlinkBusiness: true })).toEqual({
      asked: 25,
      done: 25,
      skipped: 0,
      failed: 0,
      left: 0,
    });
    expect(await there.traffic()).toEqual({ writes: ['POST /contacts/bulk/business'], reads: [] });
    const filters = [{ field: 'city', operator: 'eq', value: 'Austin' }];
    expect(await there.bulk({ filters, set: { source: 'Referral' } })).toMatchObject({ asked: 25, done: 25 });
  });

  test('none: says so and writes nothing', async () => {
    const there = await world(people(30));
    const nobody = await there.bulk({ query: 'nobody at all', addTags: ['vip'], confirm: true });
    expect(nobody).toMatchObject({ asked: 0, done: 0, skipped: 0, failed: 0, left: 0 });
    expect(nobody.notice).toMatch(/No contact matches; nothing was written/);
    expect((await there.traffic()).writes).toEqual([]);
  });

  test('an id named twice is counted once and said; where nothing changed, a contact is skipped', async () => {
    const there = await world(people(10, (i) => ({ tags: i < 4 ? ['vip'] : [] })));
    const account = await there.bulk({ contacts: [...ids(10), idOf(2), idOf(2)], addTags: ['VIP'] });
    expect(account).toEqual({ asked: 10, done: 6, skipped: 4, failed: 0, left: 0, repeatedIds: 2 });
    expect(await there.bulk({ contacts: ids(10), removeTags: ['none'] })).toMatchObject({ done: 0, skipped: 10 });
  });

  test('"me" is who GHL_USER says', async () => {
    const there = await world(people(2), { user: 'dana@example.com' });
    expect(await there.bulk({ contacts: ids(2), set: { assignedTo: 'me' } })).toMatchObject({ done: 2 });
    expect((await contactOf(there, idOf(1))).assignedTo).toBe('userDana000000000000');
  });
});

describe('what fails', () => {
  const gone = [3, 120, 299];

  test('contacts deleted between preview and run are failures with their reason; what else was done is said', async () => {
    const there = await world(people(300));
    const next = await previewed(there, {
      contacts: ids(300),
      businessId: BUSINESS,
      addTags: ['vip'],
      set: { source: 'Referral' },
    });
    for (const i of gone) await there.call('delete_contact', { contactId: idOf(i) });
    await there.traffic();
    const account = await there.bulk(next);
    adds(account, 300);
    expect(account).toMatchObject({ done: 297, skipped: 0, failed: 3, left: 0 });
    const failures = account.failures as Json[];
    expect(failures.map(({ contactId }) => contactId)).toEqual(gone.map(idOf));
    expect(failures[0]).toMatchObject({ step: 'business, addTags' });
    expect(failures[0]?.reason).toMatch(/may have been deleted\. HighLevel says "contact is deleted"/);
    // Once HighLevel says that there is no such contact, no further call is spent on it.
    expect((await there.traffic()).writes.filter((line) => line.startsWith('PUT'))).toHaveLength(297);
  });

  test('a deleted contact among fields alone', async () => {
    const there = await world(people(30));
    const next = await previewed(there, { contacts: ids(30), set: { city: 'Austin' } });
    await there.call('delete_contact', { contactId: idOf(7) });
    const account = await there.bulk(next);
    expect(account).toMatchObject({ done: 29, failed: 1, left: 0 });
    expect(account.failures).toEqual([
      {
        contactId: idOf(7),
        step: 'fields',
        reason: expect.stringMatching(/^There is no contact in this location; it may have been deleted/),
      },
    ]);
  });

  test('a chunk whose answer is lost: its contacts are failures that say it is not known, the others are done', async () => {
    const there = await world(people(500));
    const next = await previewed(there, { contacts: ids(500), businessId: BUSINESS, addTags: ['vip'] });
    there.sandbox.setFaults([{ route: ASSIGN, nth: 3, fault: { connection: 'cut', strikes: 'after' } }]);
    const account = await there.bulk(next);
    adds(account, 500);
    expect(account).toMatchObject({ done: 450, failed: 50, left: 0 });
    expect(account.failures).toHaveLength(20);
    expect((account.failures as Json[])[0]).toMatchObject({
      contactId: idOf(100),
      step: 'business',
      succeeded: 'addTags',
      reason: expect.stringMatching(/not known: do not repeat it blindly/),
    });
    expect(account.furtherFailures).toEqual([
      { step: 'business', reason: expect.stringMatching(/not known/), contacts: 30 },
    ]);
  });

  test.each([
    ['before', { done: 0, failed: 20 }, /Looked it up: nothing was written\. It is safe to try again/],
    ['after', { done: 20, failed: 0 }, /^$/],
  ] as const)('a small chunk whose answer is lost %s it was written is looked up', async (strikes, counts, reason) => {
    const there = await world(people(20));
    there.sandbox.setFaults([{ route: TAGS, nth: 1, fault: { connection: 'cut', strikes } }]);
    const account = await there.bulk({ contacts: ids(20), addTags: ['vip'] });
    expect(account).toMatchObject({ asked: 20, ...counts, skipped: 0, left: 0 });
    expect(((account.failures as Json[] | undefined)?.[0]?.reason as string | undefined) ?? '').toMatch(reason);
    expect((await there.traffic()).writes).toHaveLength(1);
  });

  test('every second one: 20 are shown, the others grouped by reason, and the sum holds', async () => {
    const there = await world(people(400));
    const next = await previewed(there, { contacts: ids(400), set: { city: 'Austin' } });
    for (let i = 1; i < 400; i += 2) await there.call('delete_contact', { contactId: idOf(i) });
    const account = await there.bulk(next);
    adds(account, 400);
    expect(account).toMatchObject({ done: 200, failed: 200 });
    expect(account.failures).toHaveLength(20);
    expect(account.furtherFailures).toEqual([
      { step: 'fields', reason: expect.stringMatching(/no contact in this location/), contacts: 180 },
    ]);
    expect(JSON.stringify(account).length).toBeLessThan(8_000);
  });

  test('refused one by one, each for a reason of its own', async () => {
    const there = await world(people(60));
    const next = await previewed(there, { contacts: ids(60), set: { source: 'Referral' } });
    const message = 'This location does not allow duplicated contacts.';
    const body = { statusCode: 400, message, meta: { contactId: idOf(0), matchingField: 'email' } };
    there.sandbox.setFaults([
      { route: PUT, nth: Array.from({ length: 59 }, (_, i) => 2 + i), fault: { status: 400, body } },
    ]);
    const account = await there.bulk(next);
    adds(account, 60);
    expect(account).toMatchObject({ done: 1, failed: 59, left: 0 });
    expect((account.failures as Json[])[0]?.reason).toMatch(
      /belongs to another contact: person.*Do not write to that other contact/,
    );
  });

  const dead: [string, FaultRule][] = [
    ['a dead token', { route: '*', fault: { status: 401, body: { statusCode: 401, message: 'Invalid JWT' } } }],
    ['a rate limit', { route: '*', fault: { status: 429, body: {} } }],
    ['an outage', { route: '*', fault: { status: 503, body: {} } }],
    ['no network', { route: '*', fault: { connection: 'cut' } }],
  ];
  test.each(dead)('%s ends it early with the reason and the handle, and then it goes on', async (_, fault) => {
    const there = await world(people(500));
    const next = await previewed(there, { contacts: ids(500), set: { source: 'Referral' } });
    const untouched: FaultRule = { route: '*', fault: {}, nth: Array.from({ length: 40 }, (__, i) => i + 1) };
    there.sandbox.setFaults([untouched, fault]);
    const stopped = await there.bulk(next);
    adds(stopped, 500);
    const { writes } = await there.traffic();
    console.log(`${_}: ${writes.length} writes reached HighLevel, ${stopped.left} of 500 left`);
    expect(stopped).toMatchObject({ next, left: expect.any(Number) });
    // A write that may have been done under the broken answer, and nothing else, is written off.
    expect(Number(stopped.done)).toBeGreaterThanOrEqual(40);
    for (const { reason } of (stopped.failures ?? []) as { reason: string }[]) expect(reason).toMatch(/is not known/);
    expect(Number(stopped.left)).toBeGreaterThan(450);
    expect(writes.length).toBeLessThan(120);
    expect(String(stopped.notice).length).toBeGreaterThan(40);
    there.sandbox.setFaults([]);
    await there.wait(300_000);
    const rest = await there.bulk(next);
    adds(rest, 500);
    expect(Number(rest.done) + Number(rest.failed)).toBe(500);
    const { writes: more } = await there.traffic();
    expect(more).toHaveLength(Number(stopped.left));
  });

  test('what may have been written under a lost answer stays a failure, also where the run then ends early', async () => {
    const there = await world(people(200));
    const next = await previewed(there, { contacts: ids(200), businessId: BUSINESS });
    there.sandbox.setFaults([
      { route: ASSIGN, nth: 2, fault: { connection: 'cut', strikes: 'after' } },
      { route: ASSIGN, nth: 3, fault: { status: 401, body: { statusCode: 401, message: 'Invalid JWT' } } },
    ]);
    const stopped = await there.bulk(next);
    adds(stopped, 200);
    expect(stopped).toMatchObject({ done: 50, failed: 50, left: 100 });
    expect(await there.bulk(next)).toMatchObject({ done: 150, failed: 50, left: 0 });
    expect((await there.traffic()).writes).toHaveLength(5);
  });

  test('failures that do not come in a row end nothing early', async () => {
    const there = await world(people(60));
    const next = await previewed(there, { contacts: ids(60), set: { city: 'Austin' } });
    const fault = { status: 401, body: { statusCode: 401, message: 'odd' } };
    there.sandbox.setFaults(
      ids(60)
        .filter((_, i) => i % 3 === 0)
        .map((id) => ({ route: `PUT /contacts/${id}`, fault })),
    );
    const account = await there.bulk(next);
    adds(account, 60);
    expect(account).toMatchObject({ done: 40, failed: 20, left: 0 });
  });

  test('a dead token ends a bulk of chunks with its first answer: nobody is written off', async () => {
    const there = await world(people(500));
    const next = await previewed(there, { contacts: ids(500), addTags: ['vip'], businessId: BUSINESS });
    there.sandbox.revoke(there.sandbox.token);
    const stopped = await there.bulk(next);
    expect(stopped).toMatchObject({ asked: 500, done: 0, failed: 0, left: 500, next });
    expect(stopped.notice).toMatch(/HighLevel does not accept the token/);
    expect((await there.traffic()).writes).toHaveLength(1);
  });
});

describe('work that takes long', () => {
  const changes = { addTags: ['vip'], set: { source: 'Referral' } };

  /** Every update takes 2 s, so that some 70 fit. */
  async function slow(count: number): Promise<Bulk> {
    const there = await world(people(count));
    there.sandbox.setFaults([{ route: PUT, fault: { delayMs: 2_000 } }]);
    return there;
  }

  test('hands back its handle in time, goes on where it stopped, and does nothing twice', async () => {
    const there = await slow(200);
    const next = await previewed(there, { contacts: ids(200), ...changes });
    let account = await there.bulk(next);
    const written = (await there.traffic()).writes;
    adds(account, 200);
    expect(account).toMatchObject({ next, failed: 0, notice: expect.stringMatching(/Stopped for time/) });
    expect(account.leftHalfDone).toBe(account.left);
    expect(Number(account.done)).toBeGreaterThan(40);
    expect(Number(account.left)).toBeGreaterThan(40);
    for (let calls = 1; account.next; calls += 1) {
      expect(calls).toBeLessThan(6);
      account = await there.bulk(account.next as Json);
      adds(account, 200);
      written.push(...(await there.traffic()).writes);
    }
    expect(account).toMatchObject({ asked: 200, done: 200, left: 0 });
    expect(written).toHaveLength(201);
    expect(new Set(written).size).toBe(201);
  });

  test.each([
    ['at the usual limit of 100 in 10 s', undefined],
    ['where each answer takes 9 s', { route: PUT, fault: { delayMs: 9_000 } }],
    ['where no update is ever answered', { route: PUT, fault: { connection: 'hang' } }],
    ['where nothing is', { route: '*', fault: { connection: 'hang' } }],
    [
      'where HighLevel falls silent late in the call',
      { route: '*', nth: Array.from({ length: 500 }, (_, i) => 265 + i), fault: { connection: 'hang' } },
    ],
  ] as [string, FaultRule | undefined][])('each call is over within 45 s: %s', async (what, fault) => {
    const there = await world(people(500), { sandbox: { rate: 100 }, api: { rateShare: 0.8, timeoutMs: 30_000 } });
    const next = await previewed(there, { contacts: ids(500), set: { source: 'Referral' } });
    there.sandbox.setFaults(fault ? [fault] : []);
    const took: number[] = [];
    for (let account: Json = { next }; account.next && took.length < 3; ) {
      const began = there.now();
      account = await there.bulk(next);
      adds(account, 500);
      took.push(there.now() - began);
    }
    console.log(`500 fields, ${what}: ${took.map((ms) => `${(ms / 1_000).toFixed(1)} s`).join(', ')}`);
    expect(Math.max(...took)).toBeLessThanOrEqual(45_000);
    if (!fault) expect(took).toHaveLength(2);
  });

  test('1,200 contacts: 500 a call', async () => {
    const there = await world(people(1_200));
    const next = await previewed(there, { contacts: ids(1_200), addTags: ['vip'] });
    const done: unknown[] = [];
    for (let account = await there.bulk(next); ; account = await there.bulk(account.next as Json)) {
      adds(account, 1_200);
      done.push([account.done, account.left, (await there.traffic()).writes.length]);
      if (!account.next) break;
    }
    expect(done).toEqual([
      [500, 700, 2],
      [1_000, 200, 2],
      [1_200, 0, 1],
    ]);
    // The handle still tells how it ended, and sends nothing.
    expect(await there.bulk(next)).toMatchObject({ asked: 1_200, done: 1_200, left: 0 });
    expect(await there.traffic()).toEqual({ writes: [], reads: [] });
  });

  /** Calls, and goes away when so many contact-steps are reported. */
  async function cancelled(there: Bulk, args: Json, at: number): Promise<void> {
    const leaving = new AbortController();
    const call = there.client.callTool({ name: 'bulk_update_contacts', arguments: args }, undefined, {
      signal: leaving.signal,
      onprogress: ({ progress }) => {
        if (progress >= at) leaving.abort();
      },
    });
    await expect(call).rejects.toThrow();
  }

  test.each(['the handle', 'the same arguments'] as const)(
    'cancelled: what was under way is finished and counted, and %s goes on from there',
    async (by) => {
      const there = await slow(60);
      const args = { contacts: ids(60), ...changes };
      const next = await previewed(there, args);
      await cancelled(there, next, 100);
      // Updates are under way still, and nobody else may begin.
      expect(await there.refused('bulk_update_contacts', next)).toMatch(/still working; nothing was done twice/);
      await there.wait(60_000);
      const before = (await there.traffic()).writes;
      expect(before.length).toBeGreaterThan(25);
      expect(before.length).toBeLessThan(61);
      const account = await there.bulk(by === 'the handle' ? next : { ...args, confirm: true });
      const after = (await there.traffic()).writes;
      expect(account).toEqual({ asked: 60, done: 60, skipped: 0, failed: 0, left: 0 });
      expect(new Set([...before, ...after]).size).toBe(61);
      expect(before.length + after.length).toBe(61);
    },
  );

  test('cancelled with 25 or fewer: the same arguments go on, although nobody heard of a handle', async () => {
    const there = await world(people(20));
    there.sandbox.setFaults([{ route: PUT, fault: { delayMs: 2_000 } }]);
    const args = { contacts: ids(20), ...changes };
    await cancelled(there, args, 1);
    await there.wait(60_000);
    const before = (await there.traffic()).writes;
    expect(before.length).toBeLessThan(20);
    expect(await there.bulk(args)).toMatchObject({ asked: 20, done: 20, left: 0 });
    expect(before.length + (await there.traffic()).writes.length).toBe(21);
  });

  test('cancelled in its last step: the account waits for whoever asks again, and nothing is sent', async () => {
    const there = await world(people(20));
    there.sandbox.setFaults([{ route: ASSIGN, fault: { delayMs: 5_000 } }]);
    const args = { contacts: ids(20), businessId: BUSINESS };
    const leaving = new AbortController();
    const call = there.client.callTool({ name: 'bulk_update_contacts', arguments: args }, undefined, {
      signal: leaving.signal,
    });
    await there.wait(1_000);
    leaving.abort();
    await expect(call).rejects.toThrow();
    await there.wait(20_000);
    expect((await there.traffic()).writes).toHaveLength(1);
    expect(await there.bulk(args)).toMatchObject({ asked: 20, done: 20 });
    expect((await there.traffic()).writes).toEqual([]);
    // Heard now: once more is meant.
    expect(await there.bulk(args)).toMatchObject({ asked: 20, done: 20 });
    expect((await there.traffic()).writes).toHaveLength(1);
  });

  test('two calls of one handle at once: one works, the other is refused', async () => {
    const there = await slow(40);
    const next = await previewed(there, { contacts: ids(40), ...changes });
    const [one, two] = await Promise.allSettled([there.bulk(next), there.bulk(next)]);
    expect(one).toMatchObject({ status: 'fulfilled', value: { done: 40 } });
    expect(two).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(/still working/) } });
    expect((await there.traffic()).writes).toHaveLength(41);
  });

  test('begun and called without confirm: the account so far, and nothing is written', async () => {
    const there = await slow(200);
    const next = await previewed(there, { contacts: ids(200), ...changes });
    const stopped = await there.bulk(next);
    await there.traffic();
    const { notice: _, ...account } = stopped;
    expect(await there.bulk({ handle: next.handle })).toMatchObject(account);
    expect(await there.traffic()).toEqual({ writes: [], reads: [] });
  });

  test('progress after each chunk, and never backwards', async () => {
    const there = await world(people(300));
    const next = await previewed(there, { contacts: ids(300), businessId: BUSINESS, addTags: ['vip'] });
    const seen: unknown[] = [];
    await there.client.callTool({ name: 'bulk_update_contacts', arguments: next }, undefined, {
      onprogress: ({ progress, total, message }) => seen.push([progress, total, message]),
    });
    const steps = [50, 100, 150, 200, 250, 300].map((n) => [n, 600, `business: ${n} of 600`]);
    expect(seen).toEqual([...steps, [550, 600, 'addTags: 550 of 600'], [600, 600, 'addTags: 600 of 600']]);
  });
});

describe('said before anything is written', () => {
  test.each([
    ['-bulk_assign_contact_business', { businessId: BUSINESS }, 'businessId'],
    ['-tags', { businessId: BUSINESS, addTags: ['vip'] }, 'addTags'],
    ['-bulk_update_contact_tags', { businessId: BUSINESS, addTags: ['vip'] }, 'addTags'],
    ['-update_contact', { addTags: ['vip'], set: { city: 'Austin' } }, 'set'],
  ])('what the owner switched off: %s', async (select, changes, argument) => {
    const there = await world(people(30), { select });
    for (const count of [3, 30])
      expect(await there.refused('bulk_update_contacts', { contacts: ids(count), ...changes, confirm: true })).toMatch(
        new RegExp(
          `^${argument} of bulk_update_contacts .* switched off by GHL_TOOLS \\(${select}\\); nothing was sent`,
        ),
      );
    expect(await there.sent()).toEqual([]);
  });

  test('a custom field that does not exist, where the fields may be read', async () => {
    const there = await world(people(30));
    const set = { customFields: [{ key: 'bike_model', value: 'Cargo' }] };
    expect(await there.bulk({ contacts: ids(3), set })).toMatchObject({ done: 3 });
    await there.traffic();
    const odd = { customFields: [{ key: 'bike_modle', value: 'Cargo' }] };
    expect(await there.refused('bulk_update_contacts', { contacts: ids(3), set: odd })).toMatch(
      /no custom field "bike_modle"; list_custom_fields .*Nothing was written/,
    );
    expect((await there.traffic()).writes).toEqual([]);
  });

  test('a search that finds more than one job takes', async () => {
    const there = await world(people(1));
    const body = { contacts: [{ id: idOf(0), searchAfter: [1, idOf(0)] }], total: 10_001 };
    there.sandbox.setFaults([{ route: 'POST /contacts/search', fault: { status: 200, body } }]);
    expect(await there.refused('bulk_update_contacts', { query: 'person', addTags: ['vip'] })).toMatch(
      /^10001 contacts match, and one job takes 10000\. Nothing was written\. Narrow/,
    );
  });

  test('arguments that cannot be meant', async () => {
    const there = await world(people(1));
    const some = { contacts: ids(1) };
    const wrong: [Json, RegExp][] = [
      [{ addTags: ['vip'] }, /give either contacts, or query and filters/],
      [{ ...some, query: 'person', addTags: ['vip'] }, /give either contacts, or query and filters/],
      [some, /names nothing to change/],
      [{ ...some, set: {} }, /set names nothing to change/],
      [{ ...some, set: { tags: ['vip'] } }, /Unknown argument "tags" in set/],
      [{ ...some, set: { email: 'nobody' } }, /set\.email must be an email address/],
      [{ ...some, set: { clear: ['postalCode'] } }, /set\.clear\[0\] must be one of/],
      [{ ...some, addTags: ['VIP', 'a'], removeTags: ['vip'] }, /a tag stands in both addTags and removeTags/],
      [{ ...some, addTags: [] }, /addTags must/],
      [{ contacts: ['../x'], addTags: ['vip'] }, /contacts\[0\] must be an id/],
      [{ contacts: [], addTags: ['vip'] }, /contacts must/],
      [{ filters: [{ field: 'city', operator: 'is like' }], addTags: ['vip'] }, /operator must be a name/],
      [{ handle: 'update-22222', addTags: ['vip'] }, /handle goes alone, or with confirm/],
      [{ handle: 'update-22222', confirm: true }, /no unfinished work with the handle "update-22222"/],
    ];
    for (const [args, why] of wrong) expect(await there.refused('bulk_update_contacts', args)).toMatch(why);
    expect(await there.sent()).toEqual([]);
  });
});

describe('what HighLevel takes without keeping it is no success', () => {
  const custom = (id: string, value: unknown) => ({ contacts: ids(2), set: { customFields: [{ id, value }] } });
  const customFields = [
    FIELD,
    { id: 'fieldSpend0000000000', name: 'Spend', fieldKey: 'spend', dataType: 'MONETORY' },
    { id: 'fieldSince0000000000', name: 'Since', fieldKey: 'since', dataType: 'DATE' },
    { id: 'fieldMails0000000000', name: 'Mails', fieldKey: 'mails', dataType: 'CHECKBOX', picklistOptions: ['A', 'B'] },
  ];
  const withTypes = () =>
    world(people(2), { scopes: CONTACTS, sandbox: { data: { contacts: people(2), customFields } } });

  test.each([
    ['an unknown custom field', { customFields: [{ id: 'noSuchField000000000', value: 'x' }] }, 'noSuchField'],
    ['a value that does not fit', { customFields: [{ id: 'fieldSpend0000000000', value: 'much' }] }, 'fieldSpend'],
    ['a key that is none', { customFields: [{ key: 'nosuch', value: 'x' }], city: 'Rome' }, 'nosuch'],
  ])('%s, where the definitions may not be read', async (_, set, name) => {
    const { bulk } = await withTypes();
    expect(await bulk({ contacts: ids(2), set })).toMatchObject({
      asked: 2,
      done: 0,
      failed: 2,
      failures: [
        { step: 'fields', reason: expect.stringContaining(`does not show what was given for customFields.${name}`) },
        {},
      ],
    });
  });

  test.each([
    [TAGS, { succeded: false, errorCount: 2 }, { addTags: ['new'] }, 2],
    [TAGS, { succeded: true, responses: [{ contactId: idOf(0), tagsAdded: ['new'] }] }, { addTags: ['new'] }, 1],
    [ASSIGN, { success: false }, { businessId: BUSINESS }, 2],
    [PUT, { succeded: false }, { set: { city: 'Rome' } }, 2],
  ])('%s, which answers %j', async (route, body, change, failed) => {
    const there = await world(people(2));
    there.sandbox.setFaults([{ route, fault: { status: 200, body } }]);
    expect(await there.bulk({ contacts: ids(2), ...change })).toMatchObject({ asked: 2, done: 2 - failed, failed });
  });

  test('a field that null does not empty', async () => {
    const { bulk } = await world(people(2), { sandbox: { switches: { nullClears: false } } });
    expect(await bulk({ contacts: ids(2), set: { clear: ['source'], city: 'Rome' } })).toMatchObject({
      done: 0,
      failed: 2,
      failures: [{ reason: expect.stringContaining('given for source;') }, {}],
    });
  });

  test('while what is kept in another form than it was sent is one', async () => {
    const { bulk } = await withTypes();
    for (const args of [
      custom('fieldSpend0000000000', '1250'),
      custom('fieldSince0000000000', '2026-11-20'),
      custom('fieldMails0000000000', ['B', 'A']),
      custom(FIELD.id, ' Roadster '),
      custom(FIELD.id, ''),
      { contacts: ids(2), set: { clear: ['source', 'name', 'address1'] } },
    ])
      expect(await bulk(args)).toMatchObject({ done: 2, failed: 0 });
  });
});

test('a preview of very many tags stays under 40,000 bytes', async () => {
  const { client } = await world(people(30));
  const addTags = Array.from({ length: 500 }, (_, i) => `tag ${i} ${'x'.repeat(90)}`);
  const result = await client.callTool({ name: 'bulk_update_contacts', arguments: { contacts: ids(30), addTags } });
  expect(result.structuredContent).toMatchObject({ preview: true, total: 30, listsCut: { 'changes.addTags': 500 } });
  expect(Buffer.byteLength(textOf(result))).toBeLessThanOrEqual(MAX_BYTES);
});
