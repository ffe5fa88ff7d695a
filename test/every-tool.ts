import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Json } from '../src/lib/json.ts';
import { tools } from '../src/tools/index.ts';
import { connect, type Options } from './connect.ts';
import { examples, type Fixture, findFixture } from './examples.ts';

/** A call that succeeds in a new sandbox, and what it shows. */
export interface ExampleCall {
  readonly tool: string;
  readonly what: string;
  readonly args: Json;
}

/** Calls of the composite tools. */
const composite = ({
  contactId,
  otherContactId,
  email,
  businessId,
  tag,
  taskId,
  userId,
}: Fixture): Readonly<Record<string, Json[]>> => ({
  get_contact_overview: [{ contactId }],
  get_contact_timeline: [{ contactId }, { contactId, limit: 1 }],
  search_location_appointments: [{}, { from: '2026-11-01', to: '2026-12-31', limit: 2 }],
  list_changed_contacts: [
    { since: 'last', tasks: true },
    { since: '2026-01-01', limit: 1, fields: ['id'] },
  ],
  onboard_contact: [
    { email: 'new.person@example.com', firstName: 'Nia', tags: ['fair'], note: 'Met at the fair.' },
    {
      email,
      city: 'Gary',
      tags: ['fair'],
      note: 'Met at the fair.',
      tasks: [{ title: 'Call', dueDate: '2026-12-01T09:00' }],
      businessId,
    },
  ],
  bulk_upsert_contacts: [
    {
      rows: [
        { email, city: 'Gary' },
        { email: 'new.person@example.com', firstName: 'Nia' },
      ],
    },
  ],
  count_contacts: [{}, { groupBy: 'tag' }, { groupBy: 'month' }, { groupBy: 'business' }],
  find_duplicates: [{}, { limit: 1 }],
  merge_contacts: [{ keep: contactId, remove: otherContactId, prefer: ['city'] }],
  export_contacts: [{}, { format: 'jsonl', columns: ['email', 'tags'], query: 'maria' }],
  bulk_update_tasks: [
    { tasks: [taskId], set: { dueDate: '2026-12-01T09:00', completed: true } },
    { dueFrom: '2020-01-01', set: { assignedTo: userId } },
  ],
  list_recent_changes: [{}, { contactId, since: '2026-11-01', limit: 1 }],
  bulk_update_contacts: [
    { contacts: [contactId, otherContactId, 'nobody'], addTags: [tag, 'fair'], set: { city: 'Gary' } },
    { filters: [{ field: 'email', operator: 'exists' }], addTags: ['fair'] },
  ],
});

/** The tool that has no call in a new sandbox, as nothing was changed in it. */
const NEEDS_A_CHANGE = 'undo_change';

/** Calls every tool at least once. */
export async function everyCall(): Promise<ExampleCall[]> {
  const fixture = await findFixture();
  const single = Object.entries(examples).flatMap(([tool, make]) =>
    Object.entries(make(fixture)).map(([what, args]) => ({ tool, what, args })),
  );
  const several = Object.entries(composite(fixture)).flatMap(([tool, calls]) =>
    calls.map((args, i) => ({ tool, what: `example ${i}`, args })),
  );
  const calls = [...single, ...several];
  const missing = tools
    .filter(({ name }) => name !== NEEDS_A_CHANGE && calls.every(({ tool }) => tool !== name))
    .map(({ name }) => name);
  if (missing.length > 0) throw new Error(`no example calls ${missing.join(', ')}`);
  return calls;
}

export interface Answer {
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly structuredContent?: Json;
  readonly isError?: boolean;
}

/** Folder of the exports of this process; each `answerTo` starts with it empty. */
export const EXPORT_FOLDER = join(tmpdir(), `ghl-exports-${process.pid}`);
afterAll(() => rm(EXPORT_FOLDER, { recursive: true, force: true }));

/** The result of a call in a new sandbox. */
export async function answerTo({ tool, args }: ExampleCall, options: Options = {}): Promise<Answer> {
  await rm(EXPORT_FOLDER, { recursive: true, force: true });
  const { client } = await connect({ exportFolder: EXPORT_FOLDER, ...options });
  return (await client.callTool({ name: tool, arguments: args })) as unknown as Answer;
}
