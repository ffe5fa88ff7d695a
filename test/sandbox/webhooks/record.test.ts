import { expect, test } from 'vitest';
import { createRandom } from '../../../src/sandbox/ids.ts';
import { type Json, NOON } from '../api.ts';
import { openReceiver } from './receiver.ts';

/** WEBHOOK_SEED=n repeats the run that a failure names. */
const { WEBHOOK_SEED } = process.env;
const seeds = WEBHOOK_SEED ? [Number(WEBHOOK_SEED)] : [1, 2, 3];

const DAY = 86_400_000;
const WRITES = 150;
const COMMON = { title: 'Call', dueDate: '2026-06-01T10:00:00.000Z', completed: false };

type Api = ReturnType<typeof openReceiver>;
type Pick = <T>(items: readonly T[]) => T;

const stateOf = async ({ control }: Api): Promise<Json> => (await control('state')).json();

/** One random write of any kind; some are refused, because the record is gone. */
async function writeOnce({ post, put, remove, locationId }: Api, state: Json, pick: Pick): Promise<unknown> {
  const contact = pick<Json>(state.contacts);
  const path = `/contacts/${contact.id}`;
  const [task, note, appointment] = [
    pick<Json>(contact.tasks),
    pick<Json>(contact.notes),
    pick<Json>(contact.appointments),
  ];
  const startTime = new Date(NOON + pick([1, 2, 3]) * DAY).toISOString();
  const booking = { locationId, calendarId: 'cal', contactId: contact.id, title: 'Fit', startTime };
  const events = '/calendars/events/appointments';
  return pick([
    () => post('/contacts/', { locationId, firstName: pick(['Ann', 'Ben', 'Cem']) }),
    () => put(path, { firstName: pick(['Ann', 'Ben', 'Cem']), tags: pick([['a'], ['b'], []]) }),
    () => post(`${path}/tags`, { tags: [pick(['a', 'b', 'c'])] }),
    () => put(path, { dnd: pick([true, false]) }),
    () => state.contacts.length > 3 && remove(path),
    () => post(`${path}/tasks`, COMMON),
    () => task && put(`${path}/tasks/${task.id}/completed`, { completed: true }),
    () => task && remove(`${path}/tasks/${task.id}`),
    () => post(`${path}/notes`, { body: pick(['Call back', 'Paid']) }),
    () => note && put(`${path}/notes/${note.id}`, { body: pick(['Call back', 'Paid']) }),
    () => note && remove(`${path}/notes/${note.id}`),
    () => post(events, booking),
    () =>
      appointment && put(`${events}/${appointment.id}`, { startTime, appointmentStatus: pick(['new', 'cancelled']) }),
    () => appointment && remove(`/calendars/events/${appointment.id}`),
  ])();
}

/** What is left of the records after all events, by kind and id. */
function replay(events: readonly Json[]): Record<string, string> {
  const records: Record<string, string> = {};
  for (const { type, contactId, recordId, body } of events) {
    const [, kind = '', verb] = /^(Contact|Task|Note|Appointment)(\w+)$/.exec(type) ?? [];
    const key = `${contactId} ${kind} ${recordId}`;
    if (verb === 'Delete') delete records[key];
    else records[key] = shown(kind, { ...JSON.parse(body).appointment, ...JSON.parse(body) }, verb === 'Complete');
    if (type === 'ContactDelete')
      for (const other of Object.keys(records).filter((name) => name.startsWith(`${contactId} `)))
        delete records[other];
  }
  return records;
}

/** The values of a record that its events must follow. */
function shown(kind: string, record: Json, isComplete: boolean): string {
  if (kind === 'Contact') return JSON.stringify([record.firstName, record.tags, record.dnd]);
  if (kind === 'Task') return JSON.stringify(isComplete);
  if (kind === 'Note') return record.body;
  return JSON.stringify([new Date(record.startTime).getTime(), record.appointmentStatus]);
}

const recordsOf = (state: Json): Record<string, string> =>
  Object.fromEntries(
    state.contacts.flatMap((contact: Json) => [
      [`${contact.id} Contact ${contact.id}`, shown('Contact', contact, false)],
      ...contact.tasks.map((task: Json) => [`${contact.id} Task ${task.id}`, shown('Task', task, task.completed)]),
      ...contact.notes.map((note: Json) => [`${contact.id} Note ${note.id}`, shown('Note', note, false)]),
      ...contact.appointments.map((one: Json) => [
        `${contact.id} Appointment ${one.id}`,
        shown('Appointment', one, false),
      ]),
    ]),
  );

test.each(seeds)('WEBHOOK_SEED=%i: the events of random writes lead to the state of the sandbox', async (seed) => {
  const random = createRandom(seed, 'writes');
  const pick: Pick = (items) => items[Math.floor(random() * items.length)] as (typeof items)[number];
  const api = openReceiver((nth) => (nth % 7 === 0 ? 503 : 200), {
    data: { contacts: [], calendars: [{ id: 'cal', name: 'Shop' }] },
    webhooks: { lost: 0.05, doubled: 0.1, delayed: 0.1, seed },
  });
  for (const firstName of ['Ann', 'Ben']) await api.create({ firstName });
  for (let at = 0; at < WRITES; at += 1) await writeOnce(api, await stateOf(api), pick);
  await api.advance(DAY);

  const events: Json[] = await api.record();
  expect(replay(events)).toEqual(recordsOf(await stateOf(api)));
  expect(new Set(events.map(({ type }) => type)).size).toBe(14);
  const accepted = events.filter(({ outcome }) => outcome !== 'lost');
  expect(accepted.filter(({ outcome }) => outcome !== 'delivered')).toEqual([]);
  expect(new Set(api.received.map(({ body }) => body.webhookId))).toEqual(
    new Set(accepted.map(({ webhookId }) => webhookId)),
  );
});
