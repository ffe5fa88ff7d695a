import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { type Connected, connect, find, type Options, textOf } from '../../connect.ts';
import { EXPORT_FOLDER, everyCall } from '../../every-tool.ts';
import { volume } from '../../volume.ts';
import { setUp } from '../composite/undo/world.ts';
import { CHICAGO, timesIn, timesInAnswer, UTC } from './found-times.ts';

const calls = await everyCall();
const PATHS = ['', '/tasks', '/notes', '/appointments', '/overview', '/timeline'];
const PROMPTS: Record<string, Record<string, string>> = {
  contact_dashboard: { contact: 'maria.lopez@northshoremed.example' },
  complete_task: { contact: 'maria.lopez@northshoremed.example' },
  activity_timeline: { contact: 'maria.lopez@northshoremed.example' },
  sync_changes: { since: 'yesterday' },
  onboard_contact: { email: 'maria.lopez@northshoremed.example', task: 'call tomorrow' },
  update_segment: { tag: 'vip', change: 'call them' },
};

/** A location whose zone no version of Node knows. */
const zoneless = ({ sandbox }: Connected) =>
  sandbox.setFaults([
    {
      route: 'GET /locations/{locationId}',
      fault: { status: 200, body: { location: { id: sandbox.locationId, timezone: 'Mars/Olympus' } } },
    },
  ]);

interface World {
  readonly what: string;
  readonly options: Options;
  readonly prepare: (connected: Connected) => void;
  readonly format: RegExp;
}
const WORLDS: readonly World[] = [
  { what: 'the zone of the location', options: { timezone: undefined }, prepare: () => undefined, format: CHICAGO },
  { what: 'the zone of the owner', options: { timezone: 'America/Chicago' }, prepare: zoneless, format: CHICAGO },
  { what: 'a zone that is not known', options: { timezone: undefined }, prepare: zoneless, format: UTC },
];

describe.each(WORLDS)('every time has one format: in $what', ({ options, prepare, format }) => {
  const open = async () => {
    const connected = await connect({ exportFolder: EXPORT_FOLDER, ...options });
    prepare(connected);
    return connected;
  };
  const expectFormat = (times: readonly string[], where: string) =>
    expect(
      times.filter((time) => !format.test(time)),
      where,
    ).toEqual([]);

  test('in the answers of all tools', { timeout: 120_000 }, async () => {
    const withTimes = new Set<string>();
    // The first world takes all calls; what a call shows differs little in the others.
    const taken = calls.filter((_, i) => options === WORLDS[0]?.options || i % volume(1, 4) === 0);
    for (const { tool, what, args } of taken) {
      const { client } = await open();
      const result = await client.callTool({ name: tool, arguments: args });
      const times = timesInAnswer(result.isError ? textOf(result) : result.structuredContent);
      expectFormat(times, `${tool}, ${what}`);
      if (times.length > 0) withTimes.add(tool);
    }
    expect([...withTimes]).toEqual(
      expect.arrayContaining(
        [
          ...['get_contact', 'list_contact_tasks', 'get_contact_task', 'create_contact_task', 'update_contact_task'],
          ...['list_contact_notes', 'get_contact_note', 'create_contact_note', 'set_contact_task_completed'],
          ...['list_contact_appointments', 'search_location_tasks', 'search_location_appointments'],
          ...['get_contact_overview', 'get_contact_timeline', 'list_changed_contacts'],
        ]
          .filter((tool) => prepare !== zoneless || tool !== 'list_contact_appointments')
          .filter((name) => taken.some(({ tool }) => tool === name)),
      ),
    );
  });

  test('in resources', async () => {
    const connected = await open();
    const { client, call } = connected;
    const { id } = await find(call, 'maria lopez');
    const uris = ['ghl://contacts', 'ghl://status', ...PATHS.map((path) => `ghl://contacts/${id}${path}`)];
    let found = 0;
    for (const uri of uris) {
      const [content] = (await client.readResource({ uri })).contents;
      const { text, mimeType } = content as { text: string; mimeType: string };
      const times =
        mimeType === 'application/json'
          ? timesInAnswer(JSON.parse(text))
          : timesIn(text.replace(/\d{4}-\d{2}-\d{2} [\d:]+ \(zone unknown\)/g, ''));
      expectFormat(times, uri);
      found += times.length;
    }
    expect(found).toBeGreaterThan(20);
  });

  test.each(Object.entries(PROMPTS))('in the prompt %s', async (name, args) => {
    const { client } = await open();
    const { messages } = await client.getPrompt({ name, arguments: args });
    for (const { content } of messages) {
      const { text } = content as { text: string };
      expectFormat(timesInAnswer(text.startsWith('{') ? (JSON.parse(text) as Json) : text), name);
    }
  });
});

test('every prompt is read', async () => {
  const { prompts } = await (await connect()).client.listPrompts();
  expect(prompts.map(({ name }) => name).sort()).toEqual(Object.keys(PROMPTS).sort());
});

describe('sentences with times', () => {
  const once = { api: { policy: { attempts: 1, base: 0, cap: 0 } } };

  test('errors of requests have them in the zone if it is in memory', async () => {
    for (const [timezone, format] of [
      ['America/Chicago', CHICAGO],
      [undefined, UTC],
    ] as const) {
      const { refused, sandbox, sent } = await connect({ timezone, ...once });
      sandbox.setFaults([{ route: '*', fault: { status: 503 } }]);
      let text = '';
      for (let n = 0; n < 9; n += 1) text = await refused('get_contact', { contactId: 'contactAnn0000000001' });
      expect(timesIn(text)).toEqual([expect.stringMatching(format)]);
      expect((await sent()).filter((request) => request.includes('/locations/'))).toEqual([]);
    }
  });

  test('reasons within an answer have them as well, and quoted text is unchanged', async () => {
    const { call, refused, sandbox } = await connect(once);
    const { id } = await find(call, 'maria lopez');
    sandbox.setFaults([
      { route: 'GET /contacts/{contactId}/tasks', fault: { status: 429, headers: { 'retry-after': '7' } } },
    ]);
    const { failed } = await call('get_contact_overview', { contactId: id });
    expect(timesInAnswer(failed).filter((time) => !CHICAGO.test(time))).toEqual([]);
    const dueDate = '2026-02-30T09:00:00Z';
    expect(await refused('create_contact_task', { contactId: id, title: 'x', dueDate })).toContain(`"${dueDate}"`);
  });
});

test.each(WORLDS)('changes and undos have them too: in $what', async ({ options, prepare, format }) => {
  const connected = await setUp(options);
  prepare(connected);
  const { call, undo, changes, refused } = connected;
  const { id: contactId } = await find(call, 'maria lopez');
  const title = '2026-11-20T15:00:00.000Z';
  const { task } = await call('create_contact_task', { contactId, title: 'Call', dueDate: '2026-12-01T09:00-06:00' });
  const { id: taskId } = task as Json;
  await call('update_contact_task', { contactId, taskId, title, dueDate: '2026-12-02T09:00-06:00' });
  const elsewhere = await connect({ sandboxed: connected.sandbox });
  await elsewhere.call('update_contact_task', { contactId, taskId, dueDate: '2026-12-03T09:00-06:00' });
  const conflicts = await undo();
  const undone = await undo('last', { force: ['dueDate'] });
  expect(undone.undone).toContainEqual(expect.objectContaining({ field: 'title', from: title, to: 'Call' }));
  const rows = await changes();
  const id = rows.find(({ notUndoable }) => notUndoable !== undefined)?.id;
  const sentence = await refused('undo_change', { changeId: id });
  for (const answer of [conflicts, undone.undone, rows, sentence]) {
    const times = timesInAnswer(answer).filter((time) => time !== title);
    expect(times.length).toBeGreaterThan(0);
    expect(times.filter((time) => !format.test(time))).toEqual([]);
  }
});

test('what people wrote is shown as it is stored, also if it is a time', async () => {
  const time = '2026-11-20T15:00:00.000Z';
  const person = { firstName: time, companyName: time, source: time, tags: [time], city: time };
  const { call } = await connect();
  const { contact } = await call('create_contact', { ...person, email: 'ann@example.com' });
  const contactId = (contact as Json).id;
  expect((await call('get_contact', { contactId })).contact).toMatchObject({ ...person, tags: [time.toLowerCase()] });
  await call('create_contact_task', { contactId, title: time, body: time, dueDate: time });
  const [task] = (await call('list_contact_tasks', { contactId })).tasks as Json[];
  expect(task).toMatchObject({ title: time, body: time, dueDate: '2026-11-20T09:00-06:00' });
});
