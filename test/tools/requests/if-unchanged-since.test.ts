import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { connect, find, type Options } from '../../connect.ts';
import { recordingJournal } from '../../recording-journal.ts';

/** A contact that was updated at 2026-11-20T15:00:10.250Z, half an hour ago. */
async function setUp(options: Options = {}) {
  const { journal, entries } = recordingJournal(true);
  const connected = await connect({ ...options, api: { journal } });
  const { id: contactId } = await find(connected.call, 'maria');
  connected.advance(10_250);
  await connected.call('update_contact', { contactId, source: 'set up' });
  connected.advance(1_800_000);
  await connected.sent();
  entries.length = 0;
  const update = (ifUnchangedSince: string) => ({ contactId, city: 'Gary', ifUnchangedSince });
  /** Somebody else changes the contact in HighLevel. */
  const changedElsewhere = async () => {
    const { sandbox } = connected;
    const headers = {
      authorization: `Bearer ${sandbox.token}`,
      version: '2021-07-28',
      'content-type': 'application/json',
    };
    const body = JSON.stringify({ city: 'Elsewhere' });
    const url = `http://sandbox.invalid/contacts/${contactId}`;
    expect((await sandbox.fetch(new Request(url, { method: 'PUT', headers, body }))).status).toBe(200);
    await connected.sent();
  };
  return { ...connected, contactId, entries, update, changedElsewhere };
}

const shownTime = async ({
  call,
  contactId,
}: {
  call: (tool: string, args: Json) => Promise<Json>;
  contactId: string;
}) => String(((await call('get_contact', { contactId })).contact as Json).dateUpdated);

describe('update_contact with ifUnchangedSince', () => {
  test('writes if the contact was not updated since, and the answer has the next dateUpdated', async () => {
    const server = await setUp();
    const shown = await shownTime(server);
    expect(shown).toBe('2026-11-20T09:00:10-06:00');
    await server.sent();
    const { contact } = await server.call('update_contact', server.update(shown));
    expect(contact).toMatchObject({ city: 'Gary', dateUpdated: '2026-11-20T09:30:10-06:00' });
    expect(await server.sent()).toEqual([`GET /contacts/${server.contactId}`, `PUT /contacts/${server.contactId}`]);
    expect(server.entries).toMatchObject([{ sent: { city: 'Gary' }, before: { city: expect.any(String) } }]);
    expect(server.entries[0]?.sent).not.toHaveProperty('ifUnchangedSince');
    const next = String((contact as Json).dateUpdated);
    await server.call('update_contact', { ...server.update(next), city: 'Hammond' });
  });

  test('writes nothing if somebody else has updated it, also right after it was read', async () => {
    const server = await setUp();
    const shown = await shownTime(server);
    await server.changedElsewhere();
    expect(await server.refused('update_contact', server.update(shown))).toBe(
      `The contact ${server.contactId} was updated at 2026-11-20T09:30:10-06:00, later than ifUnchangedSince (2026-11-20T09:00:10-06:00); nothing was written. Read it with get_contact, check that the change still fits, and call again with its dateUpdated.`,
    );
    expect(await server.sent()).toEqual([`GET /contacts/${server.contactId}`]);
    const { contactId } = server;
    expect(server.entries).toMatchObject([{ contactId, outcome: 'refused', reason: 'changed', attempts: 0 }]);
    expect(await server.call('get_contact', { contactId: server.contactId })).toMatchObject({
      contact: { city: 'Elsewhere' },
    });
  });

  test('the journal has the id of a contact that was named', async () => {
    const server = await setUp();
    const shown = await shownTime(server);
    await server.changedElsewhere();
    await server.refused('update_contact', { ...server.update(shown), contactId: 'Maria Lopez' });
    expect(server.entries).toMatchObject([{ contactId: server.contactId, reason: 'changed' }]);
  });

  test.each([
    ['another offset', '2026-11-20T16:00:10+01:00', true],
    ['UTC', '2026-11-20T15:00:10Z', true],
    ['a second before', '2026-11-20T15:00:09Z', false],
    ['with ms, before', '2026-11-20T15:00:10.249Z', false],
    ['with ms, equal', '2026-11-20T15:00:10.250Z', true],
    ['a local time', '2026-11-20T09:00:10', true],
    ['a local time before', '2026-11-20T09:00', false],
    ['the day, which means its start', '2026-11-20', false],
    ['a moment that nobody changed it at', '2026-11-20T15:20:00Z', true],
  ])('%s: %s', async (_, given, isWritten) => {
    const server = await setUp();
    if (isWritten) await server.call('update_contact', server.update(given));
    else expect(await server.refused('update_contact', server.update(given))).toContain('nothing was written');
    expect((await server.sent()).some((request) => request.startsWith('PUT'))).toBe(isWritten);
  });

  test('reads a local time in the zone of the location', async () => {
    const server = await setUp({ timezone: 'Asia/Tokyo' });
    const { notice } = await server.call('update_contact', server.update('2026-11-21T00:00:10'));
    expect(notice).toContain('ifUnchangedSince read as 2026-11-21T00:00:10+09:00 [Asia/Tokyo]');
  });

  test('refuses a time in the future, by the clock of HighLevel and not of this machine', async () => {
    const server = await setUp();
    const future = server.update('2026-11-20T16:30:00Z');
    expect(await server.refused('update_contact', future)).toContain(
      'ifUnchangedSince (2026-11-20T10:30-06:00) lies in the future: it is 2026-11-20T09:30:10-06:00 by HighLevel',
    );
    server.sandbox.advance(3_600_000);
    await server.call('update_contact', future);
    const late = await setUp();
    // The clock of the machine is an hour ahead: its "now" is no time at which the contact can have been read.
    late.sandbox.advance(-3_600_000);
    expect(await late.refused('update_contact', late.update('2026-11-20T15:30:00Z'))).toContain('lies in the future');
  });

  test('refuses where HighLevel does not say when the contact was updated', async () => {
    const server = await setUp();
    const body = { contact: { id: server.contactId, city: 'Chicago' } };
    server.sandbox.setFaults([{ route: 'GET /contacts/{contactId}', fault: { status: 200, body } }]);
    expect(await server.refused('update_contact', server.update('2026-11-20T15:20:00Z'))).toBe(
      `HighLevel does not say when contact ${server.contactId} was last updated, so ifUnchangedSince cannot be checked; nothing was written. Compare it with get_contact, and call again without ifUnchangedSince.`,
    );
    expect((await server.sent()).filter((request) => request.startsWith('PUT'))).toEqual([]);
  });

  test('refuses if the contact cannot be read', async () => {
    const server = await setUp();
    server.sandbox.setFaults([
      { route: 'GET /contacts/{contactId}', fault: { status: 403, body: { message: 'odd' } } },
    ]);
    await server.refused('update_contact', server.update('2026-11-20T15:20:00Z'));
    expect((await server.sent()).filter((request) => request.startsWith('PUT'))).toEqual([]);
  });

  test('needs a change, and a read that the owner allows', async () => {
    const { refused, contactId, update } = await setUp();
    expect(await refused('update_contact', { contactId, ifUnchangedSince: '2026-11-20' })).toContain(
      'at least one field',
    );
    const switchedOff = await connect({ select: '-get_contact' });
    expect(await switchedOff.refused('update_contact', update('2026-11-20T15:20:00Z'))).toContain(
      'ifUnchangedSince of update_contact would do what get_contact does',
    );
  });
});
