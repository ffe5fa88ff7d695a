import * as z from 'zod';
import type { ExpectedRecord } from './records.ts';

const Note = z.looseObject({ id: z.string(), body: z.string() });
const Task = z.looseObject({ id: z.string(), title: z.string() });
const Contact = z.looseObject({
  id: z.string(),
  email: z.string().optional(),
  tags: z.array(z.string()),
  notes: z.array(Note),
  tasks: z.array(Task),
  workflows: z.array(z.string()),
});

/** The sandbox's own records, `GET /__sandbox/state`. */
export const State = z.object({ contacts: z.array(Contact) });

interface Stored {
  readonly id: string;
  readonly values: ReadonlyMap<string, string>;
}

/** How the answers and the sandbox's records disagree; each is a sentence. */
export interface Findings {
  /** Reported as done, and not stored; or deleted though no answer says so. */
  readonly lost: string[];
  /** More records than answers allow: a write that was done twice, or was done though the answer says that it was not. */
  readonly doubled: string[];
  /** A field with another value than the answers allow. */
  readonly wrong: string[];
}

/** Compares what the answers say with the sandbox's own records. */
export function compareRecords(expected: readonly ExpectedRecord[], state: z.infer<typeof State>): Findings {
  const found: Findings = { lost: [], doubled: [], wrong: [] };
  const stored = storedByMark(state);
  for (const record of expected) {
    const same = stored.get(`${record.kind} ${record.mark}`) ?? [];
    const name = `${record.kind} ${record.mark}`;
    if (same.length < record.least) found.lost.push(`${name} was reported and does not exist`);
    if (same.length > record.most) found.doubled.push(`${name} exists ${same.length} times, not ${record.most}`);
    const [only, ...more] = same;
    if (only === undefined || more.length > 0) continue;
    if (record.id !== undefined && record.id !== only.id) found.wrong.push(`${name} has another id than was reported`);
    for (const [field, allowed] of record.fields) {
      const value = only.values.get(field) ?? '';
      if (!allowed.has(value))
        found.wrong.push(`${name}: ${field} is "${value}", not "${[...allowed].join('" or "')}"`);
    }
  }
  return found;
}

function storedByMark({ contacts }: z.infer<typeof State>): Map<string, Stored[]> {
  const stored = new Map<string, Stored[]>();
  const add = (key: string, record: { id: string }, more: readonly string[] = []) => {
    const values = new Map(Object.entries(record).map(([name, value]) => [name, String(value ?? '')]));
    for (const name of more) values.set(name, 'yes');
    stored.set(key, [...(stored.get(key) ?? []), { id: record.id, values }]);
  };
  for (const contact of contacts) {
    const tags = contact.tags.map((tag) => `tag ${tag}`);
    const enrolled = contact.workflows.length > 0 ? ['workflow'] : [];
    if (contact.email !== undefined) add(`contact ${contact.email}`, contact, [...tags, ...enrolled]);
    for (const note of contact.notes) add(`note ${note.body}`, note);
    for (const task of contact.tasks) add(`task ${task.title}`, task);
  }
  return stored;
}
