import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import type { FaultRule } from '../../../../src/sandbox/index.ts';
import { ASSIGN, BUSINESS, expectCounts, idOf, ids, PUT, people, previewed, TAGS, world } from './world.ts';

describe('failures', () => {
  const gone = [3, 120, 299];

  test('contacts deleted between preview and run are skipped, named, and not written again', async () => {
    const server = await world(people(300));
    const next = await previewed(server, {
      contacts: ids(300),
      businessId: BUSINESS,
      addTags: ['vip'],
      set: { source: 'Referral' },
    });
    for (const i of gone) await server.confirmed('delete_contact', { contactId: idOf(i) });
    await server.traffic();
    const result = await server.bulk(next);
    expectCounts(result, 300);
    expect(result).toMatchObject({ changed: 297, unchanged: 0, skipped: 3, failed: 0, left: 0 });
    expect(result.missing).toEqual(gone.map(idOf));
    // Nothing more is sent about a contact that HighLevel reported as missing.
    expect((await server.traffic()).writes.filter((line) => line.startsWith('PUT'))).toHaveLength(297);
  });

  test('a deleted or unknown contact is skipped in a change of fields only', async () => {
    const server = await world(people(30));
    const next = await previewed(server, { contacts: [...ids(30), 'nobodyWithThisId0001'], set: { city: 'Austin' } });
    await server.confirmed('delete_contact', { contactId: idOf(7) });
    expect(await server.bulk(next)).toMatchObject({
      changed: 29,
      skipped: 2,
      failed: 0,
      left: 0,
      missing: [idOf(7), 'nobodyWithThisId0001'],
    });
  });

  test('a contact that is deleted after its first change fails with the steps that succeeded', async () => {
    const server = await world(people(3));
    const body = { message: `Contact with id ${idOf(1)} not found` };
    server.sandbox.setFaults([{ route: `PUT /contacts/${idOf(1)}`, fault: { status: 400, body } }]);
    expect(await server.bulk({ contacts: ids(3), addTags: ['vip'], set: { city: 'Austin' } })).toMatchObject({
      changed: 2,
      skipped: 0,
      failed: 1,
      failures: [{ contactId: idOf(1), step: 'fields', succeeded: 'addTags' }],
    });
  });

  test('the contacts of a chunk with a lost response fail with an unknown outcome; the others succeed', async () => {
    const server = await world(people(500));
    const next = await previewed(server, { contacts: ids(500), businessId: BUSINESS, addTags: ['vip'] });
    server.sandbox.setFaults([{ route: ASSIGN, nth: 3, fault: { connection: 'cut', strikes: 'after' } }]);
    const result = await server.bulk(next);
    expectCounts(result, 500);
    expect(result).toMatchObject({ changed: 450, failed: 50, left: 0 });
    expect(result.failures).toHaveLength(20);
    expect((result.failures as Json[])[0]).toMatchObject({
      contactId: idOf(100),
      step: 'business',
      succeeded: 'addTags',
      reason: expect.stringMatching(/not known: do not repeat it blindly/),
    });
    expect(result.furtherFailures).toEqual([
      { step: 'business', reason: expect.stringMatching(/not known/), contacts: 30 },
    ]);
  });

  test.each([
    ['before', { changed: 0, failed: 20 }, /Looked it up: nothing was written\. It is safe to try again/],
    ['after', { changed: 20, failed: 0 }, /^$/],
  ] as const)('a small chunk whose response is lost %s the write is reconciled', async (strikes, counts, reason) => {
    const server = await world(people(20));
    server.sandbox.setFaults([{ route: TAGS, nth: 1, fault: { connection: 'cut', strikes } }]);
    const result = await server.bulk({ contacts: ids(20), addTags: ['vip'] });
    expect(result).toMatchObject({ asked: 20, ...counts, skipped: 0, left: 0 });
    expect(((result.failures as Json[] | undefined)?.[0]?.reason as string | undefined) ?? '').toMatch(reason);
    expect((await server.traffic()).writes).toHaveLength(1);
  });

  test('of 200 failures 20 are listed and the others grouped by reason, and the counts add up', async () => {
    const server = await world(people(400));
    const next = await previewed(server, { contacts: ids(400), set: { city: 'Austin' } });
    const body = { statusCode: 400, message: 'odd' };
    server.sandbox.setFaults(
      ids(400)
        .filter((_, i) => i % 2 === 1)
        .map((id) => ({ route: `PUT /contacts/${id}`, fault: { status: 400, body } })),
    );
    const result = await server.bulk(next);
    expectCounts(result, 400);
    expect(result).toMatchObject({ changed: 200, failed: 200 });
    expect(result.failures).toHaveLength(20);
    expect(result.furtherFailures).toEqual([
      { step: 'fields', reason: expect.stringMatching(/refused/), contacts: 180 },
    ]);
    expect(JSON.stringify(result).length).toBeLessThan(8_000);
  });

  test('consecutive failures that concern only their own contact do not stop the run', async () => {
    const server = await world(people(60));
    const next = await previewed(server, { contacts: ids(60), set: { source: 'Referral' } });
    const message = 'This location does not allow duplicated contacts.';
    const body = { statusCode: 400, message, meta: { contactId: idOf(0), matchingField: 'email' } };
    server.sandbox.setFaults([
      { route: PUT, nth: Array.from({ length: 59 }, (_, i) => 2 + i), fault: { status: 400, body } },
    ]);
    const result = await server.bulk(next);
    expectCounts(result, 60);
    expect(result).toMatchObject({ changed: 1, failed: 59, left: 0 });
    expect((result.failures as Json[])[0]?.reason).toMatch(
      /belongs to another person: person.*Do not write to that other contact/,
    );
  });

  const dead: [string, FaultRule][] = [
    ['an invalid token', { route: '*', fault: { status: 401, body: { statusCode: 401, message: 'Invalid JWT' } } }],
    ['a rate limit', { route: '*', fault: { status: 429, body: {} } }],
    ['an outage', { route: '*', fault: { status: 503, body: {} } }],
    ['no network', { route: '*', fault: { connection: 'cut' } }],
  ];
  test.each(dead)('%s stops the run with the reason and the handle, and the handle resumes it', async (_, fault) => {
    const server = await world(people(500));
    const next = await previewed(server, { contacts: ids(500), set: { source: 'Referral' } });
    const untouched: FaultRule = { route: '*', fault: {}, nth: Array.from({ length: 40 }, (__, i) => i + 1) };
    server.sandbox.setFaults([untouched, fault]);
    const stopped = await server.bulk(next);
    expectCounts(stopped, 500);
    const { writes } = await server.traffic();
    console.log(`${_}: ${writes.length} writes reached HighLevel, ${stopped.left} of 500 left`);
    expect(stopped).toMatchObject({ next, left: expect.any(Number) });
    // Only a write with an unknown outcome counts as failed.
    // Ten of the 40 requests read the old values.
    expect(Number(stopped.changed)).toBeGreaterThanOrEqual(30);
    for (const { reason } of (stopped.failures ?? []) as { reason: string }[]) expect(reason).toMatch(/is not known/);
    expect(Number(stopped.left)).toBeGreaterThan(450);
    expect(writes.length).toBeLessThan(120);
    expect(String(stopped.notice).length).toBeGreaterThan(40);
    server.sandbox.setFaults([]);
    await server.wait(300_000);
    const rest = await server.bulk(next);
    expectCounts(rest, 500);
    expect(Number(rest.changed) + Number(rest.failed)).toBe(500);
    const { writes: more } = await server.traffic();
    expect(more).toHaveLength(Number(stopped.left));
  });

  test('a write with an unknown outcome stays a failure when the run then stops early', async () => {
    const server = await world(people(200));
    const next = await previewed(server, { contacts: ids(200), businessId: BUSINESS });
    server.sandbox.setFaults([
      { route: ASSIGN, nth: 2, fault: { connection: 'cut', strikes: 'after' } },
      { route: ASSIGN, nth: 3, fault: { status: 401, body: { statusCode: 401, message: 'Invalid JWT' } } },
    ]);
    const stopped = await server.bulk(next);
    expectCounts(stopped, 200);
    expect(stopped).toMatchObject({ changed: 50, failed: 50, left: 100 });
    expect(await server.bulk(next)).toMatchObject({ changed: 150, failed: 50, left: 0 });
    expect((await server.traffic()).writes).toHaveLength(5);
  });

  test('failures that are not consecutive do not stop the run', async () => {
    const server = await world(people(60));
    const next = await previewed(server, { contacts: ids(60), set: { city: 'Austin' } });
    const fault = { status: 401, body: { statusCode: 401, message: 'odd' } };
    server.sandbox.setFaults(
      ids(60)
        .filter((_, i) => i % 3 === 0)
        .map((id) => ({ route: `PUT /contacts/${id}`, fault })),
    );
    const result = await server.bulk(next);
    expectCounts(result, 60);
    expect(result).toMatchObject({ changed: 40, failed: 20, left: 0 });
  });

  test('an invalid token stops a chunked run at the first response, and no contact counts as failed', async () => {
    const server = await world(people(500));
    const next = await previewed(server, { contacts: ids(500), addTags: ['vip'], businessId: BUSINESS });
    server.sandbox.revoke(server.sandbox.token);
    const stopped = await server.bulk(next);
    expect(stopped).toMatchObject({ asked: 500, changed: 0, failed: 0, left: 500, next });
    expect(stopped.notice).toMatch(/HighLevel does not accept the token/);
    expect((await server.traffic()).writes).toHaveLength(1);
  });
});
