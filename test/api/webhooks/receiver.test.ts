import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { EventLogUnwritable } from '../../../src/api/webhooks/event-log.ts';
import { fileEventLog } from '../../../src/api/webhooks/file-event-log.ts';
import { silent } from '../../../src/lib/log.ts';
import { createWorld, type Delivery, delivery, LOCATION, noteCreated, rsaKeys } from './world.ts';

const STORED = { status: 200, outcome: 'stored' };
const DUPLICATE = { status: 200, outcome: 'duplicate' };
const IGNORED = { status: 200, outcome: 'ignored' };

describe('a delivery', () => {
  test('is stored as ids and times, without the content of the record', async () => {
    const { receiver, clock, stored } = await createWorld();
    const { body, headers } = delivery(noteCreated(clock, { webhookId: 'w1' }));
    expect(await receiver.receive(body, headers)).toEqual(STORED);
    const { events } = await stored();
    expect(events).toEqual([
      {
        time: '2026-11-20T12:00:00.000Z',
        kind: 'event',
        webhookId: 'w1',
        type: 'NoteCreate',
        locationId: LOCATION,
        announced: '2026-11-20T12:00:00.000Z',
        id: 'note0000000000000001',
        contactId: 'cont0000000000000001',
      },
    ]);
  });

  test.each([
    ['a contact, whose id is its own', { type: 'ContactDelete', id: 'c1' }, { id: 'c1', contactId: 'c1' }],
    ['a task without its contact', { type: 'TaskCreate', id: 't1', contactId: undefined }, { id: 't1' }],
    [
      'an appointment, which is an object inside',
      { type: 'AppointmentUpdate', id: undefined, contactId: undefined, appointment: { id: 'a1', contactId: 'c2' } },
      { id: 'a1', contactId: 'c2' },
    ],
    ['a null contact', { type: 'NoteDelete', id: 'n1', contactId: null }, { id: 'n1' }],
  ])('names its record: %s', async (_, fields, ids) => {
    const { receiver, clock, stored } = await createWorld();
    const { body, headers } = delivery(noteCreated(clock, fields));
    expect(await receiver.receive(body, headers)).toEqual(STORED);
    const [event] = (await stored()).events;
    expect({ id: event?.id, contactId: event?.contactId }).toEqual({ contactId: undefined, ...ids });
  });

  test('counts once, however often and through whichever receiver it comes', async () => {
    const { receiver, createReceiver, clock, stored } = await createWorld();
    const { body, headers } = delivery(noteCreated(clock));
    const atOnce = await Promise.all([1, 2, 3].map(() => receiver.receive(body, headers)));
    expect(atOnce.filter(({ status }) => status === 200)).toHaveLength(3);
    expect((await stored()).events).toHaveLength(1);
    const other = createReceiver();
    await other.start();
    expect(await other.receive(body, headers)).toEqual(DUPLICATE);
    const another = delivery(noteCreated(clock));
    expect(await other.receive(another.body, another.headers)).toEqual(STORED);
    // A retry of HighLevel, after the replay window, of an event whose acknowledgement it did not get.
    clock.move(600_000);
    expect(await receiver.receive(another.body, another.headers)).toEqual(DUPLICATE);
    expect((await stored()).events).toHaveLength(2);
  });

  test('without a webhookId counts once by its deliveryId, or by its bytes', async () => {
    const { receiver, clock, stored } = await createWorld();
    const first = delivery(noteCreated(clock, { webhookId: undefined }));
    const deliveryid = randomUUID();
    for (const headers of [first.headers, { ...first.headers, deliveryid }])
      expect(await receiver.receive(first.body, headers)).toEqual(STORED);
    for (const headers of [first.headers, { ...first.headers, deliveryid }])
      expect(await receiver.receive(first.body, headers)).toEqual(DUPLICATE);
    expect((await stored()).events).toHaveLength(2);
  });

  test.each([
    ['of a type that is not about contacts', { type: 'OpportunityCreate' }],
    ['of an unknown type', { type: 'constructor' }],
    ['of another location', { locationId: 'another' }],
    ['of no location', { type: 'INSTALL', locationId: undefined }],
    ['of an agency', { type: 'INSTALL', locationId: null }],
  ])('%s is acknowledged and not stored', async (_, fields) => {
    const { receiver, clock, stored } = await createWorld();
    const { body, headers } = delivery(noteCreated(clock, fields));
    expect(await receiver.receive(body, headers)).toEqual(IGNORED);
    expect((await stored()).events).toEqual([]);
  });

  test.each([
    ['no object', []],
    ['no type', { type: undefined }],
    ['no timestamp', { timestamp: undefined }],
    ['a timestamp that is none', { timestamp: 'yesterday' }],
    ['an empty timestamp', { timestamp: '' }],
    ['a timestamp out of range', { timestamp: 1e300 }],
    ['no id', { id: undefined }],
    ['an id that is a path', { id: '../contacts' }],
    ['an id that is an object', { id: { a: 1 } }],
    ['a contact that is a path', { contactId: 'a/b' }],
    ['an appointment that is text', { type: 'AppointmentCreate', appointment: 'a1' }],
  ])('with %s is malformed', async (_, fields) => {
    const { receiver, clock, stored } = await createWorld();
    const { body, headers } = delivery(Array.isArray(fields) ? {} : noteCreated(clock, fields));
    expect(await receiver.receive(body, headers)).toMatchObject({ status: 400, kind: 'malformed' });
    expect((await stored()).events).toEqual([]);
  });

  test('is answered 503 and not remembered if it could not be stored', async () => {
    const { path, clock, createReceiver, stored } = await createWorld();
    const events = fileEventLog(path, silent, { timers: clock });
    let isFull = true;
    const receiver = createReceiver({
      ...events,
      append: (lines) => (isFull ? Promise.reject(new EventLogUnwritable('full')) : events.append(lines)),
    });
    const { body, headers } = delivery(noteCreated(clock));
    expect(await receiver.receive(body, headers)).toMatchObject({ status: 503, kind: 'storage' });
    isFull = false;
    expect(await receiver.receive(body, headers)).toEqual(STORED);
    expect((await stored()).events).toHaveLength(1);
  });
});

describe('a delivery that is forged or repeated is refused', () => {
  const stranger = generateKeyPairSync('ed25519').privateKey;
  const strangerRsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  const flip = ({ body, headers }: Delivery, at: number): Delivery => {
    const changed = Buffer.from(body);
    changed[at] = (changed[at] ?? 0) ^ 1;
    return { body: changed, headers };
  };

  test('sixty of them: none is stored', async () => {
    const { receiver, clock, stored } = await createWorld();
    const genuine = () => delivery(noteCreated(clock));
    const signature = genuine().headers['x-ghl-signature'] ?? '';
    const reencoded = (delivered: Delivery): Delivery => ({
      ...delivered,
      body: Buffer.from(JSON.stringify(JSON.parse(delivered.body.toString()), null, 1)),
    });
    const forged: Delivery[] = [
      { ...genuine(), headers: {} },
      { ...genuine(), headers: { 'x-ghl-signature': '' } },
      { ...genuine(), headers: { 'x-ghl-signature': signature } },
      { ...genuine(), headers: { 'x-ghl-signature': 'A'.repeat(100_000) } },
      { ...genuine(), headers: { 'x-ghl-signature': '\u0000' } },
      delivery(noteCreated(clock), { key: stranger }),
      delivery(noteCreated(clock), { key: strangerRsa, header: 'x-wh-signature' }),
      // Without the older key, every older signature is refused.
      delivery(noteCreated(clock), { key: rsaKeys.privateKey, header: 'x-wh-signature' }),
      delivery(noteCreated(clock), { header: 'x-wh-signature' }),
      reencoded(genuine()),
      { ...genuine(), body: Buffer.alloc(0) },
      ...Array.from({ length: 29 }, (_, at) => flip(genuine(), at * 3)),
    ];
    const stale = [-86_400_000, -300_001, -600_000, 300_001, 600_000, 86_400_000].flatMap((ms) =>
      [new Date(clock.now() + ms).toISOString(), clock.now() + ms, Math.round((clock.now() + ms * 1.01) / 1_000)].map(
        (timestamp) => delivery(noteCreated(clock, { timestamp })),
      ),
    );
    const truncated = [1, 2].map((n) => ({ ...genuine(), body: genuine().body.subarray(0, n) }));
    const all = [...forged, ...truncated, ...stale];
    expect(all).toHaveLength(60);
    for (const { body, headers } of all) {
      const reply = await receiver.receive(body, headers);
      expect([400, 401], JSON.stringify([reply, body.toString(), headers])).toContain(reply.status);
    }
    expect((await stored()).events).toEqual([]);
  });

  test('the older signature counts only where its key is given, and never in place of the newer one', async () => {
    const { receiver, clock } = await createWorld({ rsa: rsaKeys.publicKey });
    const older = delivery(noteCreated(clock), { key: rsaKeys.privateKey, header: 'x-wh-signature' });
    const withForgedNewer = { ...older.headers, 'x-ghl-signature': 'AAAA' };
    expect(await receiver.receive(older.body, withForgedNewer)).toMatchObject({ status: 401 });
    expect(await receiver.receive(older.body, older.headers)).toEqual(STORED);
  });
});

describe('times in which events may have been lost', () => {
  test('a late delivery is recorded as a gap; those of ten seconds share one, from the earliest of them', async () => {
    const { receiver, clock, path, stored } = await createWorld();
    const stop = receiver.keepAlive();
    const refuse = async (late: number) => {
      const timestamp = new Date(clock.now() - late).toISOString();
      const { body, headers } = delivery(noteCreated(clock, { timestamp }));
      expect(await receiver.receive(body, headers)).toMatchObject({ status: 400, kind: 'stale' });
    };
    for (const late of [900_000, 1_800_000, 3_600_000]) await refuse(late);
    clock.move(10_000);
    await vi.waitFor(async () => expect(await fileEventLog(path, silent).lastAlive(LOCATION)).toBe(clock.now()));
    stop();
    expect((await stored()).gaps).toEqual([
      {
        time: '2026-11-20T12:00:00.000Z',
        kind: 'gap',
        locationId: LOCATION,
        from: '2026-11-20T11:45:00.000Z',
        until: '2026-11-20T12:00:00.000Z',
        reason: 'stale',
      },
      expect.objectContaining({ from: '2026-11-20T11:00:00.000Z', reason: 'stale' }),
    ]);
  });

  test('what was answered 503 is recorded as a gap once the disk takes it; until then nothing is marked', async () => {
    const { path, clock, createReceiver, stored } = await createWorld();
    const events = fileEventLog(path, silent, { timers: clock });
    let isFull = true;
    const receiver = createReceiver({
      ...events,
      append: (lines) => (isFull ? Promise.reject(new EventLogUnwritable('full')) : events.append(lines)),
    });
    const alive = await events.lastAlive(LOCATION);
    const { body, headers } = delivery(noteCreated(clock));
    expect(await receiver.receive(body, headers)).toMatchObject({ status: 503 });
    clock.move(10_000);
    await expect(receiver.markAlive()).rejects.toMatchObject({ kind: 'state' });
    expect(await events.lastAlive(LOCATION)).toBe(alive);
    isFull = false;
    await receiver.markAlive();
    expect((await stored()).gaps).toMatchObject([{ from: '2026-11-20T12:00:00.000Z', reason: 'unstored' }]);
    expect(await events.lastAlive(LOCATION)).toBe(clock.now());
  });

  test('a delivery that names no record is recorded as a gap, since its form may have changed', async () => {
    const { receiver, clock, stored } = await createWorld();
    const { body, headers } = delivery(noteCreated(clock, { id: undefined, noteId: 'note0000000000000001' }));
    await receiver.receive(body, headers);
    expect((await stored()).gaps).toMatchObject([{ locationId: LOCATION, reason: 'malformed' }]);
  });

  test('while this machine is suspended is a gap too', async () => {
    const { receiver, clock, stored } = await createWorld();
    clock.move(3_600_000);
    await receiver.markAlive();
    expect((await stored()).gaps).toMatchObject([{ from: '2026-11-20T12:00:00.000Z', reason: 'down' }]);
  });

  test('the log exists once a receiver runs, without a line', async () => {
    const { path, stored } = await createWorld();
    expect(await fileEventLog(path, silent).stamp()).toBeDefined();
    expect(await stored()).toEqual({ hasLost: false, events: [], gaps: [] });
  });

  test('each location has its own gaps', async () => {
    const { clock, createReceiver, stored, setLocations } = await createWorld();
    const other = 'otherLocation0000001';
    setLocations([LOCATION, other]);
    await createReceiver().start();
    setLocations([other]);
    clock.move(15_000);
    await createReceiver().start();
    setLocations([LOCATION, other]);
    clock.move(15_000);
    await createReceiver().start();
    expect((await stored()).gaps).toMatchObject([{ locationId: LOCATION, from: '2026-11-20T12:00:00.000Z' }]);
  });

  test('the time without a receiver is a gap; a short restart is none', async () => {
    const { receiver, clock, createReceiver, stored, path } = await createWorld();
    const stop = receiver.keepAlive();
    clock.move(10_000);
    await vi.waitFor(async () => expect(await fileEventLog(path, silent).lastAlive(LOCATION)).toBe(clock.now()));
    stop();
    clock.move(15_000);
    await createReceiver().start();
    expect((await stored()).gaps).toEqual([]);
    clock.move(3_600_000);
    await createReceiver().start();
    expect((await stored()).gaps).toMatchObject([
      { from: '2026-11-20T12:00:25.000Z', until: '2026-11-20T13:00:25.000Z', reason: 'down' },
    ]);
  });
});
