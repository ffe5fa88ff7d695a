import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/lib/json.ts';

import { connectChanged, mapped, outgoing } from '../changed-answers.ts';
import { type Connected, connect } from '../connect.ts';
import { everyCall } from '../every-tool.ts';
import { findFixture } from '../examples.ts';
import { randomOf } from '../random.ts';

const HALVES = [
  '\uD83D',
  '\uDE00',
  'a\uD83D',
  '\uDEB2b',
  '👩\u200D\uD83D',
  '\uD83D\uD83D\uDE00',
  '\u{E0241}\u202E\uD83D',
];
/** Hidden characters among them, which only the CRM sends. */
const HIDDEN = /[\u{E0000}-\u{E0FFF}\u202E]/u;
/** Keys whose values the server interprets: other characters in them would change the test. */
const STRUCTURE = /(^|[a-z])id$|^(id|ids|searchAfter|startAfter|timezone|type|dataType|fieldKey)$|date|time/i;

/** Inserts half of a character at a random place of every text. */
function damage(random: () => number) {
  return (value: unknown, key: string): unknown => {
    if (typeof value !== 'string' || STRUCTURE.test(key)) return value;
    const half = HALVES[Math.floor(random() * HALVES.length)] ?? '';
    const at = Math.floor(random() * (value.length + 1));
    return value.slice(0, at) + half + value.slice(at);
  };
}

/** Paths of texts and keys with a lone surrogate, plain or inside JSON text. */
function halvesIn(value: unknown, path = ''): string[] {
  if (typeof value === 'string')
    return value.isWellFormed() && !/\\ud[89a-f]/i.test(value) ? [] : [`${path}: ${JSON.stringify(value)}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key.isWellFormed() ? [] : [`${path}.${JSON.stringify(key)}`]),
    ...halvesIn(inner, `${path}.${key}`),
  ]);
}

const ignore = () => undefined;
const BAD = 'x\uD83D';

/** A conversation in which the host sends halves, too; its results do not matter. */
async function converse({ client, call }: Connected, contactId: string): Promise<void> {
  const parts = ['', '/tasks', '/notes', '/appointments', '/overview', '/timeline'];
  for (const part of parts) await client.readResource({ uri: `ghl://contacts/${contactId}${part}` });
  for (const uri of ['ghl://contacts', 'ghl://status']) await client.readResource({ uri });
  for (const uri of [`ghl://contacts/${BAD}`, BAD]) await client.readResource({ uri }).catch(ignore);
  await client.subscribeResource({ uri: `ghl://contacts/${BAD}` }).catch(ignore);
  for (const [name, args] of [
    ['contact_dashboard', { contact: contactId }],
    ['contact_dashboard', { contact: BAD }],
    ['complete_task', { contact: contactId, task: BAD }],
    ['sync_changes', { since: BAD }],
    ['activity_timeline', { contact: contactId, kind: BAD }],
    ['update_segment', {}],
    ['update_segment', { tag: BAD, change: BAD }],
    ['onboard_contact', { firstName: BAD, email: BAD, phone: BAD }],
    [BAD, {}],
  ] as [string, Record<string, string>][])
    await client.getPrompt({ name, arguments: args }).catch(ignore);
  const complete = (name: string, argument: string, value: string, others: Record<string, string> = {}) =>
    client
      .complete({
        ref: { type: 'ref/prompt', name },
        argument: { name: argument, value },
        context: { arguments: others },
      })
      .catch(ignore);
  await complete('contact_dashboard', 'contact', 'ma');
  await complete('contact_dashboard', 'contact', `ma${BAD}`);
  await complete('onboard_contact', 'tags', `${BAD}, v`);
  await complete('complete_task', 'task', '', { contact: contactId });
  await complete(BAD, BAD, BAD);
  for (const [tool, args] of [
    [BAD, {}],
    ['get_contact', { contactId: BAD }],
    ['get_contact', { [BAD]: 1, contactId }],
    ['search_contacts', { query: BAD, pageLimit: 1 }],
    ['list_contacts', { query: 'a', limit: 1 }],
    ['search_contacts', { filters: [{ field: 'city', operator: 'eq', value: BAD }] }],
    ['count_contacts', { groupBy: `customFields.${BAD}` }],
    ['count_contacts', { handle: BAD }],
    ['create_contact_note', { contactId, body: BAD }],
    ['update_contact', { contactId, city: BAD, customFields: [{ field: 'x', value: [BAD] }] }],
    ['onboard_contact', { email: 'a@example.com', matchField: BAD }],
    ['bulk_update_contacts', { filters: [{ field: 'email', operator: 'exists' }], set: { city: BAD }, addTags: [BAD] }],
  ] as [string, Json][])
    await call(tool, args).catch(ignore);
  await client.listResources();
}

describe('no half of a character is sent', () => {
  const seed = Date.now() % 1_000_000;

  test(`with halves in the messages of the CRM and the host, seed ${seed}`, async () => {
    console.log(`seed ${seed}`);
    const random = randomOf(seed);
    const { contactId } = await findFixture();
    const broken = (body: unknown) => mapped(body, damage(random));
    const connected = await connectChanged(broken);
    const messages = outgoing(connected);
    await converse(connected, contactId);
    for (const { tool, args } of await everyCall()) await connected.client.callTool({ name: tool, arguments: args });
    expect(messages.length).toBeGreaterThan(120);
    // The text half of results is JSON: text from the CRM must be repaired before it is serialized.
    expect(messages.flatMap((message) => halvesIn(message))).toEqual([]);
    expect(JSON.stringify(messages)).toContain('\uFFFD');
    expect(messages.filter((message) => HIDDEN.test(JSON.stringify(message)))).toEqual([]);
  });

  test.each(['Chicago 🚲', '12345678🚲', `${'x'.repeat(39)}🚲`])(
    'a label such as %s is truncated between characters',
    async (label) => {
      const connected = await connect({ label });
      const { client } = connected;
      expect(halvesIn([client.getServerVersion(), client.getInstructions()])).toEqual([]);
      expect(client.getServerVersion()?.title?.length).toBeLessThanOrEqual(13);
    },
  );
});
