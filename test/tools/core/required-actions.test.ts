import { expect, onTestFinished, test } from 'vitest';
import { fetchTransport } from '../../../src/api/transport/index.ts';
import type { Json } from '../../../src/lib/json.ts';

import type { Sandbox } from '../../../src/sandbox/index.ts';
import { steadyClock } from '../../api/steady-clock.ts';
import { type Connected, connect } from '../../connect.ts';
import { examples, type Fixture, findFixture } from '../../examples.ts';
import { randomOf } from '../../random.ts';
import { volume } from '../../volume.ts';
import { contract } from '../contract.ts';

/** GATE_SEED=n runs what a failure names. */
const SEED = Number(process.env.GATE_SEED ?? 20_261_121);
const SELECTIONS = volume(60, 12);
const USES = 12;

const given = await findFixture();

/** What a host may do to a server. */
type Use = readonly [name: string, run: (connected: Connected) => Promise<unknown>];

const toolUse = (name: string, label: string, args: Json): Use => [
  `${name}: ${label}`,
  ({ client }) => client.callTool({ name, arguments: args }),
];

/** Arguments that examples leave out, and the tools that make several calls. */
function variants({
  contactId,
  otherContactId,
  email,
  tag,
  businessId,
  taskId,
  userId,
}: Fixture): Record<string, Json[]> {
  const due = { title: 'Call', dueDate: '2026-12-01T09:00:00Z' };
  const known = { email, firstName: 'Maria' };
  const fresh = { email: 'nora.whelan@example.com', firstName: 'Nora' };
  const parts: Json[] = [
    {},
    { city: 'Elsewhere' },
    { tags: ['spring fair'] },
    { note: 'Asked for a quote.' },
    { tasks: [due] },
    { businessId },
  ];
  const people = [known, fresh].flatMap((person) => parts.map((part) => ({ ...person, ...part })));
  const contacts = [contactId, otherContactId];
  return {
    create_contact: [
      { ...fresh, tags: ['vip'] },
      { ...fresh, tags: ['vip'], city: 'Austin' },
    ],
    update_contact: [
      { contactId, tags: [] },
      { contactId, tags: ['vip'] },
      { contactId, city: 'Austin' },
    ],
    upsert_contact: [
      { ...known, tags: [] },
      { ...fresh, tags: ['vip'] },
    ],
    update_contact_task: [
      { contactId, taskId, completed: true },
      { contactId, taskId, title: 'Call again' },
    ],
    onboard_contact: people,
    bulk_upsert_contacts: [{ rows: people.slice(0, 2) }, ...people.map((row) => ({ rows: [fresh, row] }))],
    bulk_update_contacts: [
      { contacts, set: { city: 'Austin' } },
      { contacts, addTags: ['spring fair'] },
      { contacts, removeTags: [tag] },
      { contacts, businessId },
      { contacts, set: { city: 'Austin' }, addTags: ['fair'], removeTags: [tag], businessId },
      { query: 'maria', set: { city: 'Austin' } },
      { query: 'a', addTags: ['spring fair'] },
    ],
    bulk_update_tasks: [
      { tasks: [taskId], set: { dueDate: '2026-12-01T09:00:00Z' } },
      { tasks: [taskId], set: { completed: true } },
      { dueFrom: '2020-01-01', tag, set: { assignedTo: userId } },
    ],
    search_location_appointments: [{ to: '2027-01-01' }, { userId, to: '2027-01-01' }],
    count_contacts: [{}, { groupBy: 'tag' }, { groupBy: 'owner' }],
    find_duplicates: [{}],
    merge_contacts: [{ keep: contactId, remove: otherContactId }],
    list_changed_contacts: [{ since: '2026-11-01' }, { since: '2026-11-01', tasks: true, limit: 3 }],
    get_contact_overview: [{ contactId }],
    get_contact_timeline: [{ contactId }],
  };
}

function usesOf(fixture: Fixture): readonly Use[] {
  const { contactId, email, tag } = fixture;
  const ofTools = Object.entries(examples).flatMap(([name, make]) =>
    Object.entries(make(fixture)).map(([label, args]) => toolUse(name, label, args)),
  );
  const ofVariants = Object.entries(variants(fixture)).flatMap(([name, list]) =>
    list.map((args) => toolUse(name, JSON.stringify(args), args)),
  );
  const prompts: [string, Record<string, string>][] = [
    ...['maria', email, contactId].flatMap((contact): [string, Record<string, string>][] => [
      ['contact_dashboard', { contact }],
      ['complete_task', { contact, task: 'call' }],
      ['activity_timeline', { contact }],
    ]),
    ['onboard_contact', { email, phone: '312-555-0187' }],
    ['sync_changes', { since: '2026-11-01' }],
    ['update_segment', {}],
    ['update_segment', { tag }],
  ];
  const ofPrompts = prompts.map(
    ([name, args]): Use => [
      `prompt ${name} ${JSON.stringify(args)}`,
      ({ client }) => client.getPrompt({ name, arguments: args }),
    ],
  );
  const typed: [string, string, string][] = [
    ['contact_dashboard', 'contact', 'mar'],
    ['activity_timeline', 'contact', email],
    ['complete_task', 'contact', '+1 512 555 0100'],
    ['complete_task', 'task', 'c'],
    ['update_segment', 'tag', 'a'],
    ['onboard_contact', 'tags', 'v'],
  ];
  const ofCompletions = typed.map(
    ([name, argument, value]): Use => [
      `completion ${name}.${argument} ${value}`,
      ({ client }) =>
        client.complete({
          ref: { type: 'ref/prompt', name },
          argument: { name: argument, value },
          context: { arguments: { contact: email } },
        }),
    ],
  );
  const uris = [
    '',
    ...['', '/tasks', '/notes', '/appointments', '/overview', '/timeline'].map((part) => `/${contactId}${part}`),
  ];
  const ofResources = uris.map(
    (path): Use => [`resource ${path}`, ({ client }) => client.readResource({ uri: `ghl://contacts${path}` })],
  );
  const ofTemplates: Use = [
    'completion of a resource template',
    ({ client }) =>
      client.complete({
        ref: { type: 'ref/resource', uri: 'ghl://contacts/{contactId}' },
        argument: { name: 'contactId', value: 'mar' },
      }),
  ];
  const subscribed: Use = [
    'subscription',
    ({ client }) => client.subscribeResource({ uri: `ghl://contacts/${contactId}` }),
  ];
  return [...ofTools, ...ofVariants, ...ofPrompts, ...ofCompletions, ...ofResources, ofTemplates, subscribed];
}

/** One request as it reached the API. */
interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly body: Json;
}

const routes = contract
  .map(([name, route]) => {
    const [method, path] = route.split(' ') as [string, string];
    return {
      name: String(name),
      method,
      parameters: path.split('{').length,
      shape: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    };
  })
  // A fixed path wins over one with a parameter in its place.
  .sort((a, b) => a.parameters - b.parameters);

const nameOf = ({ method, path }: Arrived): string => {
  const found = routes.find((route) => route.method === method && route.shape.test(path));
  if (!found) throw new Error(`no route of the contract is ${method} ${path}`);
  return found.name;
};

/** The endpoint tools whose minus forbids a request: read off method, path and body alone. */
function actsOf(request: Arrived): string[] {
  const { path, body } = request;
  const name = nameOf(request);
  const adds = Array.isArray(body.tags) && body.tags.length > 0 ? ['add_contact_tags'] : [];
  const replaces = Array.isArray(body.tags) ? [...adds, 'remove_contact_tags'] : [];
  switch (name) {
    case 'create_contact':
      return [name, ...adds];
    case 'update_contact':
      return [name, ...replaces];
    case 'upsert_contact':
      return [name, 'create_contact', 'update_contact', ...replaces];
    case 'bulk_update_contact_tags':
      return [name, path.endsWith('/add') ? 'add_contact_tags' : 'remove_contact_tags'];
    case 'update_contact_task':
      return 'completed' in body ? [name, 'set_contact_task_completed'] : [name];
    case 'remove_contact_from_all_campaigns':
      return [name, 'remove_contact_from_campaign'];
    case 'list_calendar_events':
    case 'get_calendar_event':
      return ['list_contact_appointments'];
    default:
      return [name];
  }
}

const FAMILIES: Readonly<Record<string, RegExp>> = {
  contacts:
    /^((get|create|update|delete|upsert)_contact|(list|search)_contacts|list_contacts_by_business|find_duplicate_contact)$/,
  tasks: /^((get|create|update|delete)_contact_task|list_contact_tasks|set_contact_task_completed)$/,
  notes: /^((get|create|update|delete)_contact_note|list_contact_notes)$/,
  appointments: /^list_contact_appointments$/,
  tags: /^((add|remove)_contact_tags|bulk_update_contact_tags)$/,
  businesses: /^bulk_assign_contact_business$/,
  followers: /_followers$/,
  campaigns: /^(add_contact_to|remove_contact_from)_(all_)?campaigns?$/,
  workflows: /^(add_contact_to|remove_contact_from)_workflow$/,
  lookups:
    /^(get_location|list_(location_tags|custom_fields|users|businesses|calendars|workflows|campaigns)|search_location_tasks)$/,
  automation: /_(campaign|all_campaigns|workflow)$/,
  bulk: /^bulk_/,
};
const methodOf = (name: string) => routes.find((route) => route.name === name)?.method;
const isRead = (name: string) => methodOf(name) === 'GET' || name.startsWith('search_');

const names = (word: string, tool: string): boolean => {
  if (word === 'read') return isRead(tool);
  if (word === 'write') return !isRead(tool);
  if (word === 'delete') return methodOf(tool) === 'DELETE';
  return FAMILIES[word]?.test(tool) ?? word === tool;
};

/** What the server reads itself: the time zone of the location, and the tasks before a new one is created. */
function isOwn(request: Arrived, all: readonly Arrived[]): boolean {
  const name = nameOf(request);
  return (
    name === 'get_location' ||
    (name === 'list_contact_tasks' && all.some((other) => other.method === 'POST' && other.path === request.path))
  );
}

const WORDS = [...Object.keys(FAMILIES), 'read', 'write', 'delete', ...Object.keys(examples)];

test(`no call sends a request that a minus in GHL_TOOLS forbids, for ${SELECTIONS} selections`, {
  timeout: 60_000,
}, async () => {
  console.log(`GATE_SEED=${SEED}`);
  const random = randomOf(SEED);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const uses = usesOf(given);
  const forbidden: string[] = [];
  let [requests, writes] = [0, 0];
  // Bulk calls are spread over time.
  const timers = steadyClock(50);
  onTestFinished(timers.stop);
  for (let round = 0; round < SELECTIONS; round++) {
    const words = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(WORDS));
    const arrived: Arrived[] = [];
    let sandbox: Sandbox | undefined;
    const transport = fetchTransport(async (request) => {
      const text = await request.clone().text();
      const { pathname: path } = new URL(request.url);
      arrived.push({ method: request.method, path, body: text ? (JSON.parse(text) as Json) : {} });
      return (sandbox as Sandbox).fetch(request);
    });
    const connected = await connect({
      select: words.map((word) => `-${word}`).join(','),
      api: { transport },
      timers,
      timezone: 'UTC',
    });
    sandbox = connected.sandbox;
    for (let use = 0; use < USES; use++) {
      const [name, run] = pick(uses);
      arrived.length = 0;
      await run(connected).catch(() => undefined);
      requests += arrived.length;
      writes += arrived.filter((request) => !isRead(nameOf(request))).length;
      for (const request of arrived) {
        const word = words.find((each) => actsOf(request).some((act) => names(each, act)));
        if (word && !isOwn(request, arrived))
          forbidden.push(`-${word}: ${name} sent ${request.method} ${request.path}`);
      }
    }
    await connected.client.close();
  }
  console.log(`${requests} requests, ${writes} of them writes`);
  expect([...new Set(forbidden)]).toEqual([]);
  expect(Math.min(requests, writes * 5)).toBeGreaterThan(SELECTIONS);
});
