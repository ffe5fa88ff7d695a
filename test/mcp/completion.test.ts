import { describe, expect, test } from 'vitest';
import { type Connected, connect, find, type Options } from '../connect.ts';

const CONTACT = 'ghl://contacts/{contactId}';
const DUPLICATE = 'GET /contacts/search/duplicate';

/** Completes an argument of a template or a prompt. */
async function connectCompleting(options?: Options) {
  const host = await connect(options);
  const complete = async (
    ref: { type: 'ref/resource'; uri: string } | { type: 'ref/prompt'; name: string },
    name: string,
    value: string,
    filledIn: Record<string, string> = {},
  ) => (await host.client.complete({ ref, argument: { name, value }, context: { arguments: filledIn } })).completion;
  return {
    ...host,
    id: (value: string, uri = CONTACT) => complete({ type: 'ref/resource', uri }, 'contactId', value),
    of: (prompt: string, name: string, value: string, filledIn?: Record<string, string>) =>
      complete({ type: 'ref/prompt', name: prompt }, name, value, filledIn),
    /** Names of the contacts with these ids, in their order. */
    names: (ids: readonly string[]) => Promise.all(ids.map((contactId) => nameOf(host.call, contactId))),
  };
}

async function nameOf(call: Connected['call'], contactId: string): Promise<string> {
  const { contact } = (await call('get_contact', { contactId })) as { contact: Record<string, string> };
  return [contact.firstName, contact.lastName].filter(Boolean).join(' ');
}

describe('a contact id', () => {
  test.each([
    ['ma', ['Maria Lopez', 'Marcus Webb']],
    ['maria lo', ['Maria Lopez']],
    ['lopez', ['Maria Lopez']],
    ['  MARIA   lopez ', ['Maria Lopez']],
    ['+13125550101', ['Maria Lopez']],
    ['+1 (312) 555-0101', ['Maria Lopez']],
    ['312 555 0101', ['Maria Lopez']],
    ['maria.lopez@northshoremed.example', ['Maria Lopez']],
    ['Maria.Lopez@', ['Maria Lopez']],
  ])('%j gives %j first', async (typed, best) => {
    const { id, names } = await connectCompleting();
    const { values } = await id(typed);
    expect((await names(values)).slice(0, best.length).sort()).toEqual([...best].sort());
  });

  test('names that start with the text come first, then names with a word that does, then other matches', async () => {
    const { id, names, call } = await connectCompleting();
    for (const [firstName, lastName] of [
      ['Oxana', 'Zorin'],
      ['Zoriana', 'Quill'],
      ['Mazorin', 'Quill'],
    ])
      await call('create_contact', { firstName, lastName });
    expect(await names((await id('zori')).values)).toEqual(['Zoriana Quill', 'Oxana Zorin', 'Mazorin Quill']);
  });

  test('of equal matches, recent contacts come first', async () => {
    const { id, call, advance } = await connectCompleting();
    const before = (await id('ma')).values;
    const marcus = await find(call, 'marcus webb');
    const other = marcus.id === before[0] ? await find(call, 'maria lopez') : marcus;
    await call('get_contact', { contactId: other.id });
    advance(5_000);
    expect((await id('ma')).values[0]).toBe(other.id);
  });

  test('a whole email or number sends one duplicate lookup', async () => {
    const { id, sent } = await connectCompleting();
    await sent();
    for (const typed of ['maria.lopez@northshoremed.example', '+13125550101']) {
      expect(await id(typed)).toMatchObject({ total: 1, hasMore: false });
      expect(await sent()).toEqual([expect.stringContaining(DUPLICATE)]);
    }
    expect(await id('nobody@example.com')).toEqual({ values: [], total: 0, hasMore: false });
    expect(await sent()).toHaveLength(2);
  });

  test('fewer than two characters offer recent contacts, a whole id offers itself, and nothing is sent', async () => {
    const { id, call, sent } = await connectCompleting();
    const maria = await find(call, 'maria');
    const { id: ben } = await find(call, 'ben carter');
    for (const contactId of [maria.id, ben]) await call('get_contact', { contactId });
    await sent();
    expect(await id('')).toEqual({ values: [ben, maria.id], total: 2, hasMore: false });
    expect(await id('m')).toEqual({ values: [maria.id, ben], total: 2, hasMore: false });
    expect(await id('y')).toEqual({ values: [], total: 0, hasMore: false });
    expect((await id('seD4PfOuKoVMLkEZqohJ')).values).toEqual(['seD4PfOuKoVMLkEZqohJ']);
    expect(await sent()).toEqual([]);
  });

  test('offers at most ten, with the total', async () => {
    const { id } = await connectCompleting();
    const { values, total, hasMore } = await id('example');
    expect(values).toHaveLength(10);
    expect(total).toBeGreaterThan(10);
    expect(hasMore).toBe(true);
    expect(await id('zzzz')).toEqual({ values: [], total: 0, hasMore: false });
  });

  test('a contact that is not in the index yet is found among the recent contacts', async () => {
    const { id, call } = await connectCompleting({ sandbox: { indexDelayMs: 60_000 } });
    const { contact } = (await call('create_contact', { firstName: 'Nora', lastName: 'Finch' })) as {
      contact: { id: string };
    };
    expect(await id('nora fi')).toEqual({ values: [contact.id], total: 1, hasMore: false });
  });

  test('the same text sends one request', async () => {
    const { id, sent } = await connectCompleting();
    await sent();
    const [one, two] = [await id('mar'), await id('mar', `${CONTACT}/tasks`)];
    expect(two).toEqual(one);
    expect(await sent()).toHaveLength(1);
  });

  test('when HighLevel refuses, nothing is offered, without an error', async () => {
    const { id } = await connectCompleting({
      sandbox: { faults: [{ route: 'GET /contacts/', fault: { status: 403 } }] },
    });
    expect(await id('maria')).toEqual({ values: [], total: 0, hasMore: false });
  });

  test('there are no values without the scope', async () => {
    const { id, sent } = await connectCompleting({ scopes: ['contacts.write'] });
    await expect(id('maria')).rejects.toMatchObject({ code: -32602 });
    expect(await sent()).toEqual([]);
  });
});

describe('arguments of prompts', () => {
  test.each(['contact_dashboard', 'complete_task', 'activity_timeline'])(
    'the contact of %s is offered with name and email',
    async (prompt) => {
      const { of } = await connectCompleting();
      expect(await of(prompt, 'contact', 'maria')).toEqual({
        values: ['Maria Lopez <maria.lopez@northshoremed.example>'],
        total: 1,
        hasMore: false,
      });
      expect((await of(prompt, 'contact', 'henry')).values).toEqual(['Henry Whitlock <+13125550128>']);
      expect((await of(prompt, 'contact', 'greta')).values).toEqual([
        expect.stringMatching(/^Greta Novak <[A-Za-z0-9]{20}>$/),
      ]);
    },
  );

  test('a completed value completes to itself', async () => {
    const { of } = await connectCompleting();
    for (const typed of ['maria', 'henry', 'greta']) {
      const [label = ''] = (await of('contact_dashboard', 'contact', typed)).values;
      const again = (await of('contact_dashboard', 'contact', label)).values;
      expect(again).toHaveLength(1);
      expect(again[0]?.split('<')[1]).toBe(label.split('<')[1]);
    }
  });

  test('task offers the open tasks of the contact', async () => {
    const { of, call } = await connectCompleting();
    const { id: contactId } = await call('find_duplicate_contact', {
      email: 'nadia.karim@example.org',
    }).then(({ contact }) => contact as { id: string });
    for (const [title, completed] of [
      ['Book the van', false],
      ['Call about the van', false],
      ['Van returned', true],
    ])
      await call('create_contact_task', { contactId, title, dueDate: '2026-12-01T09:00:00Z', completed });
    const contact = 'Nadia Karim <nadia.karim@example.org>';
    expect((await of('complete_task', 'task', 'van', { contact })).values).toEqual([
      'Book the van',
      'Call about the van',
    ]);
    expect((await of('complete_task', 'task', 'call', { contact })).values).toEqual(['Call about the van']);
    expect(await of('complete_task', 'task', '')).toEqual({ values: [], total: 0, hasMore: false });
  });

  test('tags offers the tags of the location after each comma', async () => {
    const { of } = await connectCompleting();
    expect((await of('update_segment', 'tag', 'fle')).values).toEqual(['Fleet']);
    expect((await of('onboard_contact', 'tags', 'vip, fle')).values).toEqual(['vip, Fleet']);
    expect((await of('onboard_contact', 'tags', '')).values).toHaveLength(10);
  });

  test('tags offers nothing without the scope for tags', async () => {
    const { of, sent } = await connectCompleting({ scopes: ['contacts.readonly', 'contacts.write'] });
    expect(await of('update_segment', 'tag', 'fle')).toEqual({ values: [], total: 0, hasMore: false });
    expect(await sent()).toEqual([]);
  });

  test('since and kind offer their values', async () => {
    const { of } = await connectCompleting();
    expect((await of('sync_changes', 'since', '')).values).toEqual(['last', 'today', 'yesterday']);
    expect((await of('sync_changes', 'since', 'Y')).values).toEqual(['yesterday', 'today']);
    expect((await of('activity_timeline', 'kind', '')).values).toEqual([
      'note',
      'task',
      'appointment',
      'created',
      'updated',
    ]);
    expect((await of('activity_timeline', 'kind', 'no')).values).toEqual(['note']);
  });

  test('an argument without completion offers nothing, and an unknown prompt or template is refused', async () => {
    const { of, id } = await connectCompleting();
    expect(await of('onboard_contact', 'firstName', 'a')).toEqual({ values: [], total: 0, hasMore: false });
    expect(await of('onboard_contact', 'nothing', 'a')).toEqual({ values: [], total: 0, hasMore: false });
    await expect(of('no_such_prompt', 'contact', 'a')).rejects.toMatchObject({ code: -32602 });
    await expect(id('maria', 'ghl://people/{contactId}')).rejects.toMatchObject({ code: -32602 });
  });
});
