import { describe, expect, test } from 'vitest';
import type { Scope } from '../../../../src/api/scopes.ts';
import type { Json } from '../../../../src/lib/json.ts';

import type { SandboxData, SandboxOptions } from '../../../../src/sandbox/index.ts';
import { virtualClock } from '../../../api/virtual-clock.ts';
import { CONTACTS, type Connected, connect, NOW } from '../../../connect.ts';

const EXTERNAL = 'cf0000000000external';
const CLUBS = ['b00000000000000000000001', 'b00000000000000000000002'];

const data: SandboxData = {
  location: { timezone: 'America/Chicago', country: 'US' },
  businesses: CLUBS.map((id) => ({ id, name: `Club ${id.at(-1)}` })),
  customFields: [{ id: EXTERNAL, name: 'External id' }],
  contacts: [
    { firstName: 'Ada', email: 'ada@moss.example', phone: '+13125550101' },
    { firstName: 'Ben', email: 'ben@moss.example', phone: '+13125550102' },
  ],
};

/** Virtual time: it passes only while every request waits. */
function world(
  sandbox: SandboxOptions = {},
  timers = virtualClock(NOW),
  scopes?: readonly Scope[],
): Promise<Connected> {
  return connect({
    timers,
    ...(scopes ? { scopes } : {}),
    sandbox: { data, rate: 1_000, wait: timers.wait, ...sandbox },
  });
}

const total = async ({ call, sandbox }: Connected) => {
  sandbox.advance(600_000);
  return ((await call('search_contacts', { pageLimit: 500 })).contacts as Json[]).length;
};
const writes = async ({ sent }: Connected) => (await sent()).filter((line) => !/^GET |\/search$/.test(line));

const people = (count: number): Json[] => Array.from({ length: count }, (_, at) => ({ email: `p${at}@many.example` }));

/** Sixty people: some have an email, some a phone, some only the id of another system. */
const SIXTY = people(60).map((person, at) => ({
  firstName: `Person ${at}`,
  ...(at % 3 === 0 ? person : {}),
  ...(at % 3 === 1 ? { phone: `(312) 555-${1_000 + at}` } : {}),
  customFields: [{ field: 'external_id', value: `X-${at}` }],
  tags: ['Imported', `group ${at % 4}`],
  tasks: [
    { title: 'Welcome call', dueDate: '2026-11-24T09:00' },
    { title: 'Review', dueDate: '2026-12-24' },
  ],
  businessId: CLUBS[at % 2],
}));

const countRows = ({ rows, asked, left = 0 }: Json) => {
  const counts: Record<string, number> = {};
  for (const { outcome } of rows as { outcome: string }[]) counts[outcome] = (counts[outcome] ?? 0) + 1;
  expect((rows as unknown[]).length + Number(left)).toBe(asked);
  return counts;
};
/** Checks that the counts of the result are those of its rows. */
function checkedCounts(answer: Json): Record<string, number> {
  const counts = countRows(answer);
  expect(answer).toMatchObject(counts);
  return counts;
}

describe('sixty rows', () => {
  test('sent twice create sixty contacts, and the second call writes nothing', async () => {
    const all = await world({ indexDelayMs: 60_000 });
    const first = await all.call('bulk_upsert_contacts', { rows: SIXTY, matchField: 'external_id' });
    expect(checkedCounts(first)).toEqual({ created: 60 });
    expect((first.rows as Json[])[7]).toMatchObject({
      row: 7,
      outcome: 'created',
      contactId: expect.any(String),
      tasks: [{}, {}],
    });
    expect(first).not.toHaveProperty('next');
    const sent = await writes(all);
    expect(sent.filter((line) => line === 'POST /contacts/')).toHaveLength(60);
    expect(sent).toHaveLength(60 * 4);

    const second = await all.call('bulk_upsert_contacts', { rows: SIXTY, matchField: 'external_id' });
    expect(checkedCounts(second)).toEqual({ unchanged: 60 });
    const again = await writes(all);
    const contacts = await total(all);
    console.log(`60 rows twice: ${contacts - 2} contacts created, ${sent.length} writes, then ${again.length}`);
    expect(again).toEqual([]);
    expect(contacts).toBe(62);
    const [{ contactId }] = second.rows as [Json];
    expect((await all.call('list_contact_tasks', { contactId })).tasks).toHaveLength(2);
    expect((await all.call('get_contact', { contactId })).contact).toMatchObject({
      tags: ['imported', 'group 0'],
      businessId: CLUBS[0],
    });
  });

  test('are sent with bulk priority, spread over the window', async () => {
    const all = await world({ rate: 100 });
    const rows = people(60);
    let answer = await all.call('bulk_upsert_contacts', { rows });
    while (answer.next) answer = await all.call('bulk_upsert_contacts', answer.next as Json);
    expect(checkedCounts(answer)).toEqual({ created: 60 });
    const arrivals = (await (
      await all.sandbox.fetch(new Request('http://sandbox.invalid/__sandbox/requests'))
    ).json()) as {
      at: string;
    }[];
    const perSecond = new Map<string, number>();
    for (const { at } of arrivals) perSecond.set(at.slice(0, 19), (perSecond.get(at.slice(0, 19)) ?? 0) + 1);
    // Ten a second on average, and a burst of five.
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(16);
  });
});

describe('the result', () => {
  test('has an outcome per row, and the counts add up', async () => {
    const all = await world();
    all.sandbox.setFaults([
      {
        route: 'POST /contacts/{contactId}/notes',
        nth: 1,
        fault: { status: 422, body: { message: ['body must be a poem'] } },
      },
    ]);
    const answer = await all.call('bulk_upsert_contacts', {
      rows: [
        { email: 'new@moss.example', firstName: 'New' },
        { email: 'ada@moss.example', firstName: 'Adah', tags: ['x'] },
        { email: 'ada@moss.example', firstName: 'Adah' },
        { email: 'ada@moss.example', phone: '312 555 0102' },
        { phone: '+1 312 555 0102', note: 'no poem' },
        { phone: '12' },
        { email: 'ben@moss.example', gender: 'male' },
      ],
    });
    expect(checkedCounts(answer)).toEqual({
      created: 1,
      updated: 1,
      unchanged: 2,
      conflict: 1,
      incomplete: 1,
      failed: 1,
    });
    const [, ada, again, conflict, incomplete, failed, ben] = answer.rows as Json[];
    expect(ada).toMatchObject({ outcome: 'updated', changed: [{ field: 'firstName' }, { field: 'tags' }] });
    expect(again).toEqual({
      row: 2,
      outcome: 'unchanged',
      contactId: ada?.contactId,
      contact: expect.any(Object),
    });
    expect(conflict?.reason).toMatch(/^email leads to contact \w+, phone leads to contact \w+: nothing was written/);
    expect(incomplete).toMatchObject({
      contactId: ben?.contactId,
      reason: expect.stringContaining('note: HighLevel refused'),
    });
    expect(failed?.reason).toContain('phone must be a valid phone number');
    expect(ben?.reason).toContain('gender: ');
  });

  test('the same person twice is one contact, in any spelling', async () => {
    const all = await world({ indexDelayMs: 60_000 });
    const rows = ['+13125550109', '(312) 555-0109', '312.555.0109', '1-312-555-0109'].map((phone) => ({
      phone,
      tags: ['x'],
      tasks: [{ title: 'Call', dueDate: '2026-12-01T10:00' }],
    }));
    const answer = await all.call('bulk_upsert_contacts', { rows });
    expect(checkedCounts(answer)).toEqual({ created: 1, unchanged: 3 });
    expect((answer.rows as Json[])[0]?.outcome).toBe('created');
    expect(await total(all)).toBe(3);
  });

  test('a hundred long reasons stay within the size limit', async () => {
    const { client } = await world({}, virtualClock(NOW), CONTACTS);
    const fields = ['firstName', 'lastName', 'city', 'state', 'address1', 'website', 'source', 'postalCode'];
    const rows = people(100).map((person) => ({
      ...person,
      ...Object.fromEntries(fields.map((field) => [field, 'x'])),
      customFields: Array.from({ length: 12 }, (_, at) => ({ field: `unknown_field_${at}`, value: 'x' })),
    }));
    const result = await client.callTool({ name: 'bulk_upsert_contacts', arguments: { rows } });
    const text = (result.content as { text: string }[])[0]?.text ?? '';
    expect(Buffer.byteLength(text)).toBeLessThan(40_000);
    expect(Buffer.byteLength(JSON.stringify(result.structuredContent))).toBeLessThan(40_000);
    expect(checkedCounts(result.structuredContent as Json)).toEqual({ created: 100 });
  });

  test('progress is reported with every row', async () => {
    const { client } = await world();
    const seen: unknown[] = [];
    await client.callTool({ name: 'bulk_upsert_contacts', arguments: { rows: people(7) } }, undefined, {
      onprogress: ({ progress, total: all }) => seen.push([progress, all]),
    });
    // The last notification may arrive after the result and is then not delivered.
    expect(seen.slice(0, 6)).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 7]));
  });
});

describe('invalid arguments are rejected before anything is sent', () => {
  const row = { email: 'a@b.example' };
  test.each([
    [{}, 'give either rows or handle'],
    [{ rows: [row], handle: 'upsert-22222' }, 'give either rows or handle'],
    [{ rows: [row, { firstName: 'x' }] }, 'rows[1] needs email, phone, or matchField'],
    [{ rows: [row, row, { email: 'nobody' }] }, 'rows[2].email must be an email address'],
    [{ rows: [{ ...row, nick: 'x' }] }, 'Unknown argument "nick" in rows[0]'],
    [{ rows: [{ ...row, tasks: [{ title: 'x', dueDate: 'soon' }] }] }, 'rows[0].tasks[0].dueDate must be ISO 8601'],
    [{ rows: [{ firstName: 'x' }], matchField: 'external_id' }, 'rows[0] needs email, phone, or matchField'],
    [{ rows: people(101) }, 'rows must have a number of items of at most 100'],
  ])('%o', async (args, message) => {
    const all = await world();
    expect(await all.refused('bulk_upsert_contacts', args)).toContain(message);
    expect(await all.sent()).toEqual([]);
  });

  test('a time or match field that does not exist, and an unknown handle', async () => {
    const all = await world();
    const task = { title: 'x', dueDate: '2026-02-30T09:00' };
    expect(await all.refused('bulk_upsert_contacts', { rows: [row, { ...row, tasks: [task] }] })).toContain(
      'rows[1].tasks[0].dueDate: "2026-02-30T09:00" is not a valid date or time',
    );
    const unknown = { rows: [{ customFields: [{ field: 'shoe', value: '44' }] }], matchField: 'shoe' };
    expect(await all.refused('bulk_upsert_contacts', unknown)).toContain(
      'matchField: no custom field has the id, key or name "shoe"',
    );
    expect(await all.refused('bulk_upsert_contacts', { handle: 'upsert-22222' })).toContain('no unfinished work');
    expect(await writes(all)).toEqual([]);
  });
});

describe('a run stops', () => {
  test('at the deadline: the result has what was done, and the handle resumes it', async () => {
    const all = await world();
    all.sandbox.setFaults([{ route: 'POST /contacts/', fault: { delayMs: 8_000 } }]);
    const rows = people(60);
    let answer = await all.call('bulk_upsert_contacts', { rows });
    expect(answer.notice).toContain('Stopped for time');
    expect(answer.left).toBeGreaterThan(20);
    const handles = new Set<unknown>();
    let calls = 1;
    for (; answer.next; calls += 1) {
      checkedCounts(answer);
      handles.add((answer.next as Json).handle);
      answer = await all.call('bulk_upsert_contacts', answer.next as Json);
    }
    expect(calls).toBeGreaterThan(2);
    expect(handles.size).toBe(1);
    expect(checkedCounts(answer)).toEqual({ created: 60 });
    expect(await total(all)).toBe(62);
    const [handle] = handles;
    expect(await all.refused('bulk_upsert_contacts', { handle })).toContain('no unfinished work');
  });

  test('when cancelled: the same call again returns what was done and does the rest once', async () => {
    const cancel = new AbortController();
    const all: Connected = await world({ wait: async () => cancel.abort() });
    all.sandbox.setFaults([{ route: 'POST /contacts/', nth: 9, fault: { delayMs: 1 } }]);
    const args = { rows: people(30).map((row) => ({ ...row, note: 'Once', tags: ['x'] })) };
    const call = all.client.callTool({ name: 'bulk_upsert_contacts', arguments: args }, undefined, {
      signal: cancel.signal,
    });
    await expect(call).rejects.toThrow();
    let answer: Json | undefined;
    // An earlier call may still be finishing its writes.
    for (let attempt = 0; answer === undefined && attempt < 100; attempt += 1)
      answer = await all.call('bulk_upsert_contacts', args).catch((error: Error) => {
        expect(error.message).toContain('still working');
        return undefined;
      });
    const counts = checkedCounts(answer ?? {});
    expect(counts.created).toBeGreaterThanOrEqual(8);
    expect((answer?.rows as Json[] | undefined)?.[0]?.outcome).toBe('created');
    expect(Object.keys(counts).filter((outcome) => !['created', 'unchanged', 'updated'].includes(outcome))).toEqual([]);
    expect((await writes(all)).filter((line) => line === 'POST /contacts/')).toHaveLength(30);
    expect(await total(all)).toBe(32);
    expect(checkedCounts(await all.call('bulk_upsert_contacts', args))).toEqual({ unchanged: 30 });
  });

  test.each([
    ['fails', { status: 503 }],
    ['refuses everything', { status: 401, body: { message: 'The token is not authorized for this scope.' } }],
  ])('when HighLevel %s: after five consecutive failures, and can be resumed', async (_, fault) => {
    const timers = virtualClock(NOW);
    const all = await world({}, timers);
    const broken = Array.from({ length: 12 }, (__, at) => at + 21);
    all.sandbox.setFaults([{ route: 'POST /contacts/', nth: broken, fault }]);
    const first = await all.call('bulk_upsert_contacts', { rows: people(60) });
    expect(checkedCounts(first)).toEqual({ created: 20 });
    expect(first.left).toBe(40);
    expect(first.notice).toContain('consecutive rows failed');
    all.sandbox.setFaults([]);
    timers.tick(60_000);
    const second = await all.call('bulk_upsert_contacts', first.next as Json);
    expect(checkedCounts(second)).toEqual({ created: 60 });
    expect(await total(all)).toBe(62);
  });

  test('not for a row that fails for its own reason', async () => {
    const all = await world();
    const rows = people(30).map((row, at) => (at % 2 ? { ...row, phone: '12' } : row));
    const answer = await all.call('bulk_upsert_contacts', { rows });
    expect(checkedCounts(answer)).toEqual({ created: 15, failed: 15 });
    expect(answer).not.toHaveProperty('next');
  });

  test('rows that succeeded except for one value are named in a notice', async () => {
    const { call } = await world({}, virtualClock(NOW), CONTACTS);
    const rows = people(3).map((row, at) => (at ? { ...row, customFields: [{ field: 'nosuch', value: 'x' }] } : row));
    const answer = await call('bulk_upsert_contacts', { rows });
    expect(answer).toMatchObject({
      created: 3,
      notice: expect.stringContaining('2 of these rows have values that were not stored'),
    });
  });
});
