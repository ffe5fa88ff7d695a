import type { Json } from '../../../../src/lib/json.ts';
import { formatTime } from '../../../../src/lib/time-format.ts';
import { type Connected, connect } from '../../../connect.ts';
import { client } from '../../../sandbox/api.ts';

/** What the sandbox stores: the edits of another client, and when each contact last changed. */
export interface World {
  readonly connected: Connected;
  /** Live contacts that were created or changed, by id: `dateUpdated` as answers show it. */
  readonly changed: Map<string, string>;
  /** Number of changes by contact id and `dateUpdated`: a contact may change twice in a second. */
  readonly versions: Map<string, number>;
  readonly deleted: Set<string>;
  /** Live tasks by id, as stored. */
  tasks(): Promise<Map<string, Json>>;
  /** Makes one random edit as another client and returns its name. */
  edit(): Promise<string>;
}

/** A stored time as answers show it. */
export const shownTime = (stored: unknown): string => formatTime(Date.parse(String(stored)), 'America/Chicago');

type Edit = readonly [name: string, weight: number, run: () => Promise<void>];

/** A location whose index shows each write after a random delay of 0 to 105 s, and a client that edits it at random. */
export async function openWorld(random: () => number, options: Parameters<typeof connect>[0] = {}): Promise<World> {
  const indexDelayMs = () => Math.floor(random() * 105_001);
  const connected = await connect({ ...options, sandbox: { indexDelayMs, ...options.sandbox } });
  const { sandbox } = connected;
  const api = client(sandbox);
  const [changed, versions, deleted] = [new Map<string, string>(), new Map<string, number>(), new Set<string>()];
  const found = (await api.search({})).body.contacts as Json[];
  const live = new Set(found.map(({ id }) => String(id)));
  const pick = <T>(from: Iterable<T>): T => {
    const all = [...from];
    return all[Math.floor(random() * all.length)] as T;
  };
  const note = async (id: string) => {
    const time = shownTime((await api.read(id)).dateUpdated);
    changed.set(id, time);
    versions.set(`${id} ${time}`, (versions.get(`${id} ${time}`) ?? 0) + 1);
  };
  const tasksOf = async (id: string): Promise<Json[]> => (await api.get(`/contacts/${id}/tasks`)).body.tasks;
  const dueDate = () => new Date(Date.UTC(2026, 11, 1) + Math.floor(random() * 30) * 86_400_000).toISOString();
  let made = 0;
  const edits: readonly Edit[] = [
    ['create', 12, async () => {
      const id = await api.create({ firstName: `Person ${++made}`, email: `person${made}@example.com` });
      live.add(id);
      await note(id);
    }],
    ['update', 45, async () => {
      const id = pick(live);
      await api.put(`/contacts/${id}`, { city: `Town ${Math.floor(random() * 1_000)}` });
      await note(id);
    }],
    ['tag', 12, async () => {
      const id = pick(live);
      await api.post(`/contacts/${id}/tags`, { tags: [`tag ${Math.floor(random() * 1_000)}`] });
      await note(id);
    }],
    ['delete', 4, async () => {
      const id = pick(live);
      await api.remove(`/contacts/${id}`);
      live.delete(id);
      changed.delete(id);
      deleted.add(id);
    }],
    ['note', 9, async () => void (await api.post(`/contacts/${pick(live)}/notes`, { body: 'Called.' }))],
    ['task', 8, async () => void (await api.post(`/contacts/${pick(live)}/tasks`, { title: 'Call', dueDate: dueDate(), completed: false }))],
    ['task change', 6, async () => {
      const id = pick(live);
      const task = pick(await tasksOf(id));
      if (task) await api.put(`/contacts/${id}/tasks/${task.id}`, { completed: !task.completed, dueDate: dueDate() });
    }],
    ['task delete', 4, async () => {
      const id = pick(live);
      const task = pick(await tasksOf(id));
      if (task) await api.remove(`/contacts/${id}/tasks/${task.id}`);
    }],
  ]; // biome-ignore format: a table
  return {
    connected,
    changed,
    versions,
    deleted,
    async tasks() {
      const all = await Promise.all([...live].map(tasksOf));
      return new Map(all.flat().map((task) => [String(task.id), task]));
    },
    async edit() {
      const wheel = edits.flatMap((edit) => Array<Edit>(edit[1]).fill(edit));
      const [name, , run] = pick(wheel);
      await run();
      return name;
    },
  };
}
