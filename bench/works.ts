import { isExpired, toApiError } from '../src/api/error-messages.ts';
import type { HttpResponse, Transport } from '../src/api/transport/types.ts';
import { listMatches, matchFields } from '../src/api/write/compare.ts';
import { settle } from '../src/api/write/reconcile.ts';
import type { ReconcileContext } from '../src/api/write/settlement.ts';
import type { Json } from '../src/lib/json.ts';
import { normalizeText, readableText, sameText } from '../src/lib/markup.ts';
import { redact, redactStrictly } from '../src/lib/redact.ts';
import { quoteForMessage, stripHiddenCharacters, withinBytes } from '../src/lib/text.ts';
import { among } from '../src/mcp/completion/completer.ts';
import { overviewMarkdown, timelineMarkdown } from '../src/resources/markdown.ts';
import { newJob } from '../src/tools/composite/bulk-update/job.ts';
import { STEP } from '../src/tools/composite/bulk-update/steps.ts';
import { accountOf } from '../src/tools/composite/bulk-update/summary.ts';
import { changesSince, sweepFrom } from '../src/tools/composite/changes/change-feed.ts';
import { Groups } from '../src/tools/composite/count/groups.ts';
import { heldIn, sameValue } from '../src/tools/composite/custom-field-values.ts';
import { Met } from '../src/tools/composite/search-pages.ts';
import { toText, toToolResult, truncateToLimit } from '../src/tools/core/tool-result.ts';
import { endpoints } from '../src/tools/index.ts';
import { connect } from '../test/connect.ts';
import { steadyRatioOf, type Work } from './linear.ts';

/** Small enough that ten times as much still lies in the caches of the processor: leaving them is no work. */
const CHARACTERS = 3_000;
const ROWS = 1_000;
const LISTED = 300;
/** Rounds for each of the many texts; one that looks bad is measured again with more. */
const FEW = 2;
const PERSON = 'aaaaaaaaaaaaaaaaaaaa';

/** What is written to be slow to read: beginnings of what an expression looks for, without the end. */
const HOSTILE = [
  '<', '<a ', '</a', '<br', '</p ', '&', '&amp', ' ', '\n', 'a', '1', '.1', '-', 'eyJ', 'eyJ-', 'eyJa.', 'Bearer ', 'pit-',
  'pit-0', 'access_token:', '01234567-', 'tok_', '\u200d', '\ufe0f', '👍\u200d', '\u180b', 'ن\u200c', '\ud800', ', ', '@',
  'contact with id ', 'x with id y ', 'property x ', '"', '\\', '\u0000', '`', '[](',
]; // biome-ignore format: a list

const onTexts: readonly [what: string, run: (given: string) => unknown, size?: number][] = [
  ['plainText', stripHiddenCharacters],
  ['redact', redact],
  ['redactStrictly', redactStrictly],
  ['quoted', quoteForMessage],
  ['text', normalizeText],
  ['seen', readableText],
  ['sameText', (given) => sameText(given, `${given}!`)],
  ['withinBytes', (given) => withinBytes(given, 1_000)],
  ['agreement', (given) => matchFields({ body: given, phone: given, name: given }, { body: `${given}.`, phone: '1' })],
  ['sameValue', (given) => sameValue(given, `${given}.`)],
  [
    'refusal',
    (message) =>
      toApiError({
        status: 400,
        body: { message },
        route: '',
        scope: 'contacts.readonly',
        locationId: '',
        creates: false,
        ids: {},
      }),
  ],
  [
    'refusal by validation',
    (message) =>
      toApiError({
        status: 422,
        body: { message: [message] },
        route: '',
        creates: false,
        scope: 'contacts.readonly',
        locationId: '',
        ids: {},
      }),
  ],
  ['isExpired', (message) => isExpired({ status: 401, body: { message } })],
  ['timelineMarkdown', (body) => timelineMarkdown({ timeline: [{ at: '', kind: 'note', body }], total: 1 }, PERSON)],
  [
    'overviewMarkdown',
    (name) => overviewMarkdown({ contact: { id: PERSON, firstName: name, source: name }, counts: {} }),
    // What it makes is several times as long.
    1_000,
  ],
];

/** The worst of all hostile texts stands for the function. */
const texts = onTexts.flatMap(([what, run, size = CHARACTERS]) =>
  HOSTILE.map((part) => ({
    what: `${what} of ${JSON.stringify(part)}`,
    group: what,
    size,
    prepare(characters: number) {
      const given = part.repeat(Math.ceil(characters / part.length)).slice(0, characters);
      return () => run(given);
    },
  })),
);

const range = <T>(size: number, make: (n: number) => T): T[] => Array.from({ length: size }, (_, n) => make(n));
const idOf = (n: number) => `row${String(n).padStart(17, '0')}`;
const named = (name: string) => {
  const found = endpoints.find((endpoint) => endpoint.name === name);
  if (!found) throw new Error(`no endpoint ${name}`);
  return found;
};

/** A write in doubt is held against a list of before and one of after it. */
const look = (sent: Json, data: Json, before?: Json): ReconcileContext =>
  ({
    sent,
    since: 0,
    until: 1,
    snapshot: before,
    isKnown: () => false,
    read: async () => data,
    recentIds: () => undefined,
  }) as never;

interface OnRows<T> {
  readonly what: string;
  readonly size?: number;
  readonly make: (size: number) => T;
  readonly run: (input: T) => unknown;
}
/** Keeps the type of what is made. */
const onRows = <T>({ what, size = ROWS, make, run }: OnRows<T>): Work => ({
  what,
  size,
  prepare(size) {
    const input = make(size);
    return () => run(input);
  },
});

const rows: readonly Work[] = [
  onRows({
    what: 'a list of contacts as a result',
    make: (size) => ({ contacts: range(size, (n) => ({ id: idOf(n), tags: ['a', 'b'] })) }),
    run: (data: Json) => toToolResult(named('list_contacts'), data, { limit: 100 }),
  }),
  onRows({
    what: 'a list of notes as a result',
    make: (size) => ({ notes: range(size, (n) => ({ id: idOf(n), body: 'x' })) }),
    run: (data: Json) => toToolResult(named('list_contact_notes'), data, { contactId: PERSON, skip: 1_500 }),
  }),
  onRows({
    what: 'a contact of many fields as a result',
    // With values so long that both sizes are cut.
    size: 700,
    make: (size) => ({ contact: Object.fromEntries(range(size, (n) => [`key${n}`, `${n} ${'x'.repeat(60)}`])) }),
    run: (data: Json) => truncateToLimit(toToolResult(named('get_contact'), data, { contactId: PERSON })),
  }),
  onRows({
    what: 'a contact of many tags as a result',
    // So many that both sizes are cut.
    size: 6_000,
    make: (size) => ({ contact: { id: PERSON, tags: range(size, (n) => `tag ${n}`) } }),
    run: (data: Json) => truncateToLimit(toToolResult(named('get_contact'), data, { contactId: PERSON })),
  }),
  onRows({
    what: 'text of a result',
    make: (size) => ({ contacts: range(size, (n) => ({ id: idOf(n) })) }),
    run: (data: Json) => toText(data),
  }),
  onRows({
    what: 'tags held against tags',
    make: (size) => range(size, (n) => `tag ${n}`),
    run: (tags: string[]) => listMatches('tags', true)({ tags }, { tags }),
  }),
  onRows({
    what: 'custom fields held against custom fields',
    make: (size) => range(size, (n) => ({ id: idOf(n), value: `${n}` })),
    run: (customFields: Json[]) => {
      for (const { id } of customFields) heldIn({ customFields }, id as string);
      return matchFields({ customFields }, { customFields });
    },
  }),
  onRows({
    what: 'fields of an update held against the answer',
    make: (size) => ({ id: PERSON, customFields: range(size, (n) => ({ id: idOf(n), value: `${n}` })) }),
    run: (contact: Json) =>
      STEP.fields.send([PERSON], { set: { customFields: contact.customFields } }, async () => ({ contact })),
  }),
  onRows({
    what: 'a lost note among notes',
    size: LISTED,
    make: (size) => range(size, (n) => ({ id: idOf(n), body: `Note ${n}` })),
    run: (notes: Json[]) =>
      settle.noteListed.check(
        look({ contactId: PERSON, body: 'Other' }, { notes }, { ids: notes.map(({ id }) => id) }),
      ),
  }),
  onRows({
    what: 'a lost task among tasks',
    size: LISTED,
    make: (size) => range(size, (n) => ({ id: idOf(n), title: `Task ${n}` })),
    run: (tasks: Json[]) =>
      settle.taskListed.check(
        look({ contactId: PERSON, title: 'Other' }, { tasks }, { ids: tasks.map(({ id }) => id) }),
      ),
  }),
  onRows({
    what: 'groups of a count',
    make: (size) => range(size, (n) => [`tag ${n}`, 'all']),
    run: (tags: string[][]) => {
      const groups = new Groups();
      for (const each of tags) groups.add(each);
      return groups.sorted();
    },
  }),
  onRows({
    what: 'pages that bring nothing new',
    make: (size) => range(size, (n) => ({ id: idOf(n % 100) })),
    run: (all: Json[]) => {
      const met = new Met();
      for (let n = 0; n < all.length; n += 100) met.isNew(all.slice(n, n + 100));
    },
  }),
  onRows({
    what: 'the account of a bulk job',
    make(size) {
      const job = newJob();
      job.ids = range(size, idOf);
      job.steps = ['fields'];
      for (const id of job.ids)
        job.fates.set(id, {
          done: [],
          failures: [{ step: 'fields', reason: `of ${id}` }],
          changed: false,
          gone: false,
        });
      return job;
    },
    run: accountOf,
  }),
  onRows({
    what: 'changes since a position',
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
    what: 'completion among tags',
    make: (size) => range(size, (n) => `tag ${n}`),
    run: (tags: string[]) => among(tags, 'tag'),
  }),
];

/** An API that answers by the end of the path. */
const answering =
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

/** Tools of several calls over what one contact may hold. */
async function tools(): Promise<Work[]> {
  let answers: Readonly<Record<string, Json>> = {};
  const { client, advance } = await connect({ timezone: 'UTC', api: { transport: answering(() => answers) } });
  const onContact = (what: string, args: Json): Work => ({
    what,
    size: 500,
    prepare(size) {
      const input = held(size);
      return () => {
        answers = input;
        // Past what was read a moment ago.
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
    customFields: range(50, (n) => ({ id: idOf(n), value: 'y' })),
  };
  return [
    onContact('get_contact_timeline', { contactId: PERSON }),
    onContact('get_contact_overview', { contactId: PERSON }),
    onContact('onboard_contact', person),
  ];
}

/** One figure for a function on texts, that of the text it takes worst; one for everything else. */
export async function moreFigures(): Promise<{ what: string; ratio: number }[]> {
  const figures = new Map<string, { what: string; ratio: number }>();
  for (const work of [...texts, ...rows, ...(await tools())]) {
    const { what } = work;
    const group = 'group' in work ? (work.group as string) : what;
    const ratio = await steadyRatioOf(work, 'group' in work ? FEW : undefined);
    if (!(ratio <= (figures.get(group)?.ratio ?? 0))) figures.set(group, { what, ratio });
  }
  return [...figures.values()];
}
