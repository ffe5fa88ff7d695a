import { beforeAll, describe, expect, test } from 'vitest';
import type { Json } from '../../src/lib/json.ts';

import { type Change, connectChanged } from '../changed-answers.ts';
import { type Connected, textOf } from '../connect.ts';
import { type Fixture, findFixture } from '../examples.ts';
import { faultsOf, refusedByClient } from './odd-answers.ts';

/** Puts what is no record before, between and after the rows of a list. */
const withOddRows =
  (path: RegExp, key: string): Change =>
  (body, { url }) => {
    const rows = (body as Json)[key];
    if (!path.test(new URL(url).pathname) || !Array.isArray(rows)) return body;
    return { ...(body as Json), [key]: [null, ...rows.flatMap((row) => [row, 'text', 7]), []] };
  };

const resource = async ({ client }: Connected, uri: string) =>
  ((await client.readResource({ uri })).contents[0] as { text: string }).text;
const completion = async ({ client }: Connected, name: string, argument: string, value: string, contact = '') =>
  (
    await client.complete({
      ref: { type: 'ref/prompt', name },
      argument: { name: argument, value },
      context: { arguments: { contact } },
    })
  ).completion.values;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await findFixture();
});

type Use = (connected: Connected, fixture: Fixture) => Promise<unknown>;
const answers =
  (tool: string, key: string, args: (fixture: Fixture) => Json = () => ({})): Use =>
  async ({ call }, fixture) => {
    const answer = await call(tool, args(fixture));
    expect(answer.notice, tool).toMatch(/HighLevel sent \d+ rows that are no records; they are left out\./);
    return answer[key];
  };
const ofContact = ({ contactId }: Fixture) => ({ contactId });
const list = {
  notes: /\/notes$/,
  tasks: /\/tasks$/,
  events: /\/appointments$/,
  tags: /\/tags$/,
  contacts: /\/contacts\/(search)?$/,
};

describe('rows that are not objects are left out and counted, and no other row is lost', () => {
  test.each<[string, RegExp, string, Use]>([
    ['list_contact_notes', list.notes, 'notes', answers('list_contact_notes', 'notes', ofContact)],
    ['list_contact_tasks', list.tasks, 'tasks', answers('list_contact_tasks', 'tasks', ofContact)],
    ['list_contact_appointments', list.events, 'events', answers('list_contact_appointments', 'events', ofContact)],
    ['list_location_tags', list.tags, 'tags', answers('list_location_tags', 'tags')],
    ['list_businesses', /businesses/, 'businesses', answers('list_businesses', 'businesses')],
    ['list_users', /users/, 'users', answers('list_users', 'users')],
    ['list_contacts', list.contacts, 'contacts', answers('list_contacts', 'contacts', () => ({ limit: 100 }))],
    ['search_contacts', list.contacts, 'contacts', answers('search_contacts', 'contacts', () => ({ pageLimit: 100 }))],
    ['search_location_tasks', /tasks\/search/, 'tasks', answers('search_location_tasks', 'tasks')],
    ['count_contacts', list.contacts, 'contacts', answers('count_contacts', 'groups', () => ({ groupBy: 'tag' }))],
    ['list_changed_contacts', list.contacts, 'contacts', answers('list_changed_contacts', 'contacts', () => ({ since: '2026-01-01' }))],
    ['notes of an overview', list.notes, 'notes', answers('get_contact_overview', 'notes', ofContact)],
    ['tasks of an overview', list.tasks, 'tasks', answers('get_contact_overview', 'tasks', ofContact)],
    ['appointments of an overview', list.events, 'events', answers('get_contact_overview', 'coming', ofContact)],
    ['notes of a timeline', list.notes, 'notes', answers('get_contact_timeline', 'timeline', ofContact)],
    ['tasks of a timeline', list.tasks, 'tasks', answers('get_contact_timeline', 'timeline', ofContact)],
    ['appointments of a timeline', list.events, 'events', answers('get_contact_timeline', 'timeline', ofContact)],
    ['completion of contacts', list.contacts, 'contacts', (c) => completion(c, 'contact_dashboard', 'contact', 'ma')],
    ['completion of tasks', list.tasks, 'tasks', (c, { contactId }) => completion(c, 'complete_task', 'task', '', contactId)],
    ['completion of tags', list.tags, 'tags', (c) => completion(c, 'update_segment', 'tag', '')],
    ['the tags of a prompt', list.tags, 'tags', async ({ client }) => (await client.getPrompt({ name: 'update_segment', arguments: {} })).messages],
  ])('%s', async (_, path, key, use) => {
    const given = await use(await connectChanged(withOddRows(path, key)), fixture);
    const same = await (async () => {
      const plain = await connectChanged((body) => body);
      const call: Connected['call'] = async (name, args) => ({
        ...(await plain.call(name, args)),
        notice: 'HighLevel sent 0 rows that are no records; they are left out.',
      });
      return use({ ...plain, call }, fixture);
    })();
    expect(given).toEqual(same);
    expect((given as unknown[]).length).toBeGreaterThan(0);
  }); // biome-ignore format: a table

  test.each(['/tasks', '/notes', '/appointments', '/overview', '/timeline'])('resource %s', async (part) => {
    const { contactId } = fixture;
    const uri = `ghl://contacts/${contactId}${part}`;
    const odd = await connectChanged((body, request) =>
      Object.entries(list).reduce(
        (changed, [key, path]) => withOddRows(path, key)(changed, request) as Json,
        body as Json,
      ),
    );
    expect(await resource(odd, uri)).toContain('rows that are no records');
  });

  test('a full page has a next page, also if rows were left out', async () => {
    const change: Change = (body, { url, method }) => {
      const rows = (body as Json).contacts as unknown[] | undefined;
      return rows && method === 'POST' && url.endsWith('/search')
        ? { ...(body as Json), contacts: [null, ...rows.slice(1)] }
        : body;
    };
    const { call } = await connectChanged(change);
    const first = await call('search_contacts', { pageLimit: 5 });
    expect(first.contacts).toHaveLength(4);
    expect(first.next).toBeDefined();
  });
});

test('an invalid id in a response is reported', async () => {
  const { contactId } = fixture;
  const { client } = await connectChanged((body, { url }) =>
    new URL(url).pathname.endsWith('/tags') ? body : JSON.parse(JSON.stringify(body).replaceAll(contactId, 'a/b')),
  );
  const result = await client.callTool({
    name: 'onboard_contact',
    arguments: { email: 'maria.lopez@northshoremed.example', city: 'Gary' },
  });
  expect(result.isError).toBe(true);
  expect(textOf(result)).not.toContain('An error inside');
});

test('a result of null values only is accepted by clients that validate results', async () => {
  expect(await refusedByClient(null)).toEqual([]);
});

test('an item of a contact’s list that is not an object is skipped', async () => {
  const { contactId } = fixture;
  const { client } = await connectChanged((body, { url }) =>
    new URL(url).pathname.endsWith(`/contacts/${contactId}`)
      ? { contact: { ...((body as Json).contact as Json), customFields: [null, 7, { id: 'x', value: 'Trek' }] } }
      : body,
  );
  const { contents } = await client.readResource({ uri: `ghl://contacts/${contactId}/overview` });
  expect((contents as { text: string }[])[0]?.text).toContain('\n## Custom fields\n\n- x: Trek\n');
});

const seed = Date.now() % 1_000_000;
test(`values of other types at random positions of responses to reads, seed ${seed}`, async () => {
  console.log(`seed ${seed}`);
  const reads = /^(resource|prompt|completion|(get|list|search|find|count)_)/;
  expect(await faultsOf(seed, 2, (what) => reads.test(what))).toEqual([]);
});
