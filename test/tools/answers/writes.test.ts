import { expect, test } from 'vitest';
import { ANN, contactIn, LONG, openAnswers } from './world.ts';

const IDENTITY = {
  id: ANN,
  firstName: 'Ann',
  lastName: 'Lee',
  email: 'ann@example.com',
  phone: '+13125550101',
  tags: ['vip'],
  assignedToName: 'Dana Whitfield',
};

test('an update shows who the contact is and the fields that were set, as they are stored', async () => {
  const { call, sent } = await openAnswers();
  await call('get_contact', { contactId: ANN });
  await sent();
  const answer = await call('update_contact', {
    contactId: ANN,
    phone: '(312) 555-0199',
    state: ' TX',
    customFields: [{ field: 'Size', value: '54' }],
  });
  const { assignedTo: _, ...contact } = contactIn(answer);
  expect(answer.succeeded).toBe(true);
  expect(contact).toEqual({ ...IDENTITY, phone: '+13125550199', state: ' TX', customFields: { Size: 54 } });
  expect(await sent()).toEqual([`PUT /contacts/${ANN}`]);
});

test('a field that was cleared is missing; one that HighLevel keeps is shown and named', async () => {
  const clear = async (nullClears: boolean) => {
    const { call } = await openAnswers({ sandbox: { switches: { nullClears } } });
    return call('update_contact', { contactId: ANN, clear: ['city'] });
  };
  expect(contactIn(await clear(true))).not.toHaveProperty('city');
  const kept = await clear(false);
  expect(contactIn(kept).city).toBe('Rome');
  expect(kept.notice).toContain('The answer does not show as sent: city.');
});

test('a block of messages that a write sets to false is shown, and in lists that ask for it', async () => {
  const { call } = await openAnswers();
  expect(contactIn(await call('update_contact', { contactId: ANN, dnd: true })).dnd).toBe(true);
  expect(contactIn(await call('update_contact', { contactId: ANN, dnd: false })).dnd).toBe(false);
  const onboarded = await call('onboard_contact', { email: 'ann@example.com', dnd: false });
  expect(contactIn(onboarded).dnd).toBe(false);
  const { rows } = await call('bulk_upsert_contacts', { rows: [{ email: 'ann@example.com', dnd: false }] });
  expect(rows).toMatchObject([{ outcome: 'unchanged', contact: { dnd: false } }]);
  const { contacts } = await call('list_contacts', { fields: ['firstName', 'dnd'] });
  expect(contacts).toContainEqual({ firstName: 'Ann', dnd: false, notYetIndexed: true });
});

test('all custom fields are shown where a field was sent by a key whose id is not known', async () => {
  const { call } = await openAnswers({ scopes: ['contacts.readonly', 'contacts.write'] });
  const answer = await call('update_contact', {
    contactId: ANN,
    customFields: [{ field: 'contact.bike', value: 'Brompton' }],
  });
  expect(contactIn(answer).customFields).toEqual({ fieldOfBike000000001: 'Brompton', fieldOfSize000000001: 52 });
});

test('a create and an upsert show the stored values, and remarks stay', async () => {
  const { call } = await openAnswers();
  const created = await call('create_contact', {
    name: 'Cy Roe',
    phone: '312 555 0103',
    source: 'Walk-in',
    tags: ['New'],
  });
  expect(contactIn(created)).toEqual({
    id: expect.any(String),
    firstName: 'Cy',
    lastName: 'Roe',
    phone: '+13125550103',
    tags: ['new'],
    source: 'Walk-in',
  });
  const {
    contact,
    new: isNew,
    notice,
  } = await call('upsert_contact', { email: 'ann@example.com', gender: 'female', city: 'Oslo' });
  expect(isNew).toBe(false);
  const { assignedTo: _, ...shown } = contact as typeof IDENTITY & { assignedTo: string };
  expect(shown).toEqual({ ...IDENTITY, city: 'Oslo' });
  expect(notice).toContain('gender was NOT stored');
});

test('an update that was refused and done all the same comes without the advice of the refusal', async () => {
  const { call, sandbox } = await openAnswers();
  const refusal = { status: 422, body: { message: ['city must be a city'], statusCode: 422 } };
  sandbox.setFaults([{ route: 'PUT /contacts/{contactId}', fault: { ...refusal, strikes: 'after' } }]);
  const answer = await call('update_contact', { contactId: ANN, city: 'Oslo' });
  expect(contactIn(answer).city).toBe('Oslo');
  expect(answer.notice).toBe('HighLevel answered with an error (422). Looked it up: it was done.');
});

test('a value of 5,000 characters is shown in full, and the rest of a large contact is not', async () => {
  const { call } = await openAnswers();
  const contact = contactIn(await call('update_contact', { contactId: ANN, address1: LONG }));
  expect(contact.address1).toHaveLength(5_000);
  const next = contactIn(await call('update_contact', { contactId: ANN, city: 'Oslo' }));
  expect(next).not.toHaveProperty('address1');
});
