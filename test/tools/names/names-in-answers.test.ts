import { beforeAll, describe, expect, test } from 'vitest';
import { isRecord, type Json } from '../../../src/lib/json.ts';
import { connect } from '../../connect.ts';
import { answerTo, type ExampleCall, everyCall } from '../../every-tool.ts';

/** Lookups whose rows are the things that have ids and names. */
const LOOKUPS = { list_users: 'users', list_custom_fields: 'customFields', list_businesses: 'businesses' } as const;
const OWN_ROWS: readonly string[] = [...Object.keys(LOOKUPS), 'list_calendars'];

/** Names of users, custom fields, businesses and calendars of the sandbox by their ids. */
async function namesById(): Promise<Map<string, string>> {
  const { call } = await connect();
  const rows = await Promise.all(
    Object.entries({ ...LOOKUPS, list_calendars: 'calendars' }).map(
      async ([tool, key]) => (await call(tool, { fields: ['id', 'name'] }))[key] as { id: string; name: string }[],
    ),
  );
  return new Map(rows.flat().map(({ id, name }) => [id, name]));
}

/** Paths of ids whose name is not in the same object. Arguments of a next call are no answer. */
function idsWithoutName(answer: Json, names: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  const walk = (value: unknown, path: string, holder: Json): void => {
    if (typeof value === 'string') {
      const name = names.get(value);
      if (name !== undefined && !Object.values(holder).flat().includes(name)) found.push(`${path}: ${name}`);
    } else if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) walk(item, `${path}[${at}]`, holder);
    } else if (isRecord(value))
      for (const [key, inner] of Object.entries(value)) {
        if (names.has(key)) found.push(`${path}.${key}: ${names.get(key)}`);
        if (key !== 'next') walk(inner, `${path}.${key}`, value);
      }
  };
  walk(answer, '', {});
  return found;
}

describe('names in answers', async () => {
  const calls = await everyCall();
  let names: ReadonlyMap<string, string>;
  beforeAll(async () => {
    names = await namesById();
  });

  test('the check finds an id that has no name next to it', () => {
    const [[id, name] = ['', '']] = [...names];
    expect(idsWithoutName({ contact: { assignedTo: id } }, names)).toHaveLength(1);
    expect(idsWithoutName({ contact: { followers: [id] } }, names)).toHaveLength(1);
    expect(idsWithoutName({ contact: { customFields: { [id]: 1 } } }, names)).toHaveLength(1);
    expect(
      idsWithoutName({ contact: { assignedTo: id, assignedToName: name }, next: { assignedTo: id } }, names),
    ).toEqual([]);
  });

  const title = ({ tool, what }: ExampleCall) => [`${tool}, ${what}`] as const;
  const shown = calls.filter(({ tool }) => !OWN_ROWS.includes(tool)).map((call) => [...title(call), call] as const);
  test.each(shown)('%s: no id of a user, field, business or calendar without its name', async (_, call) => {
    const { structuredContent, isError } = await answerTo(call);
    expect(isError).not.toBe(true);
    expect(idsWithoutName(structuredContent ?? {}, names)).toEqual([]);
  });
});
