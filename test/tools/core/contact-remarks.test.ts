import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';

import { connect, find } from '../../connect.ts';
import { examples, findFixture } from '../../examples.ts';
import { client } from '../../sandbox/api.ts';

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

  test.each(['create_contact', 'update_contact', 'upsert_contact'] as const)(
    '%s names no value that was stored as sent',
    async (name) => {
      const given = await findFixture();
      for (const args of Object.values(examples[name](given))) {
        const { notice } = await (await connect()).call(name, args);
        expect(String(notice ?? '')).not.toMatch(/as sent|(?<!gender was )NOT stored/);
      }
    },
  );
});
