import type { Json } from '../../src/lib/json.ts';
import type { Log } from '../../src/lib/log.ts';
import { virtualClock, whenLoopIsIdle } from '../api/virtual-clock.ts';
import { connectChanged, mapped } from '../changed-answers.ts';
import { type Connected, NOW } from '../connect.ts';
import { EXPORT_FOLDER, type ExampleCall, everyCall } from '../every-tool.ts';
import { type Fixture, findFixture } from '../examples.ts';
import { randomOf } from '../random.ts';

/** What may stand where a row, an id, a text or a list is due. */
const ODD: readonly unknown[] = [
  null,
  0,
  7,
  true,
  '',
  'a/b',
  '..',
  'text',
  [],
  [null],
  [[]],
  {},
  { id: null },
  { id: { a: 1 } },
  1e21,
];

type Ask = readonly [what: string, run: (connected: Connected) => Promise<unknown>];

/** Everything that reads and says something of what was read. */
export function asks(calls: readonly ExampleCall[], { contactId }: Fixture): Ask[] {
  const complete = (name: string, argument: string, value: string): Ask => [
    `completion of ${name} ${argument}`,
    ({ client }) =>
      client.complete({
        ref: { type: 'ref/prompt', name },
        argument: { name: argument, value },
        context: { arguments: { contact: contactId } },
      }),
  ];
  const prompt = (name: string, args: Record<string, string>): Ask => [
    `prompt ${name}`,
    ({ client }) => client.getPrompt({ name, arguments: args }),
  ];
  return [
    ...calls.map(
      ({ tool, what, args }): Ask => [
        `${tool}, ${what}`,
        ({ client }) => client.callTool({ name: tool, arguments: args }),
      ],
    ),
    ...['', '/tasks', '/notes', '/appointments', '/overview', '/timeline'].map(
      (part): Ask => [
        `resource ${part}`,
        ({ client }) => client.readResource({ uri: `ghl://contacts/${contactId}${part}` }),
      ],
    ),
    ['resource ghl://contacts', ({ client }) => client.readResource({ uri: 'ghl://contacts' })],
    prompt('contact_dashboard', { contact: 'maria' }),
    prompt('complete_task', { contact: contactId, task: 'call' }),
    prompt('activity_timeline', { contact: contactId }),
    prompt('sync_changes', {}),
    prompt('update_segment', {}),
    prompt('update_segment', { tag: 'vip' }),
    prompt('onboard_contact', { email: 'maria.lopez@northshoremed.example', phone: '3125550100' }),
    complete('contact_dashboard', 'contact', 'ma'),
    complete('complete_task', 'task', 'c'),
    complete('update_segment', 'tag', 'v'),
    complete('onboard_contact', 'tags', 'v'),
  ];
}

/** A connection whose answers are changed as `change` now says, and the faults of our own that it logged. */
export async function odd() {
  const faults: Json[] = [];
  const log: Log = (_level, event, facts) => {
    if (event === 'fault') faults.push(facts as Json);
  };
  const state = { change: (body: unknown): unknown => body };
  const timers = virtualClock(NOW, whenLoopIsIdle);
  const connected = await connectChanged((body) => state.change(body), { log, timers, exportFolder: EXPORT_FOLDER });
  await connected.client.listTools();
  return { connected, faults, state, timers };
}

/** Faults of our own while answers hold values of other kinds at random places. */
export async function faultsOf(seed: number, rounds: number, wanted: (what: string) => boolean): Promise<string[]> {
  const random = randomOf(seed);
  const fixture = await findFixture();
  const all = asks(await everyCall(), fixture).filter(([what]) => wanted(what));
  const found = new Map<string, string>();
  for (let round = 0; round < rounds; round += 1) {
    const { connected, faults, state, timers } = await odd();
    const chance = [0.05, 0.01, 0.2][round % 3] ?? 0;
    const change = (value: unknown) => (random() < chance ? ODD[Math.floor(random() * ODD.length)] : value);
    for (const [what, run] of all) {
      state.change = (body) => mapped(body, change);
      await run(connected).catch((error: Error) => {
        // The client holds results to the output schemas, and gives nothing of one that does not fit.
        if (/output schema/.test(error.message)) found.set(error.message.slice(0, 200), what);
      });
      // What was read must not come from the cache.
      await timers.wait(4_000);
      for (const { error } of faults.splice(0)) found.set(String(error).split('\n').slice(0, 3).join(' '), what);
    }
  }
  return [...found].map(([error, what]) => `${what}: ${error}`);
}

/** Tools whose result the client rejects if every value in HighLevel's responses is this one. */
export async function refusedByClient(value: unknown): Promise<string[]> {
  const { connected, state, timers } = await odd();
  const refused: string[] = [];
  const seen = new Set<string>();
  state.change = (body) => Object.fromEntries(Object.keys(body as Json).map((key) => [key, value]));
  for (const { tool, args } of await everyCall()) {
    if (seen.has(tool)) continue;
    seen.add(tool);
    await connected.client.callTool({ name: tool, arguments: args }).catch((error: Error) => {
      refused.push(`${tool}: ${error.message}`);
    });
    await timers.wait(4_000);
  }
  return refused;
}
