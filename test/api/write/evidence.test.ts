import { describe, expect, test } from 'vitest';
import { fetchTransport } from '../../../src/api/transport/index.ts';
import type { Transport } from '../../../src/api/transport/types.ts';
import { UserError } from '../../../src/lib/errors.ts';
import type { Json } from '../../../src/lib/json.ts';
import type { Fault } from '../../../src/sandbox/index.ts';
import { type Connected, connect, find, NOW, textOf } from '../../connect.ts';
import { recordingJournal } from '../../recording-journal.ts';
import { layer, named, PERSON, scripted, TOKEN } from '../layer.ts';
import { virtualClock } from '../virtual-clock.ts';

const LOST: Fault = { connection: 'cut', strikes: 'after' };
const CUT: Fault = { connection: 'cut' };
const NOTES = 'POST /contacts/{contactId}/notes';
const LOCATION = 'bbbbbbbbbbbbbbbbbbbb';

/** Server and sandbox on one virtual clock. `edgeMs`: how far the `Date` header is ahead of the application. */
async function setUp({ edgeMs = 0, indexDelayMs = 15_000 } = {}) {
  const clock = virtualClock(NOW);
  const { journal, entries } = recordingJournal();
  let fetch: Transport = async () => {
    throw new Error('not ready');
  };
  const connected: Connected = await connect({
    sandbox: { now: clock.now, wait: clock.wait, indexDelayMs },
    api: {
      timers: clock,
      timeoutMs: 30_000,
      random: () => 0.5,
      journal,
      transport: async (request) => {
        const answer = await fetch(request);
        const date = new Date(clock.now() + edgeMs).toUTCString();
        return { ...answer, headers: { ...answer.headers, date } };
      },
    },
  });
  fetch = fetchTransport(connected.sandbox.fetch);
  const { id: contactId } = await find(connected.call, 'maria');
  const attempt = async (name: string, args: Json) => {
    const result = await connected.client.callTool({ name, arguments: args });
    return { isError: result.isError === true, text: textOf(result) };
  };
  return { ...connected, clock, journal: entries, contactId, attempt };
}

describe('the clocks of the network edge and of the application differ', () => {
  const note = (contactId: string) => ({ contactId, body: 'Wants the blue one.' });

  test.each([5_000, -5_000, 90_000, -90_000])(
    'by %i ms: a created note is never reported as not created',
    async (edgeMs) => {
      const { sandbox, attempt, contactId, clock } = await setUp({ edgeMs });
      await clock.wait(120_000);
      sandbox.setFaults([{ route: NOTES, nth: 1, fault: LOST }]);
      const { text } = await attempt('create_contact_note', note(contactId));
      expect(text).toMatch(/Looked it up: it was done|it may be the new note, or an older one/);
    },
  );

  test.each([5_000, -5_000, 90_000])(
    'by %i ms, with the list read before: it is reported as created',
    async (edgeMs) => {
      const { sandbox, call, attempt, contactId } = await setUp({ edgeMs });
      await call('list_contact_notes', { contactId });
      sandbox.setFaults([{ route: NOTES, nth: 1, fault: LOST }]);
      expect((await attempt('create_contact_note', note(contactId))).text).toMatch(/Looked it up: it was done/);
    },
  );

  test('an equal note in the list read before is not reported as the lost one', async () => {
    const { sandbox, call, attempt, contactId, clock } = await setUp();
    await sandbox.fetch(
      new Request(`http://sandbox.invalid/contacts/${contactId}/notes`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${sandbox.token}`,
          version: '2021-07-28',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ body: 'Wants the blue one.' }),
      }),
    );
    await clock.wait(1_000);
    await call('list_contact_notes', { contactId });
    sandbox.setFaults([{ route: NOTES, nth: 1, fault: CUT }]);
    expect((await attempt('create_contact_note', note(contactId))).text).toMatch(/nothing was written/);
  });

  test.each([5_000, -5_000])('by %i ms: a created contact is never reported as not created', async (edgeMs) => {
    const { sandbox, attempt } = await setUp({ edgeMs });
    sandbox.setFaults([{ route: 'POST /contacts/', nth: 1, fault: LOST }]);
    const { text } = await attempt('create_contact', { firstName: 'Dora', email: 'dora@new.example' });
    expect(text).toMatch(/Looked it up: it was done|it may be the new contact, or an older one/);
  });

  test('no read is added before the first attempt to write a note', async () => {
    const { call, contactId, sent } = await setUp();
    await sent();
    await call('create_contact_note', note(contactId));
    expect(await sent()).toEqual([`POST /contacts/${contactId}/notes`]);
  });
});

describe('a 429 or a redirect after the write', () => {
  const person = { firstName: 'Dora', email: 'dora@new.example' };

  test('create_contact, rejected as a duplicate of the contact that its first attempt created, is reported as done', async () => {
    const { sandbox, attempt, call, journal } = await setUp();
    sandbox.setFaults([{ route: 'POST /contacts/', nth: 1, fault: { status: 429, strikes: 'after' } }]);
    const { isError, text } = await attempt('create_contact', person);
    expect([isError, text]).toEqual([false, expect.stringContaining('Looked it up: it was done')]);
    expect(journal[0]).toMatchObject({ outcome: 'done', reconciled: true });
    const { contact } = await call('find_duplicate_contact', { email: person.email });
    expect(text).toContain(String((contact as Json).id));
  });

  test('create_contact, rejected after a 429 as a duplicate of an older contact, is reported as a duplicate', async () => {
    const { sandbox, attempt } = await setUp();
    sandbox.setFaults([{ route: 'POST /contacts/', nth: 1, fault: { status: 429 } }]);
    const { text } = await attempt('create_contact', { firstName: 'Eve', email: 'maria.lopez@northshoremed.example' });
    expect(text).toMatch(/already exists as .*Nothing was written/);
  });

  test.each([
    ['after', /Looked it up: it was done/],
    ['before', /redirect \(302\)/],
  ] as const)('a 302 %s the write: the write is reconciled', async (strikes, message) => {
    const { sandbox, attempt, contactId } = await setUp();
    sandbox.setFaults([{ route: NOTES, nth: 1, fault: { status: 302, body: '', strikes } }]);
    expect((await attempt('create_contact_note', { contactId, body: 'Rang.' })).text).toMatch(message);
  });
});

describe('a 422 on a write that no read can verify', () => {
  const message = ['x must be y'];
  test.each([
    ['a list', 422, { message }],
    ['the whole body', 422, { statusCode: 422, message, error: 'Unprocessable Entity' }],
    ['a 400 whose body says 422', 400, { statusCode: 422, message }],
  ])('%s: is a rejection, and the call may be repeated', async (_, status, body) => {
    const { sandbox, call, attempt, contactId, journal } = await setUp();
    const { workflows } = await call('list_workflows');
    const workflowId = (workflows as Json[])[0]?.id;
    const route = 'POST /contacts/{contactId}/workflow/{workflowId}';
    sandbox.setFaults([{ route, nth: 1, fault: { status, body } }]);
    const { text } = await attempt('add_contact_to_workflow', { contactId, workflowId });
    expect(text).toMatch(/^HighLevel refused these values: x must be y/);
    expect(journal[0]?.outcome).toBe('refused');
    expect((await attempt('add_contact_to_workflow', { contactId, workflowId })).isError).toBe(false);
  });

  test('for over 20 contacts: is a rejection', async () => {
    const { sandbox, attempt } = await setUp();
    const contacts = Array.from({ length: 21 }, (_, at) => `PersonPersonPerson${String(at).padStart(2, '0')}`);
    sandbox.setFaults([{ route: 'POST /contacts/bulk/tags/update/{type}', fault: { status: 422, body: { message } } }]);
    const { text } = await attempt('bulk_update_contact_tags', { type: 'add', contacts, tags: ['new'] });
    expect(text).toMatch(/^HighLevel refused these values: x must be y/);
  });
});

test('contacts missing from a reconciled bulk response do not make the others fail', async () => {
  const { sandbox, call } = await setUp();
  const { contacts } = await call('search_contacts', { pageLimit: 5 });
  const ids = (contacts as Json[]).map(({ id }) => String(id));
  await call('delete_contact', { contactId: ids[4] });
  sandbox.setFaults([{ route: 'POST /contacts/bulk/tags/update/{type}', nth: 1, fault: LOST }]);
  const account = await call('bulk_update_contacts', { contacts: ids, addTags: ['winter fair'] });
  expect(account).toMatchObject({ asked: 5, changed: 4, skipped: 1, failed: 0, missing: [ids[4]] });
});

describe('a 2xx whose body reports a failure', () => {
  test.each([
    { succeded: false, errorCount: 0, responses: [] },
    { succeeded: true },
    {},
    { statusCode: 400, message: 'Bad' },
  ])('bulk_update_contact_tags with the response %j is not reported as updated', async (body) => {
    const { sandbox, call, attempt, journal } = await setUp();
    const { contacts } = await call('search_contacts', { pageLimit: 2 });
    const ids = (contacts as Json[]).map(({ id }) => id);
    const fault = { status: 200, body, strikes: 'before' } as const;
    sandbox.setFaults([{ route: 'POST /contacts/bulk/tags/update/{type}', fault }]);
    const args = { type: 'add', contacts: ids, tags: ['winter fair'] };
    const { isError, text } = await attempt('bulk_update_contact_tags', args);
    expect([isError, text]).toEqual([true, expect.stringContaining('nothing was written')]);
    expect(journal[0]?.outcome).toBe('notDone');
  });

  test('contacts missing from the response are not counted as updated', async () => {
    const { sandbox, call } = await setUp();
    const { contacts } = await call('search_contacts', { pageLimit: 2 });
    const ids = (contacts as Json[]).map(({ id }) => id);
    const body = { succeded: true, errorCount: 0, responses: [{ contactId: ids[0], type: 'success' }] };
    sandbox.setFaults([{ route: 'POST /contacts/bulk/tags/update/{type}', fault: { status: 200, body } }]);
    const account = await call('bulk_update_contact_tags', { type: 'add', contacts: ids, tags: ['x'] });
    expect(account).toMatchObject({ asked: 2, updated: 1, errorCount: 1, failed: [{ contactId: ids[1] }] });
  });
});

describe('a read with the response', () => {
  const bodies: [string, string, Json, Json][] = [
    ['about another contact', 'get_contact', { contactId: PERSON }, { contact: { id: 'x' } }],
    ['about another task', 'get_contact_task', { contactId: PERSON, taskId: 'T1' }, { task: { id: 'T2' } }],
    ['about another note', 'get_contact_note', { contactId: PERSON, noteId: 'N1' }, { note: { id: 'N2' } }],
    [
      'with rows of another contact',
      'list_contact_notes',
      { contactId: PERSON },
      { notes: [{ id: 'N', contactId: 'x' }] },
    ],
    ['with {}', 'list_contact_tasks', { contactId: PERSON }, {}],
    ['with a failure', 'search_contacts', {}, { statusCode: 500 }],
    ['with no contact', 'find_duplicate_contact', { email: 'a@b.example' }, {}],
  ];
  test.each(bodies)('%s is unreadable: it is retried once, then reported', async (_, tool, args, body) => {
    const { transport, asked } = scripted(() => ({ body }));
    const clock = virtualClock(NOW);
    const api = layer({ transport, timers: clock, policy: { attempts: 5, base: 0, cap: 0 } });
    const error = await api.call(named(tool), args).catch((reason) => reason);
    expect(error).toMatchObject({
      kind: 'unreadable',
      message: expect.stringContaining('HighLevel answered 200 with'),
    });
    expect(asked.length).toBeGreaterThan(1);
  });

  test('of an empty list or of no contact is valid', async () => {
    const { transport } = scripted(() => ({ body: { tasks: [], contact: null } }));
    const api = layer({ transport, timers: virtualClock(NOW) });
    await expect(api.call(named('list_contact_tasks'), { contactId: PERSON })).resolves.toBeDefined();
    await expect(api.call(named('find_duplicate_contact'), { email: 'a@b.example' })).resolves.toBeDefined();
  });
});

describe('a 401', () => {
  const policy = { attempts: 5, base: 0, cap: 0 };

  test('that does not mention the sign-in is a gateway error: a read is retried', async () => {
    const timeout = { status: 401, body: { statusCode: 401, message: 'Command timed out', error: 'Unauthorized' } };
    const { transport, asked } = scripted((_, nth) => (nth === 1 ? timeout : {}));
    const api = layer({ transport, timers: virtualClock(NOW), policy });
    await api.call(named('get_contact'), { contactId: PERSON });
    expect(asked).toHaveLength(2);
  });

  test('that persists is not reported as a sign-in error', async () => {
    const { transport } = scripted(() => ({ status: 401, body: { statusCode: 401, message: 'Command timed out' } }));
    const api = layer({ transport, timers: virtualClock(NOW), policy });
    const error = await api.call(named('get_contact'), { contactId: PERSON }).catch((reason) => reason);
    expect(error).toMatchObject({
      kind: 'serverError',
      message: expect.stringContaining('with no message about the sign-in'),
    });
  });

  test('of a gateway after a write is reconciled', async () => {
    const { sandbox, attempt, contactId } = await setUp();
    const fault: Fault = { status: 401, body: { message: 'Command timed out' }, strikes: 'after' };
    sandbox.setFaults([{ route: NOTES, nth: 1, fault }]);
    expect((await attempt('create_contact_note', { contactId, body: 'Rang.' })).text).toMatch(/it was done/);
  });
});

describe('a rejected token', () => {
  const EXPIRED = { status: 401, body: { statusCode: 401, message: 'Invalid JWT' } };
  const current = async () => ({ token: TOKEN, locationId: LOCATION });

  test('after an uncertain attempt, if it cannot be refreshed: the write is reconciled and journalled', async () => {
    const { journal, entries } = recordingJournal();
    const { transport } = scripted((request, nth) => {
      if (request.method === 'GET') return {};
      return nth === 1 ? { status: 503 } : EXPIRED;
    });
    const renew = () => Promise.reject(new UserError('The sign-in is over.'));
    const api = layer({
      transport,
      timers: virtualClock(NOW),
      credential: { current, renew },
      policy: { attempts: 5, base: 0, cap: 0 },
      journal,
    });
    const update = api.call(named('update_contact'), { contactId: PERSON, city: 'Rome' });
    await expect(update).rejects.toThrow(/Looked it up: nothing was written/);
    expect(entries).toMatchObject([{ tool: 'update_contact', outcome: 'notDone', reconciled: true }]);
  });

  test('that is refreshed, if the second attempt is cancelled: the error is not about the token', async () => {
    const { transport } = scripted(() => EXPIRED);
    const controller = new AbortController();
    const renew = async () => {
      controller.abort();
      return true;
    };
    const api = layer({ transport, timers: virtualClock(NOW), credential: { current, renew } });
    const note = api.call(
      named('create_contact_note'),
      { contactId: PERSON, body: 'x' },
      { signal: controller.signal },
    );
    await expect(note).rejects.toThrow('The call was cancelled; nothing was written.');
  });
});

describe('a contact without name, email and phone', () => {
  test.each([{}, { companyName: 'Acme' }, { name: '  ' }])('%j is rejected before anything is sent', async (args) => {
    const { attempt, sent, journal } = await setUp();
    await sent();
    const { text } = await attempt('create_contact', args);
    expect(text).toMatch(/needs at least one of email, phone, firstName, lastName/);
    expect([await sent(), journal]).toEqual([[], []]);
  });

  test.each([
    ['The Blue Venue', { firstName: 'The', lastName: 'Blue Venue' }],
    ['Prince', { firstName: 'Prince' }],
  ])('the name %j is sent as first and last name', async (name, parts) => {
    const { call, journal } = await setUp();
    const { contact } = await call('create_contact', { name });
    expect(contact).toMatchObject(parts);
    expect(journal[0]?.sent).toEqual(parts);
  });

  test('a lost response is reconciled by first and last name', async () => {
    const { sandbox, attempt } = await setUp({ indexDelayMs: 0 });
    sandbox.setFaults([{ route: 'POST /contacts/', nth: 1, fault: LOST }]);
    expect((await attempt('create_contact', { name: 'The Blue Venue' })).text).toMatch(/it was done/);
  });

  const message = 'Contacts without email, phone, firstName and lastName are not allowed.';
  test.each([
    [400, { statusCode: 400, message }],
    [400, { statusCode: 422, message }],
    [422, { statusCode: 422, message: [message] }],
    [422, { message }],
  ])('rejected by HighLevel with %i %j is certainly not created', async (status, body) => {
    const { sandbox, attempt, sent, journal } = await setUp();
    sandbox.setFaults([{ route: 'POST /contacts/', fault: { status, body } }]);
    await sent();
    const { text } = await attempt('create_contact', { firstName: 'Ann' });
    expect(text).toMatch(/^A new contact needs at least one of/);
    expect(await sent()).toEqual(['POST /contacts/']);
    expect(journal[0]?.outcome).toBe('refused');
  });
});

test('a value of another contact: the error names that contact and does not suggest a write to it', async () => {
  const { attempt, call, contactId } = await setUp();
  const other = await find(call, 'tomasz');
  const { text } = await attempt('update_contact', { contactId, email: other.email });
  expect(text).toContain(`The email belongs to another person: ${other.id} (name "Tomasz`);
  expect(text).toContain('Nothing was written. Do not write to that other contact');
  expect(text).not.toContain('update_contact on that id');
});
