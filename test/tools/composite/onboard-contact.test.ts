import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../src/api/write/journal.ts';
import type { Json } from '../../../src/lib/json.ts';
import { KeyedLock } from '../../../src/lib/keyed-lock.ts';
import { readPhone } from '../../../src/lib/phone.ts';
import type { SandboxData, SandboxOptions } from '../../../src/sandbox/index.ts';
import { MAX_BYTES } from '../../../src/tools/core/tool-result.ts';
import { CONTACTS, type Connected, connect, type Options, textOf } from '../../connect.ts';

const EXTERNAL = 'cf0000000000external';
const CLUB = 'b00000000000000000000001';

const people: SandboxData['contacts'] = [
  {
    firstName: 'Ada',
    lastName: 'Moss',
    email: 'ada@moss.example',
    additionalEmails: ['ada@old.example'],
    phone: '+13125550101',
    city: 'Chicago',
    tags: ['vip'],
    dndSettings: { SMS: { status: 'active', message: 'asked' } },
    customFields: [
      { id: EXTERNAL, value: 'A-1' },
      { key: 'bike', value: 'Roadster' },
    ],
    notes: [{ body: '<p>Wants a <b>red</b> one</p>' }],
    tasks: [{ title: 'Call  back', dueDate: '2026-12-01T10:00:00Z', completed: true }],
  },
  { firstName: 'Ben', lastName: 'Moss', email: 'ben@moss.example', phone: '+13125550102' },
];

const data: SandboxData = {
  location: { timezone: 'America/Chicago', country: 'US' },
  users: [{ id: 'userdana', name: 'Dana', email: 'dana@shop.example' }],
  businesses: [{ id: CLUB, name: 'Club' }],
  customFields: [
    { id: EXTERNAL, name: 'External id' },
    { name: 'Bike', fieldKey: 'bike' },
    { name: 'Spend', fieldKey: 'spend', dataType: 'MONETORY' },
    { name: 'Since', fieldKey: 'since', dataType: 'DATE' },
    { name: 'Mailings', fieldKey: 'mailings', dataType: 'CHECKBOX', picklistOptions: ['News', 'Rides'] },
  ],
  contacts: people,
};

const world = (options: Options = {}, sandbox: SandboxOptions = {}) =>
  connect({ ...options, sandbox: { data, ...sandbox } });

/** Everybody there is, past any index. */
async function everybody({ call, sandbox }: Connected): Promise<Json[]> {
  sandbox.advance(600_000);
  return (await call('search_contacts', { pageLimit: 500, fields: ['id', 'firstName', 'email', 'phone'] }))
    .contacts as Json[];
}

const writes = async ({ sent }: Connected) => (await sent()).filter((line) => !/^GET |\/search$/.test(line));

const TASKS = [
  { title: 'Welcome call', dueDate: '2026-11-24T09:00' },
  { title: 'Send contract', dueDate: '2026-11-25T09:00:00-06:00', assignedTo: 'me', body: 'The new one' },
];
const CLEO = {
  firstName: 'Cleo',
  lastName: 'Park',
  gender: 'female',
  email: 'cleo@park.example',
  phone: '(312) 555-0103',
  tags: ['New', 'Lead'],
  customFields: [{ key: 'bike', value: 'Cargo' }],
  note: 'Came by the shop',
  tasks: TASKS,
  businessId: CLUB,
};

describe('somebody new', () => {
  test('is created with all parts, and the same again writes nothing', async () => {
    const journal: Entry[] = [];
    const keep = async (entry: Entry) => journal.push(entry) > 0;
    const all = await world({ user: 'dana@shop.example', api: { journal: keep } });
    const first = await all.call('onboard_contact', CLEO);
    const contact = first.contact as Json;
    expect(first).toMatchObject({ created: true, changed: [], business: { id: CLUB, assigned: true } });
    expect(contact).toMatchObject({
      email: CLEO.email,
      gender: 'female',
      phone: '+13125550103',
      tags: ['new', 'lead'],
      businessId: CLUB,
    });
    expect(first.tagsAdded).toEqual(['new', 'lead']);
    expect(first.tasks).toMatchObject([
      { title: 'Welcome call', dueDate: '2026-11-24T15:00:00.000Z', created: true },
      { title: 'Send contract', dueDate: '2026-11-25T15:00:00.000Z', created: true },
    ]);
    expect(journal[0]?.sent).toMatchObject({ phone: '+13125550103' });
    expect(first).not.toHaveProperty('failed');
    expect(first.notice).toContain('2026-11-24T09:00:00-06:00 [America/Chicago]');
    const { tasks } = await all.call('list_contact_tasks', { contactId: contact.id });
    expect(tasks).toMatchObject([{}, { assignedTo: 'userdana', body: 'The new one' }]);

    await all.sent();
    const second = await all.call('onboard_contact', CLEO);
    expect(await writes(all)).toEqual([]);
    expect(second).not.toHaveProperty('notStored');
    expect(second).toMatchObject({ created: false, changed: [], tagsAdded: [], business: { assigned: false } });
    expect(second.note).toEqual({ ...(first.note as Json), created: false });
    expect(second.contact).toEqual(contact);
    expect((second.tasks as Json[]).map(({ id, created }) => [id, created])).toEqual(
      (first.tasks as Json[]).map(({ id }) => [id, false]),
    );
    expect(await everybody(all)).toHaveLength(3);
  });

  test('email, phone or a match field with its value is needed', async () => {
    const { refused, sent } = await world();
    expect(await refused('onboard_contact', { firstName: 'Nobody' })).toMatch(
      /^Nothing was sent\. give email, phone, or matchField/,
    );
    const args = { email: 'x@y.example', matchField: 'bike', customFields: [{ key: 'spend', value: 3 }] };
    expect(await refused('onboard_contact', args)).toContain('matchField must stand in customFields');
    expect(await sent()).toEqual([]);
  });

  test('times that do not exist and tasks that are none are refused by name', async () => {
    const all = await world();
    const task = { title: 'x', dueDate: '2026-02-30T09:00' };
    expect(await all.refused('onboard_contact', { email: 'x@y.example', tasks: [TASKS[0], task] })).toContain(
      'tasks[1].dueDate',
    );
    expect(await all.refused('onboard_contact', { email: 'x@y.example', tasks: [{ title: 'x' }] })).toContain(
      'tasks[0].dueDate is missing',
    );
    expect(await writes(all)).toEqual([]);
  });
});

describe('somebody known', () => {
  test('gets what differs, old and new are told, and what is there stays', async () => {
    const all = await world();
    const args = {
      firstName: 'Ada',
      city: 'Evanston',
      email: 'ADA@moss.example',
      phone: '312-555-0101',
      tags: ['VIP', 'Club'],
      note: 'Wants a red one',
      tasks: [{ title: 'call back', dueDate: '2026-12-01T04:00:00-06:00' }],
      dndSettings: { SMS: { status: 'active' } },
      customFields: [
        { key: 'contact.bike', value: 'Cargo' },
        { id: EXTERNAL, value: 'A-1' },
      ],
    };
    const done = await all.call('onboard_contact', args);
    expect(done).toMatchObject({ created: false, tagsAdded: ['club'], note: { created: false } });
    expect(done.changed).toEqual([
      { field: 'city', old: 'Chicago', new: 'Evanston' },
      { field: 'customFields.contact.bike', old: 'Roadster', new: 'Cargo' },
    ]);
    expect(done.tasks).toMatchObject([{ title: 'Call  back', created: false }]);
    expect(done.contact).toMatchObject({ email: 'ada@moss.example', city: 'Evanston', tags: ['vip', 'club'] });
    expect(await writes(all)).toHaveLength(2);
    await all.call('onboard_contact', args);
    expect(await writes(all)).toEqual([]);
  });

  test('values kept in another form than they are sent are not written again and again', async () => {
    const all = await world();
    const args = {
      name: 'Ada Moss',
      email: 'ada@moss.example',
      dnd: true,
      dateOfBirth: '03/14/1990',
      companyName: 'Moss & Co',
      timezone: 'America/Chicago',
      dndSettings: { Email: { status: 'permanent' }, FB: { status: 'inactive' } },
      inboundDndSettings: { all: { status: 'active' } },
      customFields: [
        { key: 'spend', value: '1,200' },
        { key: 'since', value: '2026-01-02T15:00:00Z' },
        { key: 'mailings', value: ['Rides', 'News'] },
      ],
    };
    const { changed } = await all.call('onboard_contact', args);
    expect((changed as Json[]).map(({ field }) => field)).toEqual([
      'timezone',
      'dnd',
      'dndSettings',
      'inboundDndSettings',
      'dateOfBirth',
      'companyName',
      'customFields.spend',
      'customFields.since',
      'customFields.mailings',
    ]);
    expect(await writes(all)).toHaveLength(1);
    expect(await all.call('onboard_contact', args)).toMatchObject({ changed: [] });
    expect(await writes(all)).toEqual([]);
  });

  test('a further email leads to its contact, whose first email stays', async () => {
    const all = await world();
    const done = await all.call('onboard_contact', { email: 'ada@old.example', city: 'Evanston' });
    expect(done.contact).toMatchObject({ firstName: 'Ada', email: 'ada@moss.example' });
    expect(done.changed).toEqual([{ field: 'city', old: 'Chicago', new: 'Evanston' }]);
    expect(await everybody(all)).toHaveLength(2);
  });

  test('what HighLevel does not take is told: gender, an unknown custom field, an empty value', async () => {
    const all = await world();
    const args = {
      email: 'ada@moss.example',
      gender: 'female',
      city: '',
      customFields: [
        { key: 'shoe', value: '44' },
        { key: 'mailings', value: ['Spam'] },
      ],
    };
    const done = await all.call('onboard_contact', args);
    expect((done.notStored as Json[]).map(({ field }) => field).sort()).toEqual([
      'city',
      'customFields.mailings',
      'customFields.shoe',
      'gender',
    ]);
    expect(done).toMatchObject({ changed: [], contact: { city: 'Chicago' } });
  });

  test('a field the account does not take on an update is left out, and the others go on', async () => {
    const all = await world({}, { switches: { companyNameOnPut: 'refuse' } });
    const done = await all.call('onboard_contact', { email: 'ada@moss.example', companyName: 'M', city: 'Elgin' });
    expect(done).toMatchObject({ changed: [{ field: 'city' }], notStored: [{ field: 'companyName' }] });
    expect(done).not.toHaveProperty('failed');
  });

  test('without the scope for custom fields an id works, a key is sent and its old value seen', async () => {
    const all = await world({ scopes: CONTACTS });
    const byId = {
      matchField: EXTERNAL,
      customFields: [
        { id: EXTERNAL, value: 'A-1' },
        { key: 'bike', value: 'Cargo' },
      ],
    };
    const done = await all.call('onboard_contact', byId);
    expect(done.contact).toMatchObject({ firstName: 'Ada' });
    expect(done.changed).toEqual([{ field: 'customFields.bike', old: 'Roadster', new: 'Cargo' }]);
    expect(await all.call('onboard_contact', byId)).toMatchObject({ changed: [] });
    const lost = { email: 'ada@moss.example', customFields: [{ key: 'shoe', value: '44' }] };
    expect(await all.call('onboard_contact', lost)).toMatchObject({ notStored: [{ field: 'customFields.shoe' }] });
    await all.sent();
    const byKey = { matchField: 'external_id', customFields: [{ key: 'contact.external_id', value: 'A-1' }] };
    expect(await all.refused('onboard_contact', byKey)).toContain('locations/customFields.readonly');
    expect(await all.sent()).toEqual([]);
  });
});

test('a match value that HighLevel does not keep is told, and this server knows whom it made for it', async () => {
  const all = await world({ scopes: CONTACTS });
  const customFields = [{ id: 'cf000000000nothing', value: 'A-1' }];
  const args = { firstName: 'Ada', matchField: 'cf000000000nothing', customFields };
  const first = await all.call('onboard_contact', args);
  expect(first).toMatchObject({ created: true, notStored: [{ field: 'customFields.cf000000000nothing' }] });
  expect(first.notice).toContain('did not keep the value of matchField');
  expect(await all.call('onboard_contact', args)).toMatchObject({
    created: false,
    contact: { id: (first.contact as Json).id },
  });
});

describe('somebody given by name', () => {
  const customFields = [{ id: EXTERNAL, value: 'N-1' }];

  test.each([
    ['Cleo Ann Park', { firstName: 'Cleo', lastName: 'Ann Park' }],
    [' Cher ', { firstName: 'Cher' }],
  ])('%j is created with its parts, and found again', async (name, parts) => {
    const all = await world({}, { indexDelayMs: 60_000 });
    const args = { name, matchField: EXTERNAL, customFields };
    const first = await all.call('onboard_contact', args);
    expect(first).toMatchObject({ created: true, contact: parts });
    expect(await all.call('onboard_contact', args)).toMatchObject({ created: false, changed: [] });
  });

  test('nobody is created without any name, email or phone; other rows go on', async () => {
    const all = await world();
    const told = await all.refused('onboard_contact', { matchField: EXTERNAL, customFields });
    expect(told).toContain('A new contact needs at least one of email, phone, firstName, lastName');
    const nameless = Array.from({ length: 6 }, (_, n) => ({ customFields: [{ id: EXTERNAL, value: `N-${n}` }] }));
    const rows = [...nameless, { customFields, firstName: 'Cleo' }];
    expect(await all.call('bulk_upsert_contacts', { matchField: EXTERNAL, rows })).toMatchObject({
      asked: 7,
      failed: 6,
      created: 1,
    });
    expect(await everybody(all)).toHaveLength(3);
  });
});

describe('an answer that does not tell whether somebody is there creates nobody', () => {
  const html = '<html>404 Not Found</html>';
  const READ = 'GET /contacts/{contactId}';
  const LOOKUP = 'GET /contacts/search/duplicate';
  const SEARCH = 'POST /contacts/search';
  const match = { matchField: EXTERNAL, customFields: [{ id: EXTERNAL, value: 'A-1' }], firstName: 'Ada' };
  const mail = { email: 'ada@moss.example', firstName: 'Ada' };
  test.each<[string, string, Json, Json]>([
    ['a page of a gateway instead of the contact', READ, { status: 404, body: html }, match],
    [
      'a refusal that is none of HighLevel’s',
      READ,
      { status: 400, body: { message: 'Bad Request: malformed' } },
      match,
    ],
    ['an empty object instead of the contact', READ, { status: 200, body: {} }, match],
    ['a failure told with 200', READ, { status: 200, body: { statusCode: 500, message: 'x' } }, match],
    ['somebody else’s contact', READ, { status: 200, body: { contact: { id: 'somebodyelse00000001' } } }, match],
    ['an empty object instead of a lookup', LOOKUP, { status: 200, body: {} }, mail],
    ['an empty object instead of a search', SEARCH, { status: 200, body: {} }, match],
  ])('%s', async (_, route, fault, args) => {
    const all = await world();
    all.sandbox.setFaults([{ route, fault }]);
    await all.refused('onboard_contact', args);
    expect(await writes(all)).toEqual([]);
    const [row] = (await all.call('bulk_upsert_contacts', { rows: [args] })).rows as Json[];
    expect(row).toMatchObject({ outcome: 'failed' });
    all.sandbox.setFaults([]);
    expect(await everybody(all)).toHaveLength(2);
  });
});

describe('one number, two people', () => {
  test('another first name and another email under a known phone is a conflict, and nothing is written', async () => {
    const all = await world();
    const cara = { firstName: 'Cara', lastName: 'Moss', email: 'cara@moss.example', phone: '+13125550102' };
    const told = await all.refused('onboard_contact', cara);
    expect(told).toContain('who has another first name and another email: nothing was written');
    expect(await writes(all)).toEqual([]);
    const { phone: _, ...without } = cara;
    expect(await all.call('onboard_contact', without)).toMatchObject({ created: true });
  });

  test('the same first name under a known phone is the same person with a new email', async () => {
    const all = await world();
    const ben = { firstName: 'ben', email: 'ben.moss@new.example', phone: '+13125550102' };
    expect(await all.call('onboard_contact', ben)).toMatchObject({
      created: false,
      changed: expect.arrayContaining([{ field: 'email', old: 'ben@moss.example', new: 'ben.moss@new.example' }]),
    });
  });
});

describe('two contacts', () => {
  const ids = async (all: Connected) =>
    Object.fromEntries((await everybody(all)).map(({ firstName, id }) => [firstName, id]));

  test.each([
    ['email and phone', { email: 'ada@moss.example', phone: '+13125550102' }],
    [
      'email and match field',
      { email: 'ben@moss.example', matchField: EXTERNAL, customFields: [{ id: EXTERNAL, value: 'A-1' }] },
    ],
    [
      'phone and match field',
      { phone: '3125550102', matchField: 'contact.external_id', customFields: [{ key: 'external_id', value: 'A-1' }] },
    ],
  ])('%s of different ones are a conflict, and nothing is written', async (_, args) => {
    const all = await world();
    const { Ada, Ben } = await ids(all);
    const told = await all.refused('onboard_contact', { ...args, city: 'Elgin', tags: ['x'] });
    expect(told).toContain(`contact ${Ada}`);
    expect(told).toContain(`contact ${Ben}`);
    expect(told).toContain('nothing was written');
    expect(await writes(all)).toEqual([]);
  });

  test('one match value on two contacts is a conflict too', async () => {
    const all = await world();
    const { Ben } = await ids(all);
    await all.call('update_contact', { contactId: Ben, customFields: [{ id: EXTERNAL, value: 'A-1' }] });
    all.indexed();
    const args = { matchField: EXTERNAL, customFields: [{ id: EXTERNAL, value: 'A-1' }] };
    expect(await all.refused('onboard_contact', args)).toMatch(/matchField leads to contact \w+, matchField leads to/);
  });

  test('an update that HighLevel refuses as somebody else is one as well', async () => {
    // A number the server takes for one of North America, and HighLevel for one of the location's country.
    const british = {
      ...data,
      location: { country: 'GB' },
      contacts: [
        { firstName: 'Una', phone: '+442079460011' },
        { firstName: 'Vic', email: 'vic@moss.example' },
      ],
    };
    const all = await world({ scopes: CONTACTS }, { data: british });
    const { Una, Vic } = await ids(all);
    const told = await all.refused('onboard_contact', {
      email: 'vic@moss.example',
      phone: '020 7946 0011',
      tags: ['x'],
    });
    expect(told).toContain(`email leads to contact ${Vic}`);
    expect(told).toContain(`belongs to contact ${Una}`);
    expect((await everybody(all)).find(({ id }) => id === Vic)).not.toHaveProperty('phone');
    expect(await all.call('get_contact', { contactId: Vic })).not.toHaveProperty('contact.tags');
  });
});

describe('at once', () => {
  const parts = { tags: ['x'], note: 'Same note', tasks: TASKS.slice(0, 1) };
  const SPELLINGS = ['+13125550103', '312-555-0103', '(312) 555 0103', '1 312 555 0103', '3125550103'];
  const ways: [string, (run: number) => Json, Options?][] = [
    ['everything', () => CLEO, { user: 'userdana' }],
    ['only the email', (run) => ({ email: run % 2 ? 'CLEO@park.example' : 'cleo@park.example', ...parts })],
    ['only the phone, in five spellings', (run) => ({ phone: SPELLINGS[run % 5], ...parts })],
    [
      'only the phone, where the country is not known',
      (run) => ({ phone: SPELLINGS[run % 5], ...parts }),
      { scopes: CONTACTS },
    ],
    [
      'only the match field',
      (run) => ({
        firstName: 'Cleo',
        matchField: run % 2 ? EXTERNAL : 'external_id',
        customFields: [run % 2 ? { id: EXTERNAL, value: 'C-3' } : { key: 'external_id', value: 'C-3' }],
        ...parts,
      }),
    ],
    [
      'each with another part of them',
      (run) => ({
        firstName: 'Cleo',
        ...(run % 3 !== 1 ? { email: 'cleo@park.example' } : {}),
        ...(run % 3 !== 0 ? { phone: '312 555 0103' } : {}),
        ...parts,
      }),
    ],
  ];

  test.each(ways)('ten with %s leave one contact, one note and one set of tasks', async (what, args, options = {}) => {
    const all = await world(options, { indexDelayMs: 60_000 });
    // Two chains that share nothing meet only where somebody has both.
    if (what.startsWith('each')) await all.call('onboard_contact', args(2));
    const done = await Promise.all(Array.from({ length: 10 }, (_, run) => all.call('onboard_contact', args(run))));
    const ids = new Set(done.map(({ contact }) => (contact as Json).id));
    const [contactId] = ids;
    const { notes } = await all.call('list_contact_notes', { contactId });
    const { tasks } = await all.call('list_contact_tasks', { contactId });
    const count = [ids.size, (notes as Json[]).length, (tasks as Json[]).length];
    console.log(`ten onboardings at once with ${what}: contacts, notes, tasks ${count.join(', ')}`);
    expect(ids.size).toBe(1);
    expect(await everybody(all)).toHaveLength(3);
    expect(notes).toHaveLength(1);
    expect(tasks).toHaveLength((args(0).tasks as unknown[]).length);
    const sent = await writes(all);
    expect(sent.filter((line) => line.endsWith('/tags')).length).toBe(0);
    expect(sent.filter((line) => line === 'POST /contacts/')).toHaveLength(1);
  });

  test('spellings whose country is not known are one contact even where duplicates are allowed', async () => {
    const british: SandboxData = { location: { country: 'GB' }, contacts: [] };
    const all = await world({ scopes: CONTACTS }, { data: british, switches: { duplicatesAllowed: true } });
    const spellings = ['+44 20 7946 0011', '020 7946 0011', '(020) 79460011'];
    await Promise.all(
      Array.from({ length: 10 }, (_, run) => all.call('onboard_contact', { phone: spellings[run % 3], ...parts })),
    );
    expect(await everybody(all)).toMatchObject([{ phone: '+442079460011' }]);
  });

  test('ten different persons run side by side', async () => {
    let together = 0;
    let most = 0;
    const wait = async () => {
      together += 1;
      most = Math.max(most, together);
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      together -= 1;
    };
    const all = await world({}, { wait, faults: [{ route: 'POST /contacts/', fault: { delayMs: 1 } }] });
    await Promise.all(
      Array.from({ length: 10 }, (_, run) => all.call('onboard_contact', { email: `p${run}@many.example`, ...parts })),
    );
    expect(await everybody(all)).toHaveLength(12);
    expect(most).toBe(10);
  });

  test('the index may trail as it likes: a match value is known to this server', async () => {
    const all = await world({}, { indexDelayMs: 100_000 });
    const args = { firstName: 'Zed', matchField: EXTERNAL, customFields: [{ id: EXTERNAL, value: 'Z-9' }] };
    const { contact } = await all.call('onboard_contact', args);
    expect((await all.call('onboard_contact', args)).contact).toEqual(contact);
    // Another one took over the value meanwhile: what is stored counts, not what was remembered.
    await all.call('update_contact', {
      contactId: (contact as Json).id,
      customFields: [{ id: EXTERNAL, value: 'Z-8' }],
    });
    expect((await all.call('onboard_contact', args)).created).toBe(true);
  });
});

describe('when something goes wrong', () => {
  test('a part that fails does not stop the others, and a repetition does the rest', async () => {
    const all = await world();
    all.sandbox.setFaults([
      { route: 'POST /contacts/{contactId}/notes', nth: 1, fault: { status: 500 } },
      {
        route: 'POST /contacts/{contactId}/tasks',
        nth: 2,
        fault: { status: 422, body: { message: ['title must be short'] } },
      },
    ]);
    const args = { ...CLEO, tasks: TASKS.map(({ assignedTo: _, ...task }) => task) };
    const first = await all.call('onboard_contact', args);
    expect(first).toMatchObject({ created: true, tasks: [{ title: 'Welcome call' }], business: { assigned: true } });
    expect((first.failed as Json[]).map(({ part }) => part)).toEqual(['note', 'tasks']);
    expect(first.notice).toContain('The same call again does what is missing');
    const second = await all.call('onboard_contact', args);
    expect(second).toMatchObject({
      created: false,
      note: { created: true },
      tasks: [{ created: false }, { created: true }],
    });
    expect(second).not.toHaveProperty('failed');
  });

  test('a list that cannot be read costs only its part', async () => {
    const all = await world();
    all.sandbox.setFaults([
      {
        route: 'GET /contacts/{contactId}/tasks',
        fault: { status: 401, body: { message: 'The token is not authorized for this scope.' } },
      },
    ]);
    const done = await all.call('onboard_contact', {
      email: 'ada@moss.example',
      note: 'New',
      tasks: TASKS.slice(0, 1),
    });
    expect(done).toMatchObject({ note: { created: true }, failed: [{ part: 'tasks' }] });
    expect((await writes(all)).some((line) => line.endsWith('/tasks'))).toBe(false);
  });

  test('an update that fails leaves the parts to be done', async () => {
    const all = await world();
    all.sandbox.setFaults([
      { route: 'PUT /contacts/{contactId}', fault: { status: 422, body: { message: ['city must be a town'] } } },
    ]);
    const done = await all.call('onboard_contact', { email: 'ada@moss.example', city: 'x', tags: ['club'] });
    expect(done).toMatchObject({ changed: [], tagsAdded: ['club'], failed: [{ part: 'fields' }] });
  });

  test('somebody who is made meanwhile is found and filled', async () => {
    const all = await world(
      { scopes: CONTACTS },
      { data: { ...data, location: { country: 'GB' }, contacts: [{ firstName: 'Una', phone: '+442079460011' }] } },
    );
    // Lookup misses this spelling where the country is not known; the create names who it is.
    const done = await all.call('onboard_contact', { phone: '020 7946 0011', lastName: 'Hart', tags: ['x'] });
    expect(done).toMatchObject({ created: false, contact: { firstName: 'Una', lastName: 'Hart', tags: ['x'] } });
    expect(await everybody(all)).toHaveLength(1);
  });

  /** A world in which somebody else does something just before the first request to a route is handled. */
  async function meanwhile(route: string, rival: (request: Rival) => Promise<unknown>): Promise<Connected> {
    const all: Connected = await world({}, { wait: () => rival(asRival(all)).then(() => undefined) });
    all.sandbox.setFaults([{ route, nth: 1, fault: { delayMs: 1 } }]);
    return all;
  }
  type Rival = (method: string, path: string, body?: Json) => Promise<Response>;
  const asRival =
    ({ sandbox }: Connected): Rival =>
    (method, path, body) =>
      sandbox.fetch(
        new Request(`http://sandbox.invalid/contacts/${path}`, {
          method,
          headers: {
            authorization: `Bearer ${sandbox.token}`,
            version: '2021-07-28',
            'content-type': 'application/json',
          },
          ...(body ? { body: JSON.stringify({ locationId: sandbox.locationId, ...body }) } : {}),
        }),
      );

  test('somebody else creates the person between look and create', async () => {
    const all = await meanwhile('POST /contacts/', (rival) =>
      rival('POST', '', { email: CLEO.email, firstName: 'C.', tags: ['hers'] }),
    );
    const done = await all.call('onboard_contact', { ...CLEO, tasks: [] });
    expect(done).toMatchObject({ created: false, contact: { firstName: 'Cleo' }, note: { created: true } });
    expect(done.changed).toContainEqual({ field: 'firstName', old: 'C.', new: 'Cleo' });
    expect((done.contact as Json).tags).toEqual(['hers', 'new', 'lead']);
    expect(await everybody(all)).toHaveLength(3);
  });

  test('somebody else creates the person with the phone of a third: a conflict', async () => {
    const all = await meanwhile('POST /contacts/', async (rival) => {
      await rival('POST', '', { email: CLEO.email });
      await rival('POST', '', { phone: CLEO.phone });
    });
    const told = await all.refused('onboard_contact', { ...CLEO, tasks: [] });
    expect(told).toMatch(/email leads to contact \w+, phone leads to contact \w+: nothing was written/);
  });

  test.each([
    'GET /contacts/{contactId}',
    'PUT /contacts/{contactId}',
    'GET /contacts/{contactId}/tasks',
    'POST /contacts/{contactId}/tags',
  ])('a contact deleted just before %s is made anew, with everything', async (route) => {
    const deleted: string[] = [];
    const all = await meanwhile(route, (rival) => rival('DELETE', deleted[0] ?? ''));
    const [ada] = (await everybody(all)).filter(({ firstName }) => firstName === 'Ada');
    deleted.push(String(ada?.id));
    const args = { firstName: 'Ada', city: 'Elgin', email: 'ada@moss.example', tags: ['x'], tasks: TASKS.slice(0, 1) };
    const done = await all.call('onboard_contact', args);
    expect(done).toMatchObject({ created: true, contact: { city: 'Elgin', tags: ['x'] }, tasks: [{ created: true }] });
    expect((done.contact as Json).id).not.toBe(ada?.id);
    expect(done).not.toHaveProperty('failed');
    expect(await everybody(all)).toHaveLength(2);
  });

  test('an answer that is lost is no second contact, note or task', async () => {
    const all = await world();
    const lost = { connection: 'cut', strikes: 'after' } as const;
    all.sandbox.setFaults([
      { route: 'POST /contacts/', nth: 1, fault: lost },
      { route: 'POST /contacts/{contactId}/notes', nth: 1, fault: lost },
      { route: 'POST /contacts/{contactId}/tasks', nth: 1, fault: lost },
    ]);
    const args = { ...CLEO, tasks: TASKS.slice(0, 1) };
    expect(await all.call('onboard_contact', args)).toMatchObject({ created: true, note: { created: true } });
    await all.sent();
    expect(await all.call('onboard_contact', args)).toMatchObject({ created: false, tasks: [{ created: false }] });
    expect(await writes(all)).toEqual([]);
  });

  test('when the time is up the rest is left, and a repetition does it', async () => {
    const all: Connected = await world({}, { wait: async () => all.advance(20_000) });
    all.sandbox.setFaults([{ route: 'POST /contacts/{contactId}/tasks', fault: { delayMs: 1 } }]);
    const tasks = [1, 2, 3].map((day) => ({ title: `Task ${day}`, dueDate: `2026-12-0${day}T10:00` }));
    const first = await all.call('onboard_contact', { email: 'slow@moss.example', tasks });
    expect(first).toMatchObject({
      tasks: [{}, {}],
      failed: [{ part: 'tasks', reason: 'No time was left to begin it.' }],
    });
    all.sandbox.setFaults([]);
    const second = await all.call('onboard_contact', { email: 'slow@moss.example', tasks });
    expect((second.tasks as Json[]).map(({ created }) => created)).toEqual([false, false, true]);
  });
});

describe("the owner's minus", () => {
  test.each([
    ['-create_contact', { email: 'new@moss.example', note: 'x' }, 'create_contact'],
    ['-tasks', { email: 'new@moss.example', tasks: TASKS.slice(0, 1) }, 'create_contact_task'],
    ['-update_contact', { email: 'ada@moss.example', city: 'Elgin', tags: ['x'] }, 'update_contact'],
    ['-bulk', { email: 'ada@moss.example', businessId: CLUB, tags: ['x'] }, 'bulk_assign_contact_business'],
  ])('%s refuses what needs it before anything is written', async (select, args, name) => {
    const all = await world({ select });
    expect(await all.refused('onboard_contact', args)).toMatch(new RegExp(`${name} (does, which )?is switched off`));
    expect(await writes(all)).toEqual([]);
  });

  test('what does not need it goes on', async () => {
    const { call } = await world({ select: '-create_contact,-tasks' });
    expect(await call('onboard_contact', { email: 'ada@moss.example', city: 'Elgin' })).toMatchObject({
      changed: [{}],
    });
  });
});

describe('a phone', () => {
  const home = (country?: string) => async () => country;
  test.each([
    ['+13125550101', undefined, '+13125550101', true],
    ['+44 (0)20 7946 0011', undefined, '+442079460011', true],
    ['020 7946 0011', 'GB', '+442079460011', true],
    ['0044 20 7946 0011', 'GB', '+442079460011', true],
    ['(312) 555-0101', 'US', '+13125550101', true],
    ['98765 43210', 'IN', '+919876543210', true],
    ['(312) 555-0101', undefined, '+13125550101', false],
    ['1 312 555 0101', undefined, '+13125550101', false],
    ['020 7946 0011', undefined, '020 7946 0011', false],
    ['12', 'US', '12', false],
    ['312 555 0101', 'XX', '+13125550101', false],
  ])('%s at home in %s is %s, for certain: %s', async (phone, country, number, certain) => {
    expect(await readPhone(phone, home(country))).toEqual({ number, certain });
  });

  test('the country is not asked for where the number has one', async () => {
    await readPhone('+1 (312) 555-0101', () => Promise.reject(new Error('asked')));
  });

  test("a number of the location's country leads to who has it", async () => {
    const contacts = [{ firstName: 'Una', phone: '+442079460011' }];
    const all = await world({}, { data: { location: { country: 'GB' }, contacts } });
    const done = await all.call('onboard_contact', { phone: '020 7946 0011', lastName: 'Hart' });
    expect(done).toMatchObject({ created: false, contact: { firstName: 'Una' } });
    expect(await writes(all)).toHaveLength(1);
  });
});

describe('locks', () => {
  test('runs that share a key go one after the other, others do not wait, and nothing is left behind', async () => {
    const locks = new KeyedLock();
    const log: string[] = [];
    const run = (name: string, ...keys: string[]) =>
      locks.hold(keys, async () => {
        log.push(`${name} begins`);
        await Promise.resolve();
        await Promise.resolve();
        log.push(`${name} ends`);
        if (name === 'b') throw new Error('b');
      });
    const all = [run('a', '1', '2'), run('b', '2', '3'), run('c', '3', '1'), run('d', '4')];
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    const inOrder = log.filter((line) => !line.startsWith('d'));
    expect(inOrder).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(log.indexOf('d begins')).toBeLessThan(log.indexOf('a ends'));
  });
});

test('the account is not lost where the contact alone is longer than an answer may be', async () => {
  const tags = Array.from({ length: 1_500 }, (_, i) => `a rather long tag number ${i}`);
  const { client } = await connect({
    sandbox: { data: { contacts: [{ id: 'one', email: 'many@tags.example', tags }] } as never },
  });
  const args = { email: 'many@tags.example', tags: ['new'], note: 'Hello' };
  const result = await client.callTool({ name: 'onboard_contact', arguments: args });
  expect(Buffer.byteLength(textOf(result))).toBeLessThanOrEqual(MAX_BYTES);
  expect(result.structuredContent).toMatchObject({
    contact: { id: 'one' },
    created: false,
    tagsAdded: ['new'],
    note: { created: true },
    listsCut: { 'contact.tags': 1_501 },
  });
});

test('a business that HighLevel says it did not assign is a part that failed', async () => {
  const { call, sandbox } = await world();
  sandbox.setFaults([{ route: 'POST /contacts/bulk/business', fault: { status: 200, body: { success: false } } }]);
  const answer = await call('onboard_contact', { email: 'ben@moss.example', businessId: CLUB });
  expect(answer).toMatchObject({ failed: [{ part: 'business' }] });
  expect(answer).not.toHaveProperty('business');
});

test('tasks of one title and time that differ otherwise are all made, once each, also after a failure between them', async () => {
  const { call, sandbox } = await world();
  const at = { title: 'Prepare', dueDate: '2026-12-01T10:00:00Z' };
  const [bike, papers] = [
    { ...at, body: 'the bike' },
    { ...at, body: 'the papers' },
  ];
  const args = { email: 'ben@moss.example', tasks: [bike, papers, bike] };
  sandbox.setFaults([{ route: 'POST /contacts/{contactId}/tasks', nth: 1, fault: { status: 403 } }]);
  const first = await call('onboard_contact', args);
  expect(first).toMatchObject({ tasks: [{ created: true }], failed: [{ part: 'tasks' }] });
  expect(await call('onboard_contact', args)).toMatchObject({ tasks: [{ created: true }, { created: false }] });
  expect(await call('onboard_contact', args)).toMatchObject({ tasks: [{ created: false }, { created: false }] });
  const { tasks } = await call('list_contact_tasks', { contactId: (first.contact as Json).id });
  expect((tasks as Json[]).map(({ body }) => body).sort()).toEqual(['the bike', 'the papers']);
});
