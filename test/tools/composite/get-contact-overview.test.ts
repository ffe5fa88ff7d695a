import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import type { SandboxData } from '../../../src/sandbox/index.ts';
import { seedData } from '../../../src/sandbox/seed/index.ts';
import { MAX_BYTES } from '../../../src/tools/core/tool-result.ts';
import { connect, find, NOW, READ, textOf } from '../../connect.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (days: number) => new Date(NOW + days * DAY).toISOString();

/** The seeded Maria, who has eight custom fields, with as many of everything as asked for. */
function maria({ tasks = 0, notes = 0, appointments = 0 }): SandboxData {
  const data = seedData(1, Math.floor(NOW / DAY) * DAY);
  const person = data.contacts.find(({ lastName }) => lastName === 'Lopez') as SandboxData['contacts'][number];
  const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
  const filled = {
    ...person,
    tasks: many(tasks, (i) => ({
      title: `Call about the service of bike ${i + 1}`,
      body: 'Ask which battery she wants and by when.',
      dueDate: at(i - 2.5),
      assignedTo: ['Dana Whitfield', 'Theo Brandt'][i % 2],
    })),
    notes: many(notes, (i) => ({
      body: `Prefers texts in the morning, drops the kids at school before eight. Visit ${i + 1}.`,
      title: 'How to reach Maria',
      dateAdded: at(-10 - i),
      userId: 'Priya Nair',
    })),
    appointments: many(appointments, (i) => ({
      title: `Service ${i + 1}`,
      calendarId: 'Workshop',
      startTime: at(i * 2 - 3),
      endTime: new Date(NOW + (i * 2 - 3) * DAY + HOUR).toISOString(),
      notes: 'Keep the charger with the bike.',
    })),
  };
  return { ...data, contacts: [filled as typeof person] };
}

const overviewOf = async (options: Parameters<typeof connect>[0] = {}) => {
  const connected = await connect(options);
  const { id } = await find(connected.call, 'maria lopez');
  await connected.sent();
  return { ...connected, id, overview: await connected.call('get_contact_overview', { contactId: id }) };
};

const LOCATION = /^GET \/locations\/\w+$/;
const CUSTOM_FIELDS = /^GET \/locations\/\w+\/customFields/;

describe('get_contact_overview', () => {
  test('eight custom fields, five tasks, five notes, four appointments: four requests, the location and its custom fields, 1,200 tokens', async () => {
    const { client, id, sent } = await overviewOf({
      sandbox: { data: maria({ tasks: 5, notes: 5, appointments: 4 }) },
    });
    const [location, others] = [[] as string[], [] as string[]];
    for (const request of await sent()) (request.includes('/locations/') ? location : others).push(request);
    expect(others).toHaveLength(4);
    expect(location.toSorted()).toEqual([LOCATION, CUSTOM_FIELDS].map((line) => expect.stringMatching(line)));
    const result = await client.callTool({ name: 'get_contact_overview', arguments: { contactId: id } });
    const [text, structured] = [textOf(result), JSON.stringify(result.structuredContent)].map(
      (half) => encode(half).length,
    );
    console.log(
      `overview: ${others.length} calls, ${text} tokens as text, ${structured} as structured content (of 1200)`,
    );
    expect(Math.max(Number(text), Number(structured))).toBeLessThanOrEqual(1_200);
    const { contact } = result.structuredContent as { contact: Json };
    expect(Object.keys(contact.customFields as Json)).toHaveLength(8);
    expect((result.structuredContent as Json).counts).toEqual({
      open: 2,
      overdue: 3,
      completed: 0,
      notes: 5,
      appointments: 4,
    });
  });

  test('the time zone of the location is read once', async () => {
    const { call, id, sent, advance } = await overviewOf();
    expect((await sent()).filter((request) => LOCATION.test(request))).toHaveLength(1);
    advance(60_000);
    await call('get_contact_overview', { contactId: id });
    expect((await sent()).filter((request) => request.includes('/locations/'))).toEqual([]);
  });

  test('open tasks and upcoming appointments are earliest first, past ones latest first', async () => {
    const { overview } = await overviewOf();
    expect(overview).toMatchObject({
      contact: { firstName: 'Maria', status: 'lead', tags: ['vip', 'commuter', 'e-bike'] },
      tasks: [
        { title: 'Call about the motor noise', status: 'overdue' },
        { title: 'Order brake pads for the GSD', status: 'open' },
      ],
      notes: [{ title: 'How to reach Maria' }, { body: 'Battery test: 87 % of its capacity. Next check in spring.' }],
      coming: [{ title: 'Motor diagnosis', startTime: '2026-11-22T09:00-06:00' }],
      past: [{ title: 'Yearly inspection', status: 'showed' }],
      counts: { open: 1, overdue: 1, completed: 1, notes: 2, appointments: 2 },
      asOf: '2026-11-20T09:00-06:00',
    });
  });

  test('without the location scope, times without a zone are unchanged and marked', async () => {
    const { overview } = await overviewOf({ scopes: READ, timezone: 'Europe/Berlin' });
    expect(overview.coming).toMatchObject([{ startTime: '2026-11-22 09:00:00', zone: 'unknown' }]);
  });

  test('a part that fails is named, and the others are returned', async () => {
    const { call, id, sandbox, advance } = await overviewOf();
    advance(60_000);
    sandbox.setFaults([{ route: 'GET /contacts/{contactId}/notes', fault: { status: 403 } }]);
    const overview = await call('get_contact_overview', { contactId: id });
    expect(overview).toMatchObject({ contact: { firstName: 'Maria' }, failed: [{ part: 'notes' }] });
    expect(overview).not.toHaveProperty('notes');
    expect((overview.failed as Json[])[0]?.reason).toBeTypeOf('string');
  });

  test('an appointment with an invalid date does not affect other parts', async () => {
    const { call, id, sandbox, advance } = await overviewOf();
    advance(60_000);
    const events = [
      { id: 'never', title: 'Never', startTime: '0000-00-00 00:00:00', endTime: '2026-12-40 11:00:00' },
      { id: 'soon', title: 'Soon', startTime: '2026-12-01 10:00:00', endTime: '2026-12-40 11:00:00' },
    ];
    sandbox.setFaults([{ route: 'GET /contacts/{contactId}/appointments', fault: { status: 200, body: { events } } }]);
    const overview = await call('get_contact_overview', { contactId: id });
    expect(overview).toMatchObject({
      contact: { firstName: 'Maria' },
      coming: [{ title: 'Soon', startTime: '2026-12-01T10:00-06:00' }],
      counts: { appointments: 2 },
    });
  });

  test('a response without the contact is a failed part', async () => {
    const { call, id, sandbox, advance } = await overviewOf();
    advance(60_000);
    sandbox.setFaults([{ route: 'GET /contacts/{contactId}', fault: { status: 200, body: { contact: null } } }]);
    const overview = await call('get_contact_overview', { contactId: id });
    expect(overview).toMatchObject({ failed: [{ part: 'contact' }] });
    expect(overview).not.toHaveProperty('contact');
  });

  test('a deleted contact is an error, not an empty overview', async () => {
    const { call, refused, id } = await overviewOf();
    await call('delete_contact', { contactId: id });
    expect(await refused('get_contact_overview', { contactId: id })).toContain(`There is no contact ${id}`);
  });
});

describe('when the contact’s list of appointments is empty', () => {
  const sandbox = { switches: { contactAppointments: 'empty' } } as never;

  test('the calendars are read if their scopes are granted', async () => {
    const { overview, sent } = await overviewOf({ sandbox });
    expect(overview.coming).toMatchObject([{ title: 'Motor diagnosis', startTime: '2026-11-22T09:00-06:00' }]);
    expect((await sent()).filter((request) => request.startsWith('GET /calendars/events')).length).toBeGreaterThan(0);
  });

  test('otherwise a notice says that the list may be incomplete and which scopes are missing', async () => {
    const { overview } = await overviewOf({ sandbox, scopes: READ });
    expect(overview).toMatchObject({ coming: [], past: [] });
    expect(overview.notice).toContain('calendars.readonly, calendars/events.readonly');
  });
});

test('hundreds of tags are truncated to the size limit, with their number', async () => {
  const tags = Array.from({ length: 1_500 }, (_, i) => `a rather long tag number ${i}`);
  const { client } = await connect({ sandbox: { data: { contacts: [{ id: 'one', tags }] } as never } });
  const result = await client.callTool({ name: 'get_contact_overview', arguments: { contactId: 'one' } });
  expect(Buffer.byteLength(textOf(result))).toBeLessThanOrEqual(MAX_BYTES);
  expect(result.structuredContent).toMatchObject({ contact: { id: 'one' }, listsCut: { 'contact.tags': 1_500 } });
});
