import type { ReconcileContext } from '../../src/api/endpoint.ts';
import type { HttpResponse, Transport } from '../../src/api/transport/types.ts';
import { listMatches, matchFields } from '../../src/api/write/compare.ts';
import { findNewNote, findNewTask } from '../../src/api/write/strategies/related-records.ts';
import type { Json } from '../../src/lib/json.ts';
import { matchOptions } from '../../src/mcp/completion/completer.ts';
import { BulkJob } from '../../src/tools/composite/bulk-job/bulk-job.ts';
import type { Plan, StepName } from '../../src/tools/composite/bulk-update/job.ts';
import { STEPS } from '../../src/tools/composite/bulk-update/steps.ts';
import { summaryOf } from '../../src/tools/composite/bulk-update/summary.ts';
import { changesSince, sweepFrom } from '../../src/tools/composite/changes/contact-changes.ts';
import { Groups } from '../../src/tools/composite/count/groups.ts';
import { type CustomValue, customFieldValue } from '../../src/tools/composite/custom-field-values.ts';
import { SeenRows } from '../../src/tools/composite/search-pages.ts';
import { toText, toToolResult, truncateToLimit } from '../../src/tools/core/tool-result.ts';
import { endpoints } from '../../src/tools/index.ts';
import { connect } from '../../test/connect.ts';
import type { Case } from './linear.ts';

const ROWS = 1_000;
const LISTED = 300;
const PERSON = 'aaaaaaaaaaaaaaaaaaaa';

const range = <T>(size: number, make: (n: number) => T): T[] => Array.from({ length: size }, (_, n) => make(n));
const idOf = (n: number) => `row${String(n).padStart(17, '0')}`;
const endpointOf = (name: string) => {
  const found = endpoints.find((endpoint) => endpoint.name === name);
  if (!found) throw new Error(`no endpoint ${name}`);
  return found;
};

/** Compares an uncertain write with the list before and after it. */
const reconcileContext = (sent: Json, data: Json, before: readonly Json[]): ReconcileContext => ({
  sent,
  since: 0,
  until: 1,
  snapshot: [new Set(before.map(({ id }) => id))],
  isKnown: () => false,
  read: async () => data,
});

interface OnRows<T> {
  readonly what: string;
  readonly size?: number;
  readonly make: (size: number) => T;
  readonly run: (input: T) => unknown;
}
/** Infers the type of the input. */
const onRows = <T>({ what, size = ROWS, make, run }: OnRows<T>): Case => ({
  what,
  size,
  prepare(size) {
    const input = make(size);
    return () => run(input);
  },
});

export const ROW_CASES: readonly Case[] = [
  onRows({
    what: 'toToolResult: a list of contacts',
    make: (size) => ({ contacts: range(size, (n) => ({ id: idOf(n), tags: ['a', 'b'] })) }),
    run: (data: Json) => toToolResult(endpointOf('list_contacts'), data, { limit: 100 }, 0),
  }),
  onRows({
    what: 'toToolResult: a list of notes',
    make: (size) => ({ notes: range(size, (n) => ({ id: idOf(n), body: 'x' })) }),
    run: (data: Json) => toToolResult(endpointOf('list_contact_notes'), data, { contactId: PERSON, skip: 1_500 }, 0),
  }),
  onRows({
    what: 'withinLimit: a contact with many fields',
    // With values so long that both sizes are truncated.
    size: 700,
    make: (size) => ({ contact: Object.fromEntries(range(size, (n) => [`key${n}`, `${n} ${'x'.repeat(60)}`])) }),
    run: (data: Json) => truncateToLimit(toToolResult(endpointOf('get_contact'), data, { contactId: PERSON }, 0)),
  }),
  onRows({
    what: 'withinLimit: a contact with many tags',
    // So many that both sizes are truncated.
    size: 6_000,
    make: (size) => ({ contact: { id: PERSON, tags: range(size, (n) => `tag ${n}`) } }),
    run: (data: Json) => truncateToLimit(toToolResult(endpointOf('get_contact'), data, { contactId: PERSON }, 0)),
  }),
  onRows({
    what: 'toText: a list of contacts',
    make: (size) => ({ contacts: range(size, (n) => ({ id: idOf(n) })) }),
    run: (data: Json) => toText(data),
  }),
  onRows({
    what: 'listMatches: tags compared with tags',
    make: (size) => range(size, (n) => `tag ${n}`),
    run: (tags: string[]) => listMatches('tags', true)({ tags }, { tags }),
  }),
  onRows({
    what: 'matchFields: custom fields compared with custom fields',
    make: (size) => range(size, (n) => ({ id: idOf(n), value: `${n}` })),
    run: (customFields: Json[]) => {
      for (const { id } of customFields) customFieldValue({ customFields }, id as string);
      return matchFields({ customFields }, { customFields });
    },
  }),
  onRows({
    what: 'a bulk update: fields compared with the answer',
    size: LISTED,
    make: (size) => ({ id: PERSON, customFields: range(size, (n) => ({ id: idOf(n), value: `${n}` })) }),
    run: (contact: { readonly customFields: CustomValue[] }) =>
      STEPS.fields.send(
        [PERSON],
        { changes: {}, customFields: contact.customFields },
        async () => ({ contact }),
        new Map([[PERSON, contact]]),
      ),
  }),
  onRows({
    what: 'reconcile: a lost note among notes',
    size: LISTED,
    make: (size) => range(size, (n) => ({ id: idOf(n), body: `Note ${n}` })),
    run: (notes: Json[]) =>
      findNewNote(endpointOf('list_contact_notes')).check(
        reconcileContext({ contactId: PERSON, body: 'Other' }, { notes }, notes),
      ),
  }),
  onRows({
    what: 'reconcile: a lost task among tasks',
    size: LISTED,
    make: (size) => range(size, (n) => ({ id: idOf(n), title: `Task ${n}` })),
    run: (tasks: Json[]) =>
      findNewTask(endpointOf('list_contact_tasks')).check(
        reconcileContext({ contactId: PERSON, title: 'Other' }, { tasks }, tasks),
      ),
  }),
  onRows({
    what: 'count_contacts: groups',
    make: (size) => range(size, (n) => [`tag ${n}`, 'all']),
    run: (tags: string[][]) => {
      const groups = new Groups();
      for (const each of tags) groups.add(each);
      return groups.sorted();
    },
  }),
  onRows({
    what: 'search pages with repeated rows',
    make: (size) => range(size, (n) => ({ id: idOf(n % 100) })),
    run: (all: Json[]) => {
      const seen = new SeenRows();
      for (let n = 0; n < all.length; n += 100) seen.add(all.slice(n, n + 100));
    },
  }),
  onRows({
    what: 'a bulk job: its summary',
    make(size) {
      const ids = range(size, idOf);
      const job = new BulkJob<StepName, Plan>();
      job.plan = { ids, repeated: 0, changes: {}, customFields: [], steps: ['fields'], isSearch: false };
      for (const id of ids) job.setResult(id, 'fields', { reason: `because of ${id.slice(1)}`, deleted: false });
      return job;
    },
    run: summaryOf,
  }),
  onRows({
    what: 'list_changed_contacts: changes since a position',
    make: (size) =>
      range(size, (n) => ({ id: idOf(n), dateUpdated: new Date(n).toISOString(), searchAfter: [n, idOf(n)] })),
    run: (contacts: Json[]) => {
      let at = 0;
      const page = async () => {
        at += 100;
        return { contacts: contacts.slice(at - 100, at), total: contacts.length };
      };
      const api = { now: () => 0, serverNow: Date.now };
      return changesSince(sweepFrom(0), contacts.length, {
        call: page,
        clock: { now: Date.now } as never,
        hasTime: () => true,
        api,
      });
    },
  }),
  onRows({
    what: 'completion: tags',
    make: (size) => range(size, (n) => `tag ${n}`),
    run: (tags: string[]) => matchOptions(tags, 'tag'),
  }),
];

/** An API whose answer depends on the end of the path. */
const staticTransport =
  (answers: () => Readonly<Record<string, Json>>): Transport =>
  async ({ url }) => {
    const { pathname } = new URL(url);
    const key = Object.keys(answers()).find((end) => pathname.endsWith(end));
    const bytes = new TextEncoder().encode(JSON.stringify(key ? answers()[key] : {}));
    return { status: 200, headers: {}, body: once(bytes) } satisfies HttpResponse;
  };

async function* once(bytes: Uint8Array) {
  yield bytes;
}

/** Composite tools with a contact that has many records. */
export async function toolCases(): Promise<Case[]> {
  let answers: Readonly<Record<string, Json>> = {};
  const { client, advance } = await connect({ timezone: 'UTC', api: { transport: staticTransport(() => answers) } });
  const onContact = (what: string, args: Json): Case => ({
    what,
    size: 500,
    prepare(size) {
      const input = held(size);
      return () => {
        answers = input;
        // Beyond the lifetime of the read cache.
        advance(10_000);
        return client.callTool({ name: what, arguments: args });
      };
    },
  });
  const at = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString();
  const held = (size: number) => ({
    '/notes': { notes: range(size, (n) => ({ id: idOf(n), body: `<p>Note ${n}</p>`, dateAdded: at(n) })) },
    '/tasks': { tasks: range(size, (n) => ({ id: idOf(n), title: `Task ${n}`, dueDate: at(n), completed: false })) },
    '/appointments': { events: range(size, (n) => ({ id: idOf(n), title: `Visit ${n}`, startTime: at(n) })) },
    [`/${PERSON}`]: {
      contact: {
        id: PERSON,
        firstName: 'Ada',
        email: 'ada@linear.example',
        tags: range(size, (n) => `tag ${n}`),
        customFields: range(size, (n) => ({ id: idOf(n), value: 'x' })),
      },
    },
    '/duplicate': { contact: { id: PERSON, email: 'ada@linear.example' } },
    '/customFields': {
      customFields: range(size, (n) => ({ id: idOf(n), name: `Field ${n}`, fieldKey: `contact.f${n}` })),
    },
    '/tags': { tags: range(size, (n) => ({ id: idOf(n), name: `tag ${n}` })) },
  });
  const person = {
    email: 'ada@linear.example',
    tags: range(50, (n) => `new ${n}`),
    note: 'Another note',
    tasks: [{ title: 'Another task', dueDate: '2026-12-01T09:00:00Z' }],
    customFields: range(50, (n) => ({ field: idOf(n), value: 'y' })),
  };
  return [
    onContact('get_contact_timeline', { contactId: PERSON }),
    onContact('get_contact_overview', { contactId: PERSON }),
    onContact('onboard_contact', person),
  ];
}
