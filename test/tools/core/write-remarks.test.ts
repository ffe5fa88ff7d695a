import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';

import { connect, find } from '../../connect.ts';
import { examples, type Fixture, findFixture } from '../../examples.ts';
import { recordingJournal } from '../../recording-journal.ts';
import { client } from '../../sandbox/api.ts';
import { type ToolName, toolContract } from '../contract.ts';

const [maria, tomasz] = [
  { firstName: 'Maria', email: 'maria@remarks.example', phone: '+14155550171', tags: ['old'] },
  { firstName: 'Tomasz', email: 'tomasz@remarks.example', phone: '+14155550172' },
];

/** Two people, known to HighLevel. */
async function world() {
  const there = await connect();
  const others = client(there.sandbox);
  const ids = [await others.create(maria), await others.create(tomasz)];
  const upsert = async (args: Json) => String((await there.call('upsert_contact', args)).notice ?? '');
  return { ...there, ids, upsert };
}

describe('upsert_contact names values that were dropped or replaced', () => {
  test('a phone of another contact', async () => {
    const { upsert, call, ids } = await world();
    const notice = await upsert({ email: maria.email, phone: tomasz.phone });
    expect(notice).toContain('phone was NOT stored: HighLevel leaves out one that belongs to another contact');
    expect((await call('get_contact', { contactId: ids[0] })).contact).toMatchObject({ phone: maria.phone });
  });

  test('the gender of an existing contact, and tags that replaced others', async () => {
    const { upsert } = await world();
    const notice = await upsert({ email: maria.email, gender: 'female', tags: ['new'] });
    expect(notice).toContain('gender was NOT stored');
    expect(notice).toContain('tags replaced all tags');
  });

  test('an email that may have replaced another', async () => {
    const { upsert } = await world();
    const notice = await upsert({ email: 'elsewhere@remarks.example', phone: maria.phone });
    expect(notice).toBe('The email given is the primary one now: if another one was, it is no longer stored.');
  });

  test('none for a new contact with all its fields', async () => {
    const { upsert } = await world();
    expect(await upsert({ email: 'new@remarks.example', firstName: 'Nora', gender: 'female', tags: ['a'] })).toBe('');
  });

  test('none for a phone in another format or an email in capitals', async () => {
    const { upsert } = await world();
    expect(await upsert({ phone: '(415) 555-0171', firstName: 'Maria' })).toBe('');
    expect(await upsert({ email: 'MARIA@remarks.example' })).not.toContain('NOT stored');
  });
});

describe('create_contact and update_contact', () => {
  test('name values that are stored differently from what was sent', async () => {
    const { call, sandbox } = await connect();
    const { id } = await find(call, 'maria');
    const body = JSON.stringify({ succeded: true, contact: { id, city: 'Elsewhere' } });
    sandbox.setFaults([{ route: 'PUT /contacts/{contactId}', fault: { status: 200, body } }]);
    const { notice } = await call('update_contact', { contactId: id, city: 'Austin', state: 'TX' });
    expect(notice).toBe(
      'The answer does not show as sent: city, state. Tell the user; get_contact shows what is stored.',
    );
  });
});

const ID = 'z'.repeat(20);
/** Answers that show other values than those that were sent, by tool, with the names of these fields. */
const ALTERED: readonly (readonly [ToolName, answer: (args: Json) => Json, readonly string[]])[] = [
  ['create_contact', ({ firstName }) => ({ contact: { id: ID, firstName, gender: 'male' } }), ['gender']],
  ['update_contact', ({ contactId }) => ({ succeded: true, contact: { id: contactId, city: 'Gary' } }), ['state']],
  ['upsert_contact', () => ({ succeded: true, new: false, contact: { id: ID, city: 'Gary' } }), ['phone']],
  ['upsert_contact', () => ({ succeded: true, new: true, contact: { id: ID, city: 'Lake' } }), ['city']],
  ['create_contact_task', ({ title }) => ({ task: { id: ID, title, dueDate: '2026-12-02T09:00:00Z' } }), ['dueDate']],
  ['update_contact_task', ({ taskId }) => ({ task: { id: taskId, title: 'Other' } }), ['title']],
  ['set_contact_task_completed', ({ taskId }) => ({ task: { id: taskId, completed: false } }), ['completed']],
  ['create_contact_note', () => ({ note: { id: ID, body: 'Other' } }), ['body']],
  ['update_contact_note', ({ noteId }) => ({ note: { id: noteId, body: 'Other' } }), ['body']],
];
const GIVEN = {
  create_contact: () => ({ firstName: 'Ann', gender: 'female' }),
  update_contact: ({ contactId }) => ({ contactId, city: 'Gary', state: 'IN' }),
  upsert_contact: ({ email }) => ({ email, city: 'Gary', phone: '+13125550177' }),
  create_contact_task: ({ contactId }) => ({ contactId, title: 'Call', dueDate: '2026-12-01T09:00:00Z' }),
  update_contact_task: ({ contactId, taskId }) => ({ contactId, taskId, title: 'Call' }),
  set_contact_task_completed: ({ contactId, taskId }) => ({ contactId, taskId, completed: true }),
  create_contact_note: ({ contactId }) => ({ contactId, body: 'Rang' }),
  update_contact_note: ({ contactId, noteId }) => ({ contactId, noteId, body: 'Rang' }),
} as const satisfies Partial<Record<ToolName, (fixture: Fixture) => Json>>;

describe('what a write did not store', () => {
  test.each(ALTERED)('%s %s: the answer and the journal name %j', async (tool, altered, fields) => {
    const { journal, entries } = recordingJournal(true);
    const { call, sandbox } = await connect({ api: { journal } });
    const fixture = await findFixture();
    const args = GIVEN[tool as keyof typeof GIVEN](fixture);
    const body = altered({ ...args, email: fixture.email });
    // An upsert is answered with the email of the contact.
    if (tool === 'upsert_contact') (body.contact as Json).email = fixture.email;
    const route = toolContract.find(([name]) => name === tool)?.[1].replace(/notes\/\{id\}/, 'notes/{noteId}');
    sandbox.setFaults([{ route: String(route), fault: { status: 200, body } }]);
    const { notice } = await call(tool, args);
    expect(entries).toMatchObject([{ tool, outcome: 'done', reconciled: false }]);
    expect([...(entries[0]?.dropped ?? [])].sort()).toEqual(fields);
    for (const name of fields)
      expect(notice).toMatch(new RegExp(`as sent: [\\w, ]*\\b${name}\\b|\\b${name} was NOT stored`));
  });

  test.each(Object.keys(GIVEN) as (keyof typeof GIVEN)[])('%s names no value that was stored as sent', async (tool) => {
    const fixture = await findFixture();
    for (const args of Object.values(examples[tool](fixture))) {
      const { journal, entries } = recordingJournal(true);
      const { notice } = await (await connect({ api: { journal } })).call(tool, args);
      expect(String(notice ?? '')).not.toMatch(/as sent|(?<!gender was )NOT stored/);
      expect(entries.flatMap(({ dropped }) => dropped ?? []).filter((name) => name !== 'gender')).toEqual([]);
    }
  });
});
