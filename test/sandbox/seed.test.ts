import { describe, expect, test } from 'vitest';
import { createSandbox, parseData } from '../../src/sandbox/index.ts';
import { type Json, NOON, openSandbox } from './api.ts';

async function readAll(seed: number, now = NOON) {
  const { get, search, sandbox, locationId } = openSandbox({ seed, now: () => now });
  const { contacts } = (await search()).body;
  const tasks = await Promise.all(contacts.map(async ({ id }: Json) => (await get(`/contacts/${id}/tasks`)).body));
  return { token: sandbox.token, locationId, foreign: sandbox.foreign, contacts, tasks };
}

/** The records of the sandbox, and what its search and its check for duplicates find. */
async function everything({ get, search, locationId }: ReturnType<typeof openSandbox>): Promise<Json> {
  const duplicate = `/contacts/search/duplicate?locationId=${locationId}&email=new@example.com`;
  const [state, found, same] = await Promise.all([get('/__sandbox/state'), search(), get(duplicate)]);
  return { state: state.body, contacts: found.body.contacts, duplicate: same.body.contact };
}

describe('the seed', () => {
  test('gives the same data and ids during one day', async () => {
    expect(await readAll(7, NOON + 3_600_000)).toEqual(await readAll(7));
  });

  test('gives other ids than another seed', async () => {
    const [one, two] = [await readAll(1), await readAll(2)];
    expect(one.token).not.toBe(two.token);
    expect(one.contacts[0].id).not.toBe(two.contacts[0].id);
  });

  test('has ids in the format of HighLevel', async () => {
    const { token, locationId, foreign, contacts } = await readAll(1);
    expect(token).toMatch(/^pit-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    for (const id of [locationId, foreign.locationId, foreign.contactId, contacts[0].id]) {
      expect(id).toMatch(/^[A-Za-z0-9]{20}$/);
    }
  });

  test('has 48 customers of many kinds', async () => {
    const { contacts, tasks } = await readAll(1);
    const having = (matches: (contact: Json) => unknown) => contacts.filter(matches).length;
    expect(contacts).toHaveLength(48);
    expect(having((each) => each.companyName) / 48).toBeCloseTo(0.6, 0);
    expect(having((each) => each.assignedTo) / 48).toBeCloseTo(0.7, 0);
    expect(having((each) => !each.email && !each.phone)).toBeGreaterThan(1);
    expect(having((each) => each.additionalEmails.length > 0)).toBeGreaterThan(1);
    expect(having((each) => each.companyName === 'Acme Couriers')).toBe(4);
    expect(having((each) => each.firstName === 'Maria')).toBe(1);
    const all = tasks.flatMap(({ tasks }: Json) => tasks);
    const due = (from: number, to: number) =>
      all.some(({ dueDate, completed }: Json) => !completed && Date.parse(dueDate) >= from && Date.parse(dueDate) < to);
    const today = Math.floor(NOON / 86_400_000) * 86_400_000;
    expect([due(0, today), due(today, today + 86_400_000), due(today + 86_400_000, today * 2)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(all.some(({ completed }: Json) => completed)).toBe(true);
  });

  test('has a very long note and one with instructions for a model', async () => {
    const { get, idOf } = openSandbox();
    const notes = async (name: string) => (await get(`/contacts/${await idOf(name)}/notes`)).body.notes;
    expect((await notes('Ben Carter'))[0].body.length).toBeGreaterThan(4000);
    expect((await notes('Samuel Price'))[0].body).toMatch(/Ignore all previous instructions.*[\u202e\u2066\u200b]/);
  });

  test('has eight custom fields for Maria Lopez', async () => {
    const { read, idOf } = openSandbox();
    expect((await read(await idOf('Maria Lopez'))).customFields).toHaveLength(8);
  });
});

test('reset restores the data and the sequence of ids', async () => {
  const { sandbox, create, search } = openSandbox();
  const first = await create({ firstName: 'Ann' });
  sandbox.reset();
  expect((await search()).body.total).toBe(48);
  expect(await create({ firstName: 'Ann' })).toBe(first);
});

test('a write to one sandbox changes no other sandbox of the same seed', async () => {
  const [written, earlier] = [openSandbox(), openSandbox()];
  const { locationId, idOf } = written;
  const maria = await idOf('Maria Lopez');
  const { campaigns } = (await written.get(`/campaigns/?locationId=${locationId}`)).body;
  const { workflows } = (await written.get(`/workflows/?locationId=${locationId}`)).body;
  const writes = [
    await written.put(`/contacts/${maria}`, {
      email: 'new@example.com',
      customFields: [{ key: 'frame_size', value: 1 }],
    }),
    await written.post(`/contacts/${maria}/tags`, { tags: ['added'] }),
    await written.post(`/contacts/${maria}/tasks`, {
      title: 'Call',
      dueDate: '2026-05-21T10:00:00Z',
      completed: false,
    }),
    await written.post(`/contacts/${maria}/notes`, { body: 'Called' }),
    await written.post(`/contacts/${maria}/campaigns/${campaigns[0].id}`, {}),
    await written.post(`/contacts/${maria}/workflow/${workflows[0].id}`, {}),
    await written.remove(`/contacts/${await idOf('Ben Carter')}`),
  ];
  expect(writes.map(({ status }) => status).filter((status) => status >= 300)).toEqual([]);
  const [changed, unchanged, later] = await Promise.all([written, earlier, openSandbox()].map(everything));
  expect(changed).not.toEqual(unchanged);
  expect(later).toEqual(unchanged);
  const contact = { firstName: 'Ann' };
  expect(await earlier.create(contact)).toBe(await openSandbox().create(contact));
});

describe('custom data', () => {
  test('needs contacts only', async () => {
    const data = parseData([
      {
        firstName: 'Ann',
        customFields: [{ key: 'shoe_size', value: '38' }],
        tasks: [{ title: 'Call', dueDate: '2026-05-21T10:00:00Z' }],
        notes: [{ body: 'Hi' }],
      },
    ]);
    const { search, get, locationId } = openSandbox({ data });
    const [ann] = (await search()).body.contacts;
    expect(ann.customFields[0].value).toBe('38');
    expect((await get(`/contacts/${ann.id}/tasks`)).body.tasks[0].completed).toBe(false);
    expect((await get(`/locations/${locationId}/customFields`)).body.customFields[0].fieldKey).toBe(
      'contact.shoe_size',
    );
  });

  test('may refer to users and businesses by name', async () => {
    const data = parseData({
      location: { id: 'myLocation', timezone: 'Europe/Berlin', country: 'DE' },
      users: [{ name: 'Dana', email: 'dana@x.example' }],
      businesses: [{ name: 'Acme' }],
      contacts: [{ firstName: 'Ann', phone: '030 901820', assignedTo: 'dana@x.example', businessId: 'Acme' }],
    });
    const { sandbox, search, get } = openSandbox({ data });
    expect(sandbox.locationId).toBe('myLocation');
    const [ann] = (await search()).body.contacts;
    const [dana] = (await get('/users/?locationId=myLocation')).body.users;
    expect(ann).toMatchObject({ assignedTo: dana.id, businessName: 'Acme', phone: '+4930901820', country: 'DE' });
  });

  test.each([
    ['nothing', 'Sandbox data must be an object with contacts, or an array of contacts.'],
    [{ people: [] }, 'Sandbox data: people is not known here.'],
    [{}, 'Sandbox data: contacts must be an array.'],
    [[{ firstName: 'A' }, { email: 'x' }], 'Sandbox data: contacts.1.email must be an email.'],
    [[{ emial: 'x' }], 'Sandbox data: contacts.0.emial is not known here.'],
    [
      [{ tasks: [{ title: 'x', dueDate: 'soon' }] }],
      'Sandbox data: contacts.0.tasks.0.dueDate must be a valid ISO 8601 date string.',
    ],
    [[{ phone: '12' }], 'Sandbox data: contacts.0.phone must be a valid phone number.'],
    [
      { contacts: [], location: { timezone: 'Mars' } },
      'Sandbox data: location.timezone must be an IANA time zone, like America/Chicago.',
    ],
  ])('%j is rejected with one sentence', (json, sentence) => {
    expect(() => parseData(json)).toThrow(new Error(sentence));
  });
});

test('a sandbox opens quickly with thousands of contacts', () => {
  const contacts = Array.from({ length: 3000 }, (_, at) => ({ firstName: `P${at}`, email: `p${at}@x.example` }));
  expect(createSandbox({ data: { contacts } }).locationId).toHaveLength(20);
});
