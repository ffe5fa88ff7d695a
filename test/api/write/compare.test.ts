import { describe, expect, test } from 'vitest';
import { matchFields } from '../../../src/api/write/compare.ts';
import type { Json } from '../../../src/lib/json.ts';
import { normalizeText, readableText, sameText } from '../../../src/lib/markup.ts';
import { entriesOf } from '../../../src/tools/composite/contact-view/timeline-entries.ts';
import { connect } from '../../connect.ts';

const MAIL = 'Forwarded by Bob <bob@x.example>, 5 < 6 and 9 > 2';

describe('comparison of the fields sent with the stored ones', () => {
  const id = 'FieldFieldFieldFie01';
  const stored = { customFields: [{ id, value: 'Trek' }] };
  test.each<[string, Json, Json, ReturnType<typeof matchFields>]>([
    ['nothing sent', {}, { city: 'Chicago' }, 'match'],
    ['text', { city: ' Chicago ' }, { city: 'Chicago' }, 'match'],
    ['another text', { city: 'Chicago', state: 'IL' }, { city: 'Chicago', state: 'WI' }, 'mismatch'],
    ['an email in capitals', { email: 'Ada@Old.Example' }, { email: 'ada@old.example' }, 'match'],
    ['tags in capitals, twice, in another order', { tags: ['VIP', 'old', 'vip'] }, { tags: ['old', 'vip'] }, 'match'],
    ['a tag too many', { tags: ['vip'] }, { tags: ['old', 'vip'] }, 'mismatch'],
    ['no tags', { tags: [] }, {}, 'match'],
    ['a phone with blanks', { phone: '+1 (312) 555-0101' }, { phone: '+13125550101' }, 'match'],
    ['a phone without country', { phone: '(312) 555-0101' }, { phone: '+13125550101' }, 'match'],
    ['a phone with a leading zero', { phone: '0151 23456789' }, { phone: '+4915123456789' }, 'match'],
    ['another phone', { phone: '+13125550199' }, { phone: '+13125550101' }, 'unknown'],
    ...[
      '1988-04-09',
      '1988/04/09',
      '1988.04.09',
      '1988_04_09',
      '04-09-1988',
      '04/09/1988',
      '04.09.1988',
      '04_09_1988',
    ].map((dateOfBirth): [string, Json, Json, 'match'] => [
      dateOfBirth,
      { dateOfBirth },
      { dateOfBirth: '1988-04-09' },
      'match',
    ]),
    [
      'a birthday as create answers it',
      { dateOfBirth: '04/09/1988' },
      { dateOfBirth: '1988-04-09T00:00:00.000Z' },
      'match',
    ],
    ['another birthday', { dateOfBirth: '09/04/1988' }, { dateOfBirth: '1988-04-09' }, 'mismatch'],
    ['a custom field by id', { customFields: [{ id, field_value: 'Trek' }] }, stored, 'match'],
    ['another value', { customFields: [{ id, field_value: 'Cube' }] }, stored, 'unknown'],
    ['a custom field by key', { customFields: [{ key: 'bike', field_value: 'Trek' }] }, stored, 'unknown'],
    ['a custom field emptied', { customFields: [{ id, field_value: '' }] }, { customFields: [] }, 'match'],
    [
      'choices in another order',
      { customFields: [{ id, field_value: ['b', 'a'] }] },
      { customFields: [{ id, value: ['a', 'b'] }] },
      'match',
    ],
    ['a number', { customFields: [{ id, field_value: '12' }] }, { customFields: [{ id, value: 12 }] }, 'match'],
    ['a field cleared', { city: null }, {}, 'match'],
    ['a field to be cleared', { city: null }, { city: 'Chicago' }, 'mismatch'],
    ['a field to be cleared that holds only a blank', { city: null }, { city: ' ' }, 'mismatch'],
    ['clear as it was asked for', { clear: ['city', 'state'] }, { state: 'IL' }, 'mismatch'],
    ['a note as HTML', { body: 'Likes <gravel> & cargo' }, { body: '<p>Likes &amp; cargo</p>' }, 'match'],
    ['another note', { body: 'Likes gravel' }, { body: '<p>Likes cargo</p>' }, 'mismatch'],
    [
      'one instant in two zones',
      { dueDate: '2026-11-24T09:00:00-05:00' },
      { dueDate: '2026-11-24T14:00:00.000Z' },
      'match',
    ],
    ['not completed', { completed: false }, {}, 'match'],
    ['a gender, which may be dropped', { gender: 'female', city: 'Chicago' }, { city: 'Chicago' }, 'unknown'],
    ['a gender with a wrong city', { gender: 'female', city: 'Chicago' }, { city: 'Boston' }, 'mismatch'],
  ])('%s', (_, sent, stored, answer) => {
    expect(matchFields(sent, stored)).toBe(answer);
  });
});

describe('the readable text of HTML', () => {
  test.each([
    ['an address and comparisons', MAIL, MAIL],
    ['a word in angle brackets', 'Send <invoice> to <p>', 'Send <invoice> to <p>'],
    ['an unclosed tag', 'Make it <b> or <i>', 'Make it <b> or <i>'],
    ['an entity typed by a person', 'a &lt; b', 'a &lt; b'],
    ['lines', ' one\n two ', 'one two'],
    ['HTML', '<p class="x">Wants a <b>red</b> one</p><br/>5 &lt; 6', 'Wants a red one 5 < 6'],
    [
      'a word and a colon behind bold text',
      '<p><b>Al</b>lergic<br><strong>Latex</strong>: yes</p>',
      'Allergic Latex: yes',
    ],
    ['an address within HTML', '<div>From &quot;Bob&quot; <bob@x.example></div>', 'From "Bob" <bob@x.example>'],
    ['nothing', undefined, ''],
  ])('%s', (_, given, shown) => expect(readableText(given)).toBe(shown));

  test('is shown in overview and timeline', async () => {
    const data = {
      contacts: [
        {
          id: 'one',
          firstName: 'A',
          notes: [{ body: MAIL }],
          tasks: [{ title: MAIL, dueDate: '2026-12-01T10:00:00Z' }],
        },
      ],
    };
    const { call } = await connect({ sandbox: { data: data as never } });
    const overview = await call('get_contact_overview', { contactId: 'one' });
    expect(overview).toMatchObject({ notes: [{ body: MAIL }], tasks: [{ title: MAIL }] });
    const { timeline } = await call('get_contact_timeline', { contactId: 'one', kinds: ['note', 'task'] });
    expect(timeline).toMatchObject([{ title: MAIL }, { text: MAIL }]);
  });
});

describe('two texts', () => {
  test.each([
    ['equal', MAIL, MAIL, true],
    ['with different white space', 'a  b\n', 'a b', true],
    ['one as HTML', 'Wants a red one', '<p>Wants a <b>red</b> one</p>', true],
    ['one with entities', 'Fish & chips', 'Fish &amp; chips', true],
    ['that differ within angle brackets', 'From <bob@x.example>', 'From <eve@x.example>', false],
    ['that differ by text in angle brackets', 'From Bob', 'From Bob <bob@x.example>', false],
    ['that differ by a comparison sign', '5 < 6 and 9 > 2', '5 2', false],
  ])('%s', (_, one, other, same) => {
    expect(sameText(one, other)).toBe(same);
    expect(sameText(other, one)).toBe(same);
  });

  test('are compared exactly if they are very long', () => {
    const words = 'word '.repeat(30_000);
    expect(sameText(words, `${words}\n`)).toBe(true);
    expect(sameText(words, `<p>${words}</p>`)).toBe(false);
  });
});

test('two notes or tasks that differ only within angle brackets are distinct', async () => {
  const { call } = await connect({ sandbox: { data: { contacts: [] } as never } });
  const args = (who: string) => ({
    email: 'a@b.example',
    note: `Forwarded by <${who}>`,
    tasks: [
      { title: 'Answer', dueDate: '2026-12-01T10:00:00Z', body: `to <${who}>` },
      { title: 'Answer', dueDate: '2026-12-01T10:00:00Z', body: `to <${who}.old>` },
    ],
  });
  const first = await call('onboard_contact', args('bob@x.example'));
  expect(first).toMatchObject({ tasks: [{ created: true }, { created: true }] });
  const { contact } = first as { contact: Json };
  expect(await call('onboard_contact', args('eve@x.example'))).toMatchObject({ note: { created: true } });
  expect(await call('onboard_contact', args('bob@x.example'))).toMatchObject({
    note: { created: false },
    tasks: [{ created: false }, { created: false }],
  });
  expect((await call('list_contact_notes', { contactId: contact.id })).notes).toHaveLength(2);
});

describe('processor time grows linearly', () => {
  test('a timeline reads only the bodies of the rows it returns', () => {
    let read = 0;
    const note = (at: number) => ({
      id: `n${at}`,
      dateAdded: '2026-11-20T15:00:00Z',
      get body() {
        read += 1;
        return 'x';
      },
    });
    const entries = entriesOf({ notes: Array.from({ length: 1_000 }, (_, at) => note(at)), failed: [] }, 'newest', 0);
    expect([entries.length, read]).toEqual([1_000, 0]);
    entries.slice(0, 20).map(({ row }) => row());
    expect(read).toBe(20);
  });

  test('a text of brackets only is processed in linear time', () => {
    const hostile = '<'.repeat(2_000_000);
    expect([normalizeText(hostile), readableText(hostile)]).toEqual([hostile, hostile]);
    expect(normalizeText(`${hostile}</p>`)).toBe(hostile);
  });
});
