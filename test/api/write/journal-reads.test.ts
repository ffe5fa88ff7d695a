import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { isComposite } from '../../../src/tools/core/tool.ts';
import { tools } from '../../../src/tools/index.ts';
import { connect } from '../../connect.ts';
import { examples, type Fixture, findFixture } from '../../examples.ts';
import { recordingJournal } from '../../recording-journal.ts';
import type { ToolName } from '../../tools/contract.ts';

type Read = readonly [tool: ToolName, args: (fixture: Fixture) => Json];
const READS = {
  contact: ['get_contact', ({ contactId }) => ({ contactId })],
  byEmail: ['find_duplicate_contact', ({ email }) => ({ email })],
  task: ['get_contact_task', ({ contactId, taskId }) => ({ contactId, taskId })],
  note: ['get_contact_note', ({ contactId, noteId }) => ({ contactId, noteId })],
  tasks: ['list_contact_tasks', ({ contactId }) => ({ contactId })],
  notes: ['list_contact_notes', ({ contactId }) => ({ contactId })],
  appointments: ['list_contact_appointments', ({ contactId }) => ({ contactId })],
} as const satisfies Record<string, Read>;
type Name = keyof typeof READS;

/** What each write reads before it is sent. `contacts` is one search for all contacts of a bulk write. */
const BEFORE: Readonly<Record<string, readonly (Name | 'contacts')[]>> = {
  create_contact: [],
  update_contact: ['contact'],
  upsert_contact: ['byEmail'],
  delete_contact: ['contact', 'notes', 'tasks', 'appointments'],
  create_contact_task: ['tasks'],
  update_contact_task: ['task'],
  set_contact_task_completed: ['task'],
  delete_contact_task: ['task'],
  create_contact_note: [],
  update_contact_note: ['note'],
  delete_contact_note: ['note'],
  add_contact_tags: ['contact'],
  remove_contact_tags: ['contact'],
  bulk_update_contact_tags: [],
  bulk_assign_contact_business: ['contacts'],
  add_contact_followers: ['contact'],
  remove_contact_followers: ['contact'],
  add_contact_to_campaign: [],
  remove_contact_from_campaign: [],
  remove_contact_from_all_campaigns: [],
  add_contact_to_workflow: [],
  remove_contact_from_workflow: [],
};

const fixture = await findFixture();

/** A server with a journal, and the requests about contacts that a write takes. */
async function setUp() {
  const { journal, entries } = recordingJournal(true);
  const connected = await connect({ api: { journal } });
  const { call, sent } = connected;
  const requestsOf = async (tool: ToolName) => {
    const args = Object.values(examples[tool](fixture)).at(-1) as Json;
    await sent();
    await call(tool, args);
    return (await sent()).filter((request) => request.includes('/contacts/'));
  };
  const reads = (names: readonly Name[]) =>
    Promise.all(
      names.map((name) => {
        const [tool, args] = READS[name];
        return call(tool, args(fixture));
      }),
    );
  return { ...connected, entries, requestsOf, reads };
}

describe('the reads before a write', () => {
  const writes = tools.filter((tool) => !isComposite(tool) && tool.effect !== 'read').map(({ name }) => name);

  test('are listed for every endpoint that writes', () => {
    expect(Object.keys(BEFORE).sort()).toEqual(writes.sort());
  });

  test.each(writes as ToolName[])('%s', async (tool) => {
    const before = BEFORE[tool] ?? [];
    const cold = await setUp();
    // The write itself is the last request.
    expect((await cold.requestsOf(tool)).length - 1).toBe(before.length);
    if (before.length > 0) expect(JSON.stringify(cold.entries)).not.toContain('"unknown"');

    const known = before.filter((name): name is Name => name !== 'contacts');
    const warm = await setUp();
    await warm.reads(known);
    expect((await warm.requestsOf(tool)).length - 1).toBe(before.length - known.length);
    expect(warm.entries.map(({ before: old }) => old)).toEqual(cold.entries.map(({ before: old }) => old));
  });
});

test('two deletes at once read each record once', async () => {
  const { call, sent, entries } = await setUp();
  const { contactId, noteId, taskId } = fixture;
  await sent();
  await Promise.all([
    call('delete_contact_note', { contactId, noteId }),
    call('delete_contact_task', { contactId, taskId }),
  ]);
  expect((await sent()).filter((request) => request.startsWith('GET /contacts/'))).toHaveLength(2);
  expect(entries.map(({ before }) => (before as Json).id).sort()).toEqual([noteId, taskId].sort());
});

test('a record that could not be read is not read again', async () => {
  const { call, sandbox, sent, entries } = await setUp();
  const { contactId, noteId } = fixture;
  sandbox.setFaults([
    { route: 'GET /contacts/{contactId}/notes/{noteId}', fault: { status: 403, body: { message: 'odd' } } },
  ]);
  await sent();
  await call('delete_contact_note', { contactId, noteId });
  expect((await sent()).filter((request) => request.startsWith('GET /contacts/'))).toHaveLength(1);
  expect(entries).toMatchObject([{ before: 'unknown', after: null, outcome: 'done' }]);
});
