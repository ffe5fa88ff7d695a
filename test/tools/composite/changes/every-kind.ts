import { expect } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { DAY_MS } from '../../../../src/lib/time.ts';
import type { SandboxOptions } from '../../../../src/sandbox/index.ts';
import { type Connected, connect } from '../../../connect.ts';
import { randomOf } from '../../../random.ts';
import { client } from '../../../sandbox/api.ts';
import { connectAnnouncing } from './announced.ts';

/** CHANGES_SEED=n repeats a run that failed. */
const SEED = Number(process.env.CHANGES_SEED ?? 20_261_122);
const MAX_INDEX_DELAY_MS = 105_000;
const TAG = 'watched';

interface Row extends Json {
  readonly id: string;
  readonly change: string;
}
interface Reported {
  readonly changedAppointments: Row[];
  readonly deletedContacts: Row[];
  readonly changedNotes: Row[];
  readonly changedTasks: Row[];
  readonly contacts: Row[];
}
type Edit = readonly [name: string, weight: number, run: () => Promise<unknown>];

const rowsOf = (answer: Json, key: keyof Reported): Row[] => (answer[key] as Row[] | undefined) ?? [];

/** What the sandbox has stored, by id. */
async function storedIn({ sandbox }: Pick<Awaited<ReturnType<typeof connect>>, 'sandbox'>) {
  const response = await sandbox.fetch(new Request('http://sandbox.invalid/__sandbox/state'));
  const { contacts } = (await response.json()) as {
    contacts: (Json & Record<'notes' | 'tasks' | 'appointments' | 'tags', Json[]>)[];
  };
  return {
    contacts: new Map(contacts.map((contact) => [String(contact.id), contact])),
    appointments: new Map(contacts.flatMap(({ appointments }) => appointments.map((a) => [String(a.id), a] as const))),
    allNotes: new Map(contacts.flatMap(({ notes }) => notes.map((note) => [String(note.id), note] as const))),
    allTasks: new Map(contacts.flatMap(({ tasks }) => tasks.map((task) => [String(task.id), task] as const))),
    notes: contacts.flatMap(({ notes, tags }) => (tags.some((tag) => String(tag) === TAG) ? notes : [])),
  };
}

/** Edits by others at random, and what a reader has to be reported of them. */
async function openEdits(random: () => number, webhooks: SandboxOptions['webhooks']) {
  const options = { sandbox: { indexDelayMs: () => Math.floor(random() * MAX_INDEX_DELAY_MS) } };
  const announcing = webhooks && (await connectAnnouncing(webhooks, options));
  const connected = announcing ?? (await connect(options));
  const pass = announcing?.pass ?? (async (ms: number) => connected.advance(ms));
  const { sandbox, now } = connected;
  const api = client(sandbox);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const live = async () => [...(await storedIn(connected)).contacts.keys()];
  const calendars = (await api.get(`/calendars/?locationId=${sandbox.locationId}`)).body.calendars as Json[];
  /** When each contact was created, and when deleted, by the clock of the test. */
  const [created, deleted, taggedAt] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  const looks: number[] = [];
  /** Notes that were written while their contact was in the segment. */
  const watched = new Set<string>();
  const startTime = () => new Date(now() + (random() * 80 - 5) * DAY_MS).toISOString().replace(/\.\d+/, '.000');
  const anAppointment = async () => pick([...(await storedIn(connected)).appointments.values()]);
  const noteOf = async () => pick((await storedIn(connected)).notes);
  let made = 0;
  const edits: readonly Edit[] = [
    ['create', 8, async () => created.set(await api.create({ firstName: `Person ${++made}` }), now())],
    ['update', 6, async () => api.put(`/contacts/${pick(await live())}`, { city: `Town ${++made}` })],
    ['tag', 6, async () => {
      const id = pick(await live());
      await api.post(`/contacts/${id}/tags`, { tags: [TAG] });
      if (!taggedAt.has(id)) taggedAt.set(id, now());
    }],
    ['delete', 8, async () => {
      const id = pick(await live());
      await api.remove(`/contacts/${id}`);
      deleted.set(id, now());
    }],
    ['task', 4, async () => api.post(`/contacts/${pick(await live())}/tasks`, { title: 'Call', dueDate: startTime(), completed: false })],
    ['book', 14, async () => api.post('/calendars/events/appointments', {
      locationId: sandbox.locationId, calendarId: pick(calendars).id, contactId: pick(await live()), startTime: startTime(), title: `Visit ${++made}`,
    })],
    ['move', 10, async () => api.put(`/calendars/events/appointments/${(await anAppointment()).id}`, { startTime: startTime() })],
    ['cancel', 5, async () => api.put(`/calendars/events/appointments/${(await anAppointment()).id}`, { appointmentStatus: pick(['cancelled', 'showed', 'confirmed']) })],
    ['delete appointment', 5, async () => api.remove(`/calendars/events/${(await anAppointment()).id}`, {})],
    ['note', 14, async () => {
      const { contacts } = await storedIn(connected);
      const tagged = [...contacts.values()].filter(({ tags }) => tags.some((tag) => String(tag) === TAG));
      const contact = random() < 0.8 && tagged.length > 0 ? pick(tagged) : pick([...contacts.values()]);
      const { note } = (await api.post(`/contacts/${contact.id}/notes`, { body: `Note ${++made}` })).body;
      if (taggedAt.has(String(contact.id))) watched.add(note.id);
    }],
    ['edit note', 6, async () => {
      const note = await noteOf();
      if (!note) return;
      await api.put(`/contacts/${note.contactId}/notes/${note.id}`, { body: `Edited ${++made}` });
      // HighLevel does not say when a note was edited: it is compared from the first look that finds the contact.
      const from = (taggedAt.get(String(note.contactId)) ?? Number.NaN) + MAX_INDEX_DELAY_MS;
      if (looks.some((at) => at > from)) watched.add(String(note.id));
    }],
    ['delete note', 4, async () => {
      const note = await noteOf();
      if (note) await api.remove(`/contacts/${note.contactId}/notes/${note.id}`);
    }],
  ]; // biome-ignore format: a table
  const wheel = edits.flatMap((edit) => Array<Edit>(edit[1]).fill(edit));
  return {
    connected,
    pass,
    created,
    deleted,
    looks,
    watched,
    async edit(): Promise<string> {
      const [name, , run] = pick(wheel);
      await run();
      return name;
    },
  };
}

/** Each appointment as it was reported last; rejects a row that tells nothing new. */
function appointmentsReported(rows: readonly Row[]): Map<string, Row> {
  const reported = new Map<string, Row>();
  for (const row of rows) {
    const old = reported.get(row.id);
    const what = `${row.change} ${row.id}`;
    if (old) {
      expect(row.change, `${what} again`).not.toBe('booked');
      expect([old.startTime, old.status, old.change], what).not.toEqual([row.startTime, row.status, row.change]);
    }
    reported.set(row.id, row);
  }
  return reported;
}

function notesReported(rows: readonly Row[]): Map<string, Row> {
  const reported = new Map<string, Row>();
  for (const row of rows) {
    const old = reported.get(row.id);
    if (old) expect(`${row.change} ${row.body}`, `${row.id} again`).not.toBe(`${old.change} ${old.body}`);
    if (old) expect(row.change, row.id).not.toBe('added');
    reported.set(row.id, row);
  }
  return reported;
}

/** Every record whose last event was delivered is reported as it is stored, whether or not it was asked for. */
function expectAnnounced(
  { webhooks }: Pick<Connected, 'sandbox'>['sandbox'],
  real: Awaited<ReturnType<typeof storedIn>>,
  reported: Reported,
  notes: ReadonlyMap<string, Row>,
): void {
  const last = new Map(webhooks.events.map((event) => [event.recordId, event]));
  const delivered = [...last.values()].filter(({ outcome }) => outcome === 'delivered');
  const ofType = (prefix: string) => delivered.filter(({ type }) => type.startsWith(prefix));
  const tasks = new Map(reported.changedTasks.map((row) => [row.id, row]));
  for (const { recordId, type, contactId } of ofType('Note')) {
    if (!real.contacts.has(contactId)) continue;
    const note = real.allNotes.get(recordId);
    if (note) expect(notes.get(recordId)?.body, `${type} ${recordId}`).toBe(note.body);
    else expect(notes.get(recordId)?.change, `${type} ${recordId}`).toBe('deleted');
  }
  for (const { recordId, type, contactId } of ofType('Task')) {
    if (!real.contacts.has(contactId)) continue;
    expect(tasks.get(recordId)?.title, `${type} ${recordId}`).toBe(real.allTasks.get(recordId)?.title);
  }
  const updated = new Map(reported.contacts.map((row) => [row.id, String(row.dateUpdated)]));
  for (const { recordId } of webhooks.events.filter(({ type }) => /^Contact(Create|Update|Tag)/.test(type))) {
    const contact = real.contacts.get(recordId);
    const seconds = (time: unknown) => Math.floor((typeof time === 'number' ? time : Date.parse(String(time))) / 1_000);
    if (contact) expect(seconds(updated.get(recordId)), recordId).toBe(seconds(contact.dateUpdated));
  }
  const versions = reported.contacts.map(({ id, dateUpdated }) => `${id} ${dateUpdated}`);
  expect(versions.filter((version, at) => versions.indexOf(version) !== at)).toEqual([]);
  const created = reported.changedTasks.filter(({ change }) => change === 'created').map(({ id }) => id);
  expect(new Set(created).size).toBe(created.length);
  const gone = new Set(reported.deletedContacts.map(({ id }) => id));
  expect(ofType('ContactDelete').filter(({ recordId }) => !gone.has(recordId))).toEqual([]);
  const lost = webhooks.events.filter(({ outcome }) => outcome === 'lost').length;
  console.log(`${webhooks.events.length} events, ${lost} lost; ${reported.changedTasks.length} tasks reported`);
  expect(lost).toBeGreaterThan(0);
}

/**
 * Others edit at random while a reader asks at random times; what it was reported is compared with what the sandbox has stored:
 * appointments and deletions complete, notes of a segment complete, nothing twice, the cost as reported.
 */
export async function expectEveryKind(edits: number, webhooks?: SandboxOptions['webhooks']): Promise<void> {
  console.log(`CHANGES_SEED=${SEED}`);
  const random = randomOf(SEED);
  const world = await openEdits(random, webhooks);
  const { connected, pass, created, deleted, looks, watched } = world;
  const { call, now, sent, sandbox } = connected;
  const first = await storedIn(connected);
  const asked = { appointments: true, deleted: true, notesOfTag: TAG };
  const reported: Reported = {
    changedAppointments: [],
    deletedContacts: [],
    changedNotes: [],
    changedTasks: [],
    contacts: [],
  };
  const counts: Record<string, number> = {};
  let requests = 0;
  let cursor = '';

  async function look() {
    const limit = random() < 0.3 ? { limit: 3 + Math.floor(random() * 20) } : {};
    for (let args: Json | undefined = { ...(cursor ? { cursor } : { since: 'last' }), ...asked, ...limit }; args; ) {
      await sent();
      const answer: Json = await call('list_changed_contacts', args);
      const read = (await sent()).filter((path) => !/ \/users\/| \/calendars\/$|customFields$/.test(path));
      requests += read.length;
      const { sent: given } = answer.requests as { sent: number };
      // The calendars are read at most once in ten minutes, by the look or for the names in its answer.
      const counts = [read.length, read.length + 1, ...(webhooks ? [read.length - 1] : [])];
      expect(counts, read.join('\n')).toContain(given);
      for (const key of Object.keys(reported) as (keyof Reported)[]) reported[key].push(...rowsOf(answer, key));
      cursor = String(answer.cursor);
      args = answer.next as Json | undefined;
    }
    looks.push(now());
  }
  await look();
  const before = { appointments: reported.changedAppointments.length, notes: reported.changedNotes.length };
  for (let i = 0; i < edits; i += 1) {
    const name = await world.edit();
    counts[name] = (counts[name] ?? 0) + 1;
    await pass(1 + Math.floor(random() ** 3 * 20_000));
    if (random() < 0.04) await look();
  }
  await pass(2 * MAX_INDEX_DELAY_MS);
  await look();
  const real = await storedIn(connected);
  const last = now();

  const appointments = appointmentsReported(reported.changedAppointments);
  const inWindow = (start: number) => start >= last - 6 * DAY_MS && start <= last + 60 * DAY_MS;
  for (const [id, { startTime, appointmentStatus }] of real.appointments) {
    const row = appointments.get(id);
    const [start, old] = [Number(startTime), first.appointments.get(id)];
    if (!inWindow(start)) continue;
    if (row)
      expect([Date.parse(String(row.startTime)), row.status], `${row.change} ${id}`).toEqual([
        start,
        appointmentStatus,
      ]);
    else
      expect([start, appointmentStatus], `not reported: ${id}`).toEqual([
        Number(old?.startTime),
        old?.appointmentStatus,
      ]);
  }
  for (const [id, { change, startTime, contactId }] of appointments) {
    if (change === 'deleted') expect(real.appointments.has(id), `deleted ${id}`).toBe(false);
    // The calendar keeps the appointments of deleted contacts.
    else if (!real.appointments.has(id) && !deleted.has(String(contactId)))
      expect(inWindow(Date.parse(String(startTime))), `not reported as deleted: ${id}`).toBe(false);
  }

  const gone = reported.deletedContacts.map(({ id }) => id);
  expect(new Set(gone).size).toBe(gone.length);
  expect(gone.filter((id) => real.contacts.has(id))).toEqual([]);
  const mustBeReported = [...deleted].filter(([id, at]) => {
    const from = first.contacts.has(id) ? 0 : (created.get(id) ?? Number.NaN) + MAX_INDEX_DELAY_MS;
    return looks.some((time) => time > from && time < at);
  });
  expect(mustBeReported.map(([id]) => id).filter((id) => !gone.includes(id))).toEqual([]);

  const notes = notesReported(reported.changedNotes);
  const missed = real.notes.filter(({ id, body }) => watched.has(String(id)) && notes.get(String(id))?.body !== body);
  expect(missed).toEqual([]);
  for (const { id, change, contactId } of notes.values())
    if (!deleted.has(String(contactId))) expect(real.allNotes.has(id), `${change} ${id}`).toBe(change !== 'deleted');
  if (webhooks) expectAnnounced(sandbox, real, reported, notes);
  console.log(
    `${JSON.stringify(counts)}: ${looks.length} looks, ${requests} requests, ${appointments.size} appointments (${before.appointments} at first), ${gone.length} of ${deleted.size} deleted contacts (${mustBeReported.length} had been seen), ${reported.changedNotes.length} notes`,
  );
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(edits / 100);
}
