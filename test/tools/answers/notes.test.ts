import { expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { connect } from '../../connect.ts';
import { ANN, openAnswers } from './world.ts';

const notesOf = (answer: Json) => answer.notes as (Json & { body: string })[];

test('a long note keeps its beginning and end wherever it is shown', async () => {
  const { call } = await openAnswers();
  const ends = /^First visit\. x+… \[\d+ characters missing\] …x+ Allergic to latex\.$/;
  const [note] = notesOf(await call('list_contact_notes', { contactId: ANN, query: 'first' })).slice(-1);
  expect((await call('get_contact_overview', { contactId: ANN })).notes).toContainEqual(
    expect.objectContaining({ body: expect.stringMatching(ends) }),
  );
  expect((await call('get_contact_timeline', { contactId: ANN, kinds: ['note'] })).timeline).toContainEqual(
    expect.objectContaining({ text: expect.stringMatching(ends) }),
  );
  expect(notesOf(await call('list_contact_notes', { contactId: ANN }))).toContainEqual(
    expect.objectContaining({ id: note?.id, body: expect.stringMatching(ends) }),
  );
});

test('query finds notes whatever case and accents, and shows the passage of a note that is cut', async () => {
  const { call, sent } = await openAnswers();
  await sent();
  const { notes, total } = await call('list_contact_notes', { contactId: ANN, query: 'cafe  au lait' });
  expect(total).toBe(1);
  expect(notes).toMatchObject([
    {
      body: expect.stringMatching(/^… \[\d+ characters missing\] …x+ Café AU LAIT\. x+… \[\d+ characters missing\] …$/),
    },
  ]);
  expect(await sent()).toEqual([`GET /contacts/${ANN}/notes`]);
  expect(await call('list_contact_notes', { contactId: ANN, query: 'nothing like it' })).toMatchObject({
    notes: [],
    total: 0,
  });
});

test('query searches titles and the text of HTML, and pages go on with it', async () => {
  const notes = [
    { title: 'Allergies', body: 'none' },
    { body: '<p>no <b>aller</b>gies &amp; no pets</p>' },
    { body: 'Allergies: cats' },
    { body: 'other' },
  ];
  const { call } = await connect({ sandbox: { data: { contacts: [{ id: ANN, firstName: 'Ann', notes }] } } });
  const first = await call('list_contact_notes', { contactId: ANN, query: 'ALLERGIES', limit: 1 });
  expect(first).toMatchObject({ total: 3, next: { query: 'ALLERGIES', skip: 1 } });
  expect(await call('list_contact_notes', first.next as Json)).toMatchObject({ total: 3, notes: [{}] });
  const pets = await call('list_contact_notes', { contactId: ANN, query: 'gies & no' });
  expect(pets.total).toBe(1);
});

test('a passage of HTML that the markup interrupts is shown as it is read', async () => {
  const body = `<div>${'<p>x</p>'.repeat(400)}<p><b>Aller</b>gic to <i>latex</i>: yes</p>${'<p>y</p>'.repeat(400)}</div>`;
  const { call } = await connect({
    sandbox: { data: { contacts: [{ id: ANN, firstName: 'Ann', notes: [{ body }] }] } },
  });
  const { notes } = await call('list_contact_notes', { contactId: ANN, query: 'allergic to latex: yes' });
  expect(notes).toMatchObject([{ body: expect.stringMatching(/x x Allergic to latex: yes y y/) }]);
});

test('one note of 60,000 characters is cut in the middle', async () => {
  const body = `start ${'x'.repeat(60_000)} end`;
  const { call } = await connect({
    sandbox: { data: { contacts: [{ id: ANN, firstName: 'Ann', notes: [{ body }] }] } },
  });
  const [note] = notesOf(await call('list_contact_notes', { contactId: ANN }));
  const one = await call('get_contact_note', { contactId: ANN, noteId: note?.id });
  expect((one.note as Json).body).toMatch(/^start x+… \[40010 characters missing\] …x+ end$/);
});
