import type { Json } from '../../../../src/lib/json.ts';
import type { SandboxData } from '../../../../src/sandbox/index.ts';
import { virtualClock } from '../../../api/virtual-clock.ts';
import { type Connected, connect, NOW, type Options } from '../../../connect.ts';

export const TOOL = 'bulk_update_tasks';
export const PUT = 'PUT /contacts/{contactId}/tasks/{taskId}';
export const DANA = 'userDana000000000000';
export const THEO = 'userTheo000000000000';

type Person = SandboxData['contacts'][number];
type Task = NonNullable<Person['tasks']>[number];

export const personId = (n: number) => `person${String(n).padStart(14, '0')}`;
export const taskId = (n: number) => `task${String(n).padStart(16, '0')}`;
export const taskIds = (count: number) => Array.from({ length: count }, (_, n) => taskId(n));
/** The due date of task n: one each hour. */
export const dueOf = (n: number) => new Date(NOW + n * 3_600_000).toISOString();

/** So many contacts with one open task of Dana each. */
export const people = (
  count: number,
  more: (n: number) => Partial<Person> = () => ({}),
  task: (n: number) => Partial<Task> = () => ({}),
): Person[] =>
  Array.from({ length: count }, (_, n) => ({
    id: personId(n),
    firstName: 'Person',
    lastName: String(n),
    tasks: [{ id: taskId(n), title: `Task ${n}`, dueDate: dueOf(n), assignedTo: DANA, ...task(n) }],
    ...more(n),
  }));

export interface World extends Connected {
  /** Waits for ms of the virtual clock. */
  wait(ms: number): Promise<void>;
  update(args: Json): Promise<Json>;
  /** Writes that reached the sandbox since the last call. */
  writes(): Promise<string[]>;
  /** The task as it is stored. */
  stored(n: number): Promise<Json>;
}

/** A server and its sandbox on one virtual clock, with a high rate limit. */
export async function world(contacts: Person[], { sandbox, ...options }: Options = {}): Promise<World> {
  const timers = options.timers ?? virtualClock(NOW);
  const wait = (ms: number) => new Promise<void>((resolve) => void timers.setTimer(ms, resolve));
  const data = {
    contacts,
    users: [
      { id: DANA, name: 'Dana Whitfield', email: 'dana@example.com' },
      { id: THEO, name: 'Theo Brandt', email: 'theo@example.com' },
    ],
  };
  const connected = await connect({
    confirm: 'on',
    timezone: 'America/Chicago',
    ...options,
    timers,
    sandbox: { now: timers.now, wait, rate: 5_000, data, ...sandbox },
  });
  return {
    ...connected,
    wait,
    update: (args) => connected.call(TOOL, args),
    writes: async () => (await connected.sent()).filter((line) => line.startsWith('PUT ')),
    stored: async (n) =>
      (await connected.call('get_contact_task', { contactId: personId(n), taskId: taskId(n) })).task as Json,
  };
}
