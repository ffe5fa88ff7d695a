import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { realTimers } from '../../../src/lib/scheduler.ts';
import { toolDefinition } from '../../../src/tools/core/tool-schema.ts';

import { tools } from '../../../src/tools/index.ts';
import { type Change, connectChanged } from '../../changed-answers.ts';
import { type Connected, connect, type Options } from '../../connect.ts';
import { answerTo, everyCall } from '../../every-tool.ts';
import { findFixture } from '../../examples.ts';

const schemas = new Map(tools.map((tool) => [tool.name, toolDefinition(tool).outputSchema]));
const ajv = new Ajv();
const validators = new Map([...schemas].map(([name, schema]) => [name, ajv.compile(schema)]));

/** What is wrong with an answer, by its tool's schema: root keys it does not declare, values of another type. */
function faults(tool: string, answer: Json): string[] {
  const declared = Object.keys((schemas.get(tool) as Json).properties as Json);
  const valid = validators.get(tool);
  return [
    ...Object.keys(answer)
      .filter((key) => !declared.includes(key))
      .map((key) => `${tool} does not declare ${key}`),
    ...(valid?.(answer) ? [] : [`${tool}: ${ajv.errorsText(valid?.errors)}`]),
  ];
}

describe('every root key of a result is declared in the output schema of its tool', () => {
  test('for every example', async () => {
    const found: string[] = [];
    for (const call of await everyCall()) {
      const { structuredContent = {} } = await answerTo(call);
      found.push(...faults(call.tool, structuredContent));
    }
    expect(found).toEqual([]);
  });

  const people = (count: number, extra: Json = {}) => ({
    data: {
      contacts: Array.from({ length: count }, (_, i) => ({
        firstName: `Ada${i}`,
        email: `ada${i}@example.com`,
        ...extra,
      })),
    } as never,
  });
  const first = async ({ call }: Connected) => ((await call('list_contacts')).contacts as Json[])[0]?.id;

  test.each<[string, string, Options, (connected: Connected) => Promise<Json>, string[]]>([
    ['a contact over the size limit', 'get_contact', { sandbox: people(1, { tags: Array.from({ length: 4_000 }, (_, i) => `a tag of some length ${i}`) }) },
      async (c) => c.call('get_contact', { contactId: await first(c) }), ['listsCut']],
    ['a contact with too many tags, in an overview', 'get_contact_overview', { sandbox: people(1, { tags: Array.from({ length: 4_000 }, (_, i) => `a tag of some length ${i}`) }) },
      async (c) => c.call('get_contact_overview', { contactId: await first(c) }), ['listsCut', 'asOf', 'counts']],
    ['a preview', 'bulk_update_contacts', { confirm: 'on', sandbox: people(40), label: 'Chicago' },
      (c) => c.call('bulk_update_contacts', { filters: [{ field: 'email', operator: 'exists' }], addTags: ['x'] }),
      ['preview', 'account', 'everyContact', 'changes', 'examples', 'next', 'notice']],
    ['missing and repeated ids', 'bulk_update_contacts', { sandbox: people(2) },
      async (c) => c.call('bulk_update_contacts', { contacts: [await first(c), 'nobody', 'nobody'], addTags: ['x'] }),
      ['asked', 'changed', 'contacts', 'skipped', 'missing', 'repeatedIds']],
    ['more failures than are shown', 'bulk_update_contacts', { sandbox: people(2) },
      async (c) => c.call('bulk_update_contacts', { contacts: Array.from({ length: 25 }, (_, i) => `nobody${i}`), unlinkBusiness: true }),
      ['furtherFailures']],
    ['a local time', 'create_contact_task', { timezone: 'America/New_York' },
      async (c) => c.call('create_contact_task', { contactId: await first(c), title: 'Call', dueDate: '2026-12-01T09:00' }),
      ['task', 'notice']],
    ['changed tasks', 'list_changed_contacts', {},
      async (c) => {
        await c.call('list_changed_contacts', { since: 'last', tasks: true });
        await c.call('create_contact_task', { contactId: await first(c), title: 'Call', dueDate: '2026-12-01' });
        return c.call('list_changed_contacts', { since: 'last', tasks: true });
      }, ['changedTasks', 'cursor', 'completeTo', 'unseen']],
    ['groups by a custom field', 'count_contacts', {},
      (c) => c.call('count_contacts', { groupBy: 'customFields.bike_model' }), ['groupBy', 'without']],
    ['many groups', 'count_contacts', { sandbox: { data: { contacts: Array.from({ length: 50 }, (_, i) => ({ firstName: 'A', city: `Town ${i}` })) } as never } },
      (c) => c.call('count_contacts', { groupBy: 'city' }), ['others']],
    ['rows of all outcomes', 'bulk_upsert_contacts', { sandbox: people(2), timers: realTimers },
      (c) => c.call('bulk_upsert_contacts', { rows: [{ email: 'ada0@example.com', city: 'Gary' }, { email: 'ada1@example.com' }, { email: 'new@example.com', firstName: 'New' }] }),
      ['asked', 'created', 'updated', 'unchanged', 'rows']],
    ['a page with a next page', 'search_contacts', {}, (c) => c.call('search_contacts', { pageLimit: 1 }), ['total', 'next']],
  ])('%s', async (_, tool, options, run, keys) => {
    const answer = await run(await connect(options));
    expect(Object.keys(answer)).toEqual(expect.arrayContaining(keys));
    expect(faults(tool, answer)).toEqual([]);
  }); // biome-ignore format: a table

  test.each<[string, Change]>([
    ['parts failed', (body, { url }) => (/\/(notes|tasks)$/.test(new URL(url).pathname) ? { statusCode: 500 } : body)],
    ['lists are empty', (body) => emptied(body)],
  ])('where %s', async (_, change) => {
    const { contactId } = await findFixture();
    const { client } = await connectChanged(change);
    for (const { name } of tools.filter((tool) => tool.effect === 'read')) {
      const args = 'contactId' in (tools.find((tool) => tool.name === name)?.input().shape ?? {}) ? { contactId } : {};
      const { isError, structuredContent } = await client.callTool({ name, arguments: args });
      if (!isError) expect(faults(name, structuredContent as Json)).toEqual([]);
    }
  });
});

const emptied = (body: unknown): unknown =>
  Object.fromEntries(Object.entries(body as Json).map(([key, value]) => [key, Array.isArray(value) ? [] : value]));
