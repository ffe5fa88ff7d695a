import { describe, expect, test } from 'vitest';
import { answerFigures, listFigures } from '../../../bench/tokens.ts';
import { EFFECTS } from '../../../src/api/endpoint.ts';
import { SCOPES } from '../../../src/api/scopes.ts';
import type { Json } from '../../../src/lib/json.ts';
import { scopesOf, settingOf } from '../../../src/tools/core/tool.ts';
import { toolDefinition } from '../../../src/tools/core/tool-schema.ts';
import { endpoints, families, tools } from '../../../src/tools/index.ts';
import { CONTACTS, connect, READ } from '../../connect.ts';
import { faultsOf } from './portable-schema.ts';

const TEN_READS = [
  'get_contact', 'list_contacts', 'list_contacts_by_business', 'search_contacts', 'find_duplicate_contact',
  'list_contact_tasks', 'get_contact_task', 'list_contact_notes', 'get_contact_note', 'list_contact_appointments',
]; // biome-ignore format: a list
const READ_FLOWS = [
  'get_contact_overview', 'get_contact_timeline', 'list_changed_contacts', 'count_contacts', 'find_duplicates', 'list_recent_changes',
]; // biome-ignore format: a list
const WRITES = 22;
/** Those that need no setting, and no scope but those of contacts. */
const flows = families.flows
  .filter(
    (tool) => settingOf(tool) === undefined && scopesOf(tool).every((scope) => CONTACTS.some((each) => each === scope)),
  )
  .map(({ name }) => name);

const shown = tools.map((tool) => ({ tool, face: toolDefinition(tool) }));
describe('the tokens of the tool list', () => {
  test.each(listFigures().map(({ what, value, bound }) => [what, value, bound] as const))(
    '%s: %i of %i tokens',
    (what, value, bound) => {
      console.log(`${what}: ${value} of ${bound} tokens`);
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThanOrEqual(bound);
    },
  );

  test.each(shown.map(({ tool, face }) => [tool.name, face] as const))('%s equals its snapshot', async (name, face) => {
    await expect(`${JSON.stringify(face, null, 2)}\n`).toMatchFileSnapshot(`../../snapshots/${name}.json`);
  });
});

test('the tokens of typical results are within their limits', async () => {
  const figures = await answerFigures();
  expect(figures.map(({ what }) => what)).toContain('100 contacts in one page, text half');
  for (const { what, value, bound } of figures) {
    console.log(`${what}: ${value} of ${bound} tokens`);
    expect(value, what).toBeGreaterThan(0);
    expect(value, what).toBeLessThanOrEqual(bound);
  }
});

describe('the set of tools', () => {
  test('names are unique, verb_noun, and short enough for every host', () => {
    const names = tools.map((tool) => tool.name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names)
      expect(name).toMatch(
        /^(?=.{3,40}$)(get|list|create|update|delete|search|find|upsert|set|add|remove|bulk|onboard|count|export|undo|merge)_[a-z0-9_]+$/,
      );
  });

  test('hints follow the effect, and reads are the tools with a read scope', () => {
    for (const { tool, face } of shown) {
      expect(face.annotations).toEqual({ title: tool.title, ...EFFECTS[tool.effect] });
      expect(tool.effect === 'read', tool.name).toBe(tool.scope.endsWith('.readonly'));
    }
  });

  test('only enrolling has openWorldHint', () => {
    const open = shown.filter(({ face }) => face.annotations.openWorldHint).map(({ tool }) => tool.name);
    expect(open).toEqual(['add_contact_to_campaign', 'add_contact_to_workflow']);
  });

  test('every scope is used', () => {
    expect(new Set(endpoints.map((endpoint) => endpoint.scope))).toEqual(new Set(SCOPES));
  });

  test.each(shown.map(({ tool, face }) => [tool.name, face] as const))(
    '%s: its input schema has no construct that hosts misread',
    (_, { inputSchema }) => expect(faultsOf(inputSchema)).toEqual([]),
  );

  const text = { type: 'string' };
  const root = (properties: object) => ({ type: 'object', properties });
  test.each<[string, object, string]>([
    ['anyOf at the root', { ...root({}), anyOf: [text] }, 'the root is a union by anyOf'],
    ['oneOf at the root', { ...root({}), oneOf: [text] }, 'the root is a union by oneOf'],
    ['allOf at the root', { ...root({}), allOf: [text] }, 'the root is a union by allOf'],
    ['not at the root', { ...root({}), not: text }, 'the root is a union by not'],
    ['a root that is not an object', text, 'the root is no object'],
    ['an object in a union', root({ a: { anyOf: [text, root({ b: text })] } }), '.a|1 is an object inside a union'],
    [
      'an object in a list in a union',
      root({ a: { anyOf: [text, { type: 'array', items: root({ b: text }) }] } }),
      '.a|1[] is an object inside a union',
    ],
    ['an object without declared properties', root({ a: { type: 'object' } }), '.a is an object that declares nothing'],
    ['an empty object', root({ a: { type: 'array', items: root({}) } }), '.a[] is an object without properties'],
    [
      'additionalProperties',
      root({ a: { ...root({ b: text }), additionalProperties: false } }),
      '.a has additionalProperties',
    ],
    ['an array of any type', root({ a: { type: 'array' } }), '.a is a list without items'],
    ['a value of any type', root({ a: {} }), '.a has no type'],
    ['several types', root({ a: { type: ['string', 'null'] } }), '.a has no type'],
    ['a reference', root({ a: { type: 'string', $ref: '#/x' } }), '.a has $ref'],
    ['a format', root({ a: { ...text, format: 'email' } }), '.a has format'],
    [
      'a required property that does not exist',
      { ...root({}), required: ['a'] },
      'the root requires a, which it does not declare',
    ],
  ])('the check above detects %s', (_, schema, fault) => expect(faultsOf(schema)).toContain(fault));

  test.each<[string, string[]]>([
    [
      'search_contacts',
      ['filters[].gte', 'filters[].lte', 'filters[].gt', 'filters[].lt', 'filters[].filters[].value'],
    ],
    ['count_contacts', ['filters[].field', 'filters[].group', 'filters[].filters[].gte']],
    ['create_contact', ['dndSettings.Call.status', 'inboundDndSettings.all.status', 'customFields[].field']],
    [
      'onboard_contact',
      ['tasks[].title', 'tasks[].dueDate', 'tasks[].body', 'tasks[].assignedTo', 'tasks[].completed'],
    ],
    ['bulk_upsert_contacts', ['rows[].firstName', 'rows[].tasks[].title', 'rows[].customFields[].value']],
    ['bulk_update_contacts', ['set.firstName', 'set.clear[]', 'set.dndSettings.SMS.status', 'filters[].operator']],
  ])('%s declares the properties of its lists and objects', (name, paths) => {
    const face = shown.find(({ tool }) => tool.name === name)?.face;
    const pathsOf = (schema: Json, path = ''): string[] => [
      path,
      ...Object.entries((schema.properties ?? {}) as Json).flatMap(([key, inner]) =>
        pathsOf(inner as Json, path ? `${path}.${key}` : key),
      ),
      ...(schema.items ? pathsOf(schema.items as Json, `${path}[]`) : []),
    ];
    expect(pathsOf(face?.inputSchema as Json)).toEqual(expect.arrayContaining(paths));
  });

  test('output schemas are objects without references, and say of each key what it is', () => {
    for (const { tool, face } of shown) {
      expect(
        Object.keys(face.outputSchema).filter((key) => /anyOf|oneOf|allOf|not/.test(key)),
        tool.name,
      ).toEqual([]);
      expect(JSON.stringify(face.outputSchema), tool.name).not.toMatch(/\$ref|"const"|\$schema|definitions/);
      expect(JSON.stringify(face.outputSchema), tool.name).not.toContain('{}');
    }
  });
});

describe('tools/list', () => {
  test('with contacts.readonly alone has the ten reads, then the composite tools that only read, and no lookup', async () => {
    const { client } = await connect({ scopes: READ });
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual([...TEN_READS, ...READ_FLOWS]);
  });

  test('with contacts.write alone has no reads and no composite tool, because those that write also read', async () => {
    const { client } = await connect({ scopes: ['contacts.write'] });
    const { tools: listed } = await client.listTools();
    expect(listed).toHaveLength(WRITES);
    expect(listed.filter((tool) => tool.annotations?.readOnlyHint)).toEqual([]);
    expect(listed.filter((tool) => flows.includes(tool.name))).toEqual([]);
  });

  test('with both contact scopes has the 32 endpoints and all composite tools, always in the same order', async () => {
    const first = await (await connect({ scopes: CONTACTS })).client.listTools();
    const second = await (await connect({ scopes: CONTACTS })).client.listTools();
    const names = first.tools.map((tool) => tool.name);
    expect(names).toHaveLength(TEN_READS.length + WRITES + flows.length);
    expect(names.filter((name) => !flows.includes(name))).toHaveLength(32);
    expect(names.slice(32)).toEqual(flows);
    expect(flows).toHaveLength(11);
    expect(second).toEqual(first);
  });

  test('is computed once, not per call, and sends nothing', async () => {
    const { client, sent } = await connect();
    const lists: unknown[] = [];
    const receive = client.transport?.onmessage;
    // In memory a message arrives as the very object the server sent.
    if (client.transport) {
      client.transport.onmessage = (message) => {
        lists.push((message as { result?: { tools?: unknown } }).result?.tools);
        receive?.(message);
      };
    }
    await client.listTools();
    await client.listTools();
    expect(lists).toHaveLength(2);
    expect(lists[1]).toBe(lists[0]);
    expect(await sent()).toEqual([]);
  });
});
