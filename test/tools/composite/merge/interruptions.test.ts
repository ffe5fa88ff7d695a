import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { expectComplete, repeat } from './expect-complete.ts';
import { testFaults } from './faults.ts';
import { openIntercepted } from './intercepted.ts';
import { KEEP, type Merging, REMOVE, type Stored } from './world.ts';

testFaults([4, 7, 12, 18, 21, 23, 25, 29], ['cut before it was handled', 'cut after it was handled']);

const PUT_KEEP = `PUT /contacts/${KEEP}`;

/** An id that no record has, another one each time. */
let lastId = 0;
const nobodys = (kind: string): string => {
  lastId += 1;
  return `${kind}OfNobody${String(lastId).padStart(8, '0')}`;
};

describe('an answer of success that is not true', () => {
  const lies: readonly (readonly [string, string, (body: Json) => Json])[] = [
    ['an update', PUT_KEEP, (body) => ({ succeded: true, contact: { id: KEEP, ...body } })],
    ['a note', `POST /contacts/${KEEP}/notes`, (body) => ({ note: { id: nobodys('note'), ...body } })],
    ['a task', `POST /contacts/${KEEP}/tasks`, (body) => ({ task: { id: nobodys('task'), ...body } })],
    ['tags', `POST /contacts/${KEEP}/tags`, (body) => ({ tags: ['customer', ...(body.tags as string[])] })],
    ['a business', 'POST /contacts/bulk/business', () => ({ success: true, ids: [KEEP] })],
  ];

  test.each(lies)('to %s is sent again, and the merge completes', async (_, lied, answer) => {
    let left = 1;
    const merging = await openIntercepted(async (line, request) => {
      if (line !== lied || left === 0) return undefined;
      left -= 1;
      return Response.json(answer((await request.json()) as Json));
    });
    expect(await merging.merge()).toMatchObject({ merged: true });
    await expectComplete(merging);
  });

  test.each(lies)(
    'to %s every time ends the merge before the delete; the same call completes it later',
    async (_, lied, answer) => {
      const merging = await openIntercepted(async (line, request) =>
        line === lied ? Response.json(answer((await request.json()) as Json)) : undefined,
      );
      const stopped = await merging.merge();
      expect(stopped).toMatchObject({ merged: false, next: { keep: KEEP, remove: REMOVE } });
      expect(stopped.notice).toMatch(/HighLevel accepted .* 2 times, but does not show what was sent/);
      expect(stopped.notice).toContain(`${REMOVE} is not deleted`);
      if (lied === PUT_KEEP) expect(stopped.notice).toMatch(/what was sent \(\w+, /);
      expect(await merging.stored(REMOVE)).toBeDefined();
      merging.intercept(() => undefined);
      expect(await merging.call('merge_contacts', stopped.next as Json)).toMatchObject({ merged: true });
      await expectComplete(merging);
    },
  );
});

test('a task that HighLevel refuses is named, and the merge completes once it is changed', async () => {
  const refusal = { statusCode: 422, message: ['assignedTo is not a user of this location'] };
  const merging = await openIntercepted(async (line) =>
    line === `POST /contacts/${KEEP}/tasks` ? Response.json(refusal, { status: 422 }) : undefined,
  );
  const stopped = await merging.merge();
  expect(stopped).toMatchObject({ merged: false, next: { keep: KEEP, remove: REMOVE } });
  expect(stopped.notice).toMatch(new RegExp(`It is the task "[^"]+": change it on ${REMOVE}, then call next`));
  merging.intercept(() => undefined);
  expect(await merging.call('merge_contacts', stopped.next as Json)).toMatchObject({ merged: true });
  await expectComplete(merging);
});

describe('what somebody else changes while a merge runs', () => {
  const write = (sandbox: Merging['sandbox'], path: string, body: Json) =>
    sandbox.fetch(
      new Request(`http://sandbox.invalid${path}`, {
        method: /[s/]$/.test(path) ? 'POST' : 'PUT',
        headers: {
          authorization: `Bearer ${sandbox.token}`,
          version: '2021-07-28',
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      }),
    );

  test('is taken over: a note, a task and a field of the contact to be removed', async () => {
    let isChanged = false;
    const merging = await openIntercepted(async (line) => {
      if (line === PUT_KEEP && !isChanged) {
        isChanged = true;
        await write(merging.sandbox, `/contacts/${REMOVE}/notes`, { body: 'Came in today' });
        const task = { title: 'Late task', dueDate: '2026-12-24T15:00:00Z', completed: false };
        await write(merging.sandbox, `/contacts/${REMOVE}/tasks`, task);
        await write(merging.sandbox, `/contacts/${REMOVE}`, { website: 'https://ann.example' });
      }
      return undefined;
    });
    // Without an email to move the removed contact is read in each round.
    expect(await merging.merge()).toMatchObject({ merged: true });
    const { contact, notes, tasks } = (await merging.stored(KEEP)) as Stored;
    expect(contact).toMatchObject({ website: 'https://ann.example' });
    expect(notes.filter(({ body }) => String(body).endsWith('Came in today'))).toHaveLength(1);
    expect(tasks.filter(({ title }) => title === 'Late task')).toHaveLength(1);
    expect(await merging.stored(REMOVE)).toBeUndefined();
  });

  test('a value that the kept contact got meanwhile is not replaced', async () => {
    let isChanged = false;
    const merging = await openIntercepted(async (line) => {
      if (line.endsWith('/tasks') && line.startsWith('POST') && !isChanged) {
        isChanged = true;
        await write(merging.sandbox, `/contacts/${KEEP}`, { email: 'new@example.com' });
      }
      return undefined;
    });
    await repeat(merging);
    const { contact } = (await merging.stored(KEEP)) as Stored;
    expect(['new@example.com', 'ann.lee@example.com']).toContain(contact.email);
  });

  test('a kept contact that is deleted ends the merge, and the other one gets its email back', async () => {
    let isDeleted = false;
    const merging = await openIntercepted(async (line) => {
      if (line !== PUT_KEEP || isDeleted) return undefined;
      isDeleted = true;
      await (await merging.other()).call('delete_contact', { contactId: KEEP });
      return undefined;
    });
    const stopped = await merging.merge();
    expect(stopped).toMatchObject({ merged: false });
    expect(await merging.refused('merge_contacts', { keep: KEEP, remove: REMOVE })).toMatch(
      /The contact to keep, .* was deleted since .* is not deleted\./,
    );
    expect(await merging.stored(REMOVE)).toMatchObject({ contact: { email: 'ann.lee@example.com' } });
    expect(await merging.merges.names()).toEqual([]);
  });

  /** A third contact gets the email once the contact to be removed has given it up. */
  const takeEmail = async ({ sandbox }: Pick<Merging, 'sandbox'>) => {
    const third = { locationId: sandbox.locationId, firstName: 'Third', email: 'ann.lee@example.com' };
    expect((await write(sandbox, '/contacts/', third)).status).toBe(201);
  };

  test('an email that a third contact got meanwhile is in the note, and the merge completes', async () => {
    let isTaken = false;
    const merging = await openIntercepted(async (line) => {
      if (line === PUT_KEEP && !isTaken) {
        isTaken = true;
        await takeEmail(merging);
      }
      return undefined;
    });
    expect(await merging.merge()).toMatchObject({
      merged: true,
      changes: { filled: ['address1', 'assignedTo', 'businessId'], inNote: expect.arrayContaining([EMAIL_LINE]) },
    });
    const { notes } = (await merging.stored(KEEP)) as Stored;
    expect(notes.filter(({ body }) => String(body).includes(EMAIL_LINE))).toHaveLength(1);
  });

  test('the email of a merge that ends because the kept contact is gone, and that a third contact has, is named', async () => {
    let isTaken = false;
    const merging = await openIntercepted(async (line) => {
      if (line !== PUT_KEEP || isTaken) return undefined;
      isTaken = true;
      await (await merging.other()).call('delete_contact', { contactId: KEEP });
      await takeEmail(merging);
      return undefined;
    });
    expect(await merging.merge()).toMatchObject({ merged: false });
    expect(await merging.refused('merge_contacts', { keep: KEEP, remove: REMOVE })).toMatch(
      /could not get its email or phone \("ann.lee@example.com".* again: The email belongs to another person/,
    );
    expect(await merging.merges.names()).toEqual([]);
  });
});

const EMAIL_LINE = 'email: ann.lee@example.com';

test('an email that the contact to be removed may not give up is in the note, and the merge completes', async () => {
  const refusal = {
    statusCode: 422,
    message: 'Contacts without email, phone, firstName and lastName are not allowed.',
    error: 'Unprocessable Entity',
  };
  const merging = await openIntercepted((line) =>
    line === `PUT /contacts/${REMOVE}` ? Response.json(refusal, { status: 400 }) : undefined,
  );
  expect(await merging.merge()).toMatchObject({ merged: true });
  const { notes } = (await merging.stored(KEEP)) as Stored;
  expect(notes.filter(({ body }) => String(body).includes(EMAIL_LINE))).toHaveLength(1);
});
