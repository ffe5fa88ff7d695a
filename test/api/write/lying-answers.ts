import type { Json } from '../../../src/lib/json.ts';
import type { FaultRule } from '../../../src/sandbox/index.ts';
import { contract } from '../../tools/contract.ts';
import { runSchedule } from './schedule-run.ts';
import { ids, type Snapshot } from './schedule-world.ts';

const { ada: contactId, bob, task: taskId, note: noteId, user2, campaign, workflow, business } = ids;

/** Every write, with arguments that change something in the sandbox if it is done. */
export const WRITES: Readonly<Record<string, Json>> = {
  create_contact: { name: 'Dora New', email: 'dora@new.example' },
  update_contact: { contactId, city: 'Elsewhere' },
  delete_contact: { contactId },
  upsert_contact: { email: 'bob@old.example', city: 'Elsewhere' },
  create_contact_task: { contactId, title: 'Call', dueDate: '2026-12-01T10:00:00.000Z' },
  update_contact_task: { contactId, taskId, title: 'Call again' },
  set_contact_task_completed: { contactId, taskId, completed: true },
  delete_contact_task: { contactId, taskId },
  create_contact_note: { contactId, body: 'Rang back.' },
  update_contact_note: { contactId, noteId, body: 'Rang twice.' },
  delete_contact_note: { contactId, noteId },
  add_contact_tags: { contactId, tags: ['gravel'] },
  remove_contact_tags: { contactId, tags: ['vip'] },
  bulk_update_contact_tags: { type: 'add', contacts: [contactId, bob], tags: ['gravel'] },
  bulk_assign_contact_business: { ids: [contactId], businessId: business },
  add_contact_followers: { contactId, followers: [user2] },
  remove_contact_followers: { contactId, followers: [ids.user] },
  add_contact_to_campaign: { contactId, campaignId: campaign },
  remove_contact_from_campaign: { contactId, campaignId: campaign },
  remove_contact_from_all_campaigns: { contactId },
  add_contact_to_workflow: { contactId, workflowId: workflow },
  remove_contact_from_workflow: { contactId, workflowId: workflow },
};

/** The write that must be done first for a write to change something. */
const FIRST: Readonly<Record<string, string>> = {
  remove_contact_from_campaign: 'add_contact_to_campaign',
  remove_contact_from_all_campaigns: 'add_contact_to_campaign',
  remove_contact_from_workflow: 'add_contact_to_workflow',
};

const OTHER = 'OtherOtherOtherOther';
const others = [{ id: OTHER, contactId: bob, title: 'Theirs', body: 'Theirs', dateAdded: '2026-11-20T15:00:00.000Z' }];
/**
 * A success in the shape of every endpoint, about another contact. A bare `succeded`, and the list that is left after tags
 * or followers were removed, name no contact; this list still has what was to be removed.
 */
const OTHER_CONTACT: Json = {
  contact: { id: OTHER, firstName: 'Otto', email: 'otto@old.example' },
  task: others[0],
  note: others[0],
  tasks: others,
  notes: others,
  tags: ['theirs', 'vip'],
  followers: [OTHER, ids.user],
  responses: [{ contactId: OTHER, type: 'success' }],
  ids: [OTHER],
};
const EDGE = '<html><head><title>404 Not Found</title></head><body>Contact not found does not exist</body></html>';

type FalseAnswer = readonly [name: string, status: number, body: unknown];

const FALSE_ANSWERS: readonly FalseAnswer[] = [
  ['404 of an edge', 404, EDGE],
  ['404 of an edge, as JSON', 404, { message: 'Not Found' }],
  ['404 Cannot …', 404, { statusCode: 404, message: 'Cannot GET /contacts/x', error: 'Not Found' }],
  ['404 with an empty body', 404, ''],
  ['400 malformed', 400, 'Bad Request: malformed'],
  ['400 about another id', 400, { status: 400, error: `Contact with id ${OTHER} not found` }],
  ['302', 302, ''],
  ['200 empty', 200, ''],
  ['200 {}', 200, {}],
  ['200 with an error body', 200, { statusCode: 500, message: 'Internal Server Error' }],
  ['200 that says missing', 200, { statusCode: 400, message: `Contact with id ${contactId} not found` }],
  ['200 of somebody else', 200, OTHER_CONTACT],
  ['200 that says it failed', 200, { succeded: false }],
  ['202 queued', 202, { queued: true }],
  ['200 list without its key', 200, { total: 0, traceId: 'trace' }],
  ['200 list that is null', 200, { contacts: null, contact: undefined, notes: null, tasks: null }],
];

/** Reads by which writes are reconciled. */
const READS = [
  'GET /contacts/{contactId}',
  'GET /contacts/search/duplicate',
  'POST /contacts/search',
  'GET /contacts/{contactId}/tasks',
  'GET /contacts/{contactId}/tasks/{taskId}',
  'GET /contacts/{contactId}/notes',
  'GET /contacts/{contactId}/notes/{id}',
];

export interface Case {
  readonly tool: string;
  readonly falseAnswer: string;
  /** Which requests get it. */
  readonly about: 'write' | 'reads' | 'write and reads';
  readonly done: boolean;
  readonly faults: readonly FaultRule[];
}

const routeOf = new Map<string, string>(contract.map(([tool, route]) => [tool, route]));

/** Every false answer in every place, once with the write done and once not. */
export const cases: readonly Case[] = Object.keys(WRITES).flatMap((tool) =>
  FALSE_ANSWERS.flatMap(([falseAnswer, status, body]) =>
    (['write', 'reads', 'write and reads'] as const).flatMap((about) =>
      [true, false].map((done): Case => {
        const strikes = done ? 'after' : 'before';
        const answer: FaultRule['fault'] = { status, body };
        const route = routeOf.get(tool) ?? '';
        const write: FaultRule['fault'] = about === 'reads' ? { connection: 'cut', strikes } : { ...answer, strikes };
        const reads = about === 'write' ? [] : READS.map((read) => ({ route: read, fault: answer }));
        return { tool, falseAnswer, about, done, faults: [{ route, fault: write }, ...reads] };
      }),
    ),
  ),
);

const same = (a: Snapshot, b: Snapshot) =>
  JSON.stringify([[...a.facts], [...a.marked]]) === JSON.stringify([[...b.facts], [...b.marked]]);

export type Reported = 'done' | 'notDone' | 'unknown' | 'wrong';

/** The reported outcome of one case, and why it is wrong by the data of the sandbox. */
export async function checkCase({ tool, faults }: Case): Promise<{ reported: Reported; why?: string }> {
  const first = FIRST[tool];
  const step = (name: string) => ({ tool: name, args: WRITES[name] ?? {}, pause: 0 });
  const setting = { seed: 1, indexDelayMs: 0, skew: 0, switches: {} };
  const steps = [...(first ? [step(first)] : []), step(tool)];
  const bare = await runSchedule({ ...setting, steps: steps.slice(0, -1), faults: [] });
  const { reports, after, journal } = await runSchedule({ ...setting, steps, faults });
  const { outcome, text = '' } = reports.at(-1) ?? {};
  const changed = !same(bare.after, after);
  const entry = journal.at(-1)?.outcome;
  const ok =
    (outcome === 'unknown' || (outcome === 'done' && changed) || (outcome === 'notDone' && !changed)) &&
    (entry === outcome || (entry === 'refused' && outcome === 'notDone'));
  if (ok && outcome !== undefined) return { reported: outcome };
  return { reported: 'wrong', why: `${outcome}, journal ${entry}, changed ${changed}: ${text}` };
}

/** The outcomes by place and false answer, and every wrong one in full. */
export async function tally(some: readonly Case[]): Promise<{ table: string; wrong: string[] }> {
  const rows = new Map<string, Record<Reported, number>>();
  const wrong: string[] = [];
  for (const each of some) {
    const { reported, why } = await checkCase(each);
    const name = `${each.about}: ${each.falseAnswer}`;
    const row = rows.get(name) ?? { done: 0, notDone: 0, unknown: 0, wrong: 0 };
    rows.set(name, row);
    row[reported] += 1;
    if (why) wrong.push(`${each.tool}, ${name}, ${each.done ? 'done' : 'notDone'}: ${why}`);
  }
  const line = (name: string, cells: readonly unknown[]) =>
    name.padEnd(48) + cells.map((cell) => String(cell).padStart(10)).join('');
  const lines = [...rows].map(([name, { done, unknown, wrong: bad, ...row }]) =>
    line(name, [done, row.notDone, unknown, bad]),
  );
  const head = line('false answer', ['done', 'notDone', 'unknown', 'wrong']);
  return { table: [head, ...lines, `${some.length} cases, ${wrong.length} reported wrongly`].join('\n'), wrong };
}
