import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { normalizeText, readableText, sameText } from '../../../src/lib/markup.ts';
import { entriesOf } from '../../../src/tools/composite/contact-view/timeline-entries.ts';
import { connect } from '../../connect.ts';

const MAIL = 'Forwarded by Bob <bob@x.example>, 5 < 6 and 9 > 2';

describe('the readable text of HTML', () => {
  test.each([
    ['an address and comparisons', MAIL, MAIL],
    ['a word in angle brackets', 'Send <invoice> to <p>', 'Send <invoice> to <p>'],
    ['a tag that nothing ends', 'Make it <b> or <i>', 'Make it <b> or <i>'],
    ['an entity typed by somebody', 'a &lt; b', 'a &lt; b'],
    ['lines', ' one\n two ', 'one two'],
    ['HTML', '<p class="x">Wants a <b>red</b> one</p><br/>5 &lt; 6', 'Wants a red one 5 < 6'],
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
    ['as written', MAIL, MAIL, true],
    ['with other spaces', 'a  b\n', 'a b', true],
    ['one as HTML', 'Wants a red one', '<p>Wants a <b>red</b> one</p>', true],
    ['one with entities', 'Fish & chips', 'Fish &amp; chips', true],
    ['that differ within angle brackets', 'From <bob@x.example>', 'From <eve@x.example>', false],
    ['that differ by what stands in angle brackets', 'From Bob', 'From Bob <bob@x.example>', false],
    ['that differ by a comparison', '5 < 6 and 9 > 2', '5 2', false],
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
    const entries = entriesOf({ notes: Array.from({ length: 1_000 }, (_, at) => note(at)), failed: [] }, 0);
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
