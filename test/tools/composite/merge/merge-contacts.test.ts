import { describe, expect, test } from 'vitest';
import { tokens } from '../../../../bench/tokens.ts';
import type { Json } from '../../../../src/lib/json.ts';
import { fieldId, KEEP, kept, openMerge, REMOVE, removed } from './world.ts';

const texts = (rows: readonly Json[] = [], key: string) => rows.map((row) => row[key]);

describe('a merge', () => {
  test('gives the kept contact what only the other one has, and deletes the other one', async () => {
    const { merge, stored } = await openMerge();
    const answer = await merge();
    expect(answer).toMatchObject({
      merged: true,
      contact: { id: KEEP, email: 'ann.lee@example.com', phone: '+15125550100' },
      removed: { id: REMOVE, name: 'Anne Lee' },
      changes: {
        filled: ['email', 'address1', 'assignedTo', 'businessId'],
        moved: { tags: 2, followers: 1, notes: 5, tasks: 5 },
        optOuts: ['SMS'],
      },
    });
    const { contact, notes, tasks } = (await stored(KEEP)) ?? {};
    expect(contact).toMatchObject({
      firstName: 'Ann',
      city: 'Austin',
      address1: '1 Main St',
      assignedToName: 'Theo Brandt',
      businessName: 'Club',
      tags: ['customer', 'newsletter', 'fair'],
      followerNames: ['Dana Whitfield', 'Theo Brandt'],
      dndSettings: { SMS: { status: 'active' } },
      customFields: { 'Detail 0': 'kept 0', 'Detail 7': 'kept 7' },
    });
    expect(texts(tasks, 'title')).toEqual([...texts(kept.tasks, 'title'), ...texts(removed.tasks, 'title')]);
    expect(tasks?.at(-1)).toMatchObject({ dueDate: '2026-12-05T09:00-06:00', assignedToName: 'Theo Brandt' });
    expect(tasks?.find(({ title }) => title === 'Anne task 1')).toMatchObject({ status: 'completed' });
    expect(texts(notes, 'body')).toContain(
      `From merged contact Anne Lee (${REMOVE}), note noteAnne2, 2026-10-03T10:00-05:00, Dana Whitfield:\nAnne note 2: called about the Tern`,
    );
    expect(notes).toHaveLength(11);
    expect(await stored(REMOVE)).toBeUndefined();
  });

  test('keeps in a note what no field of the kept contact can hold', async () => {
    const { merge, stored } = await openMerge();
    await merge();
    const { notes } = (await stored(KEEP)) ?? {};
    const summary = texts(notes, 'body').find((body) => String(body).includes('values that no field holds'));
    const lines = ['firstName: Anne', 'phone: +15125550199', 'city: Dallas', 'Detail 0: removed 0'];
    for (const line of [...lines, 'additional email: anne@work.example', 'additional phone: +15125550177'])
      expect(summary).toContain(line);
  });

  test('takes the fields that prefer names from the removed contact', async () => {
    const { merge, stored } = await openMerge();
    await merge({ prefer: ['phone', 'city', 'customFields.Detail 3'] });
    const { contact, notes } = (await stored(KEEP)) ?? {};
    expect(contact).toMatchObject({
      phone: '+15125550199',
      city: 'Dallas',
      customFields: { 'Detail 2': 'kept 2', 'Detail 3': 'removed 3' },
    });
    const summary = texts(notes, 'body').find((body) => String(body).includes('values that no field holds'));
    for (const line of ['phone before: +15125550100', 'city before: Austin', 'Detail 3 before: kept 3'])
      expect(summary).toContain(line);
    expect(summary).not.toContain('Dallas');
  });

  test.each(['gender', 'nonsense', 'tags'])('refuses %s in prefer before anything is sent', async (field) => {
    const { client, sent } = await openMerge();
    const result = await client.callTool({
      name: 'merge_contacts',
      arguments: { keep: KEEP, remove: REMOVE, prefer: [field] },
    });
    expect(JSON.stringify(result)).toContain(`prefer has ${field}, which a merge cannot choose; nothing was sent.`);
    expect(await sent()).toEqual([]);
  });

  test('of values that differ only in their form there is nothing to choose', async () => {
    const { merge } = await openMerge({ confirm: 'on' }, [
      { id: KEEP, firstName: 'ANN', email: 'Ann@Example.com', phone: '+15125550100', dateOfBirth: '1990-02-01' },
      { id: REMOVE, firstName: 'Ann', email: 'other@example.com', dateOfBirth: '1990-02-01' },
    ]);
    expect(await merge()).toMatchObject({ differs: [{ field: 'email' }] });
  });
});

describe('the preview', () => {
  test('shows both values of each field that differs, counts, and what cannot be moved', async () => {
    const { merge, stored } = await openMerge({ confirm: 'on' });
    const before = [await stored(KEEP), await stored(REMOVE)];
    const preview = await merge({ prefer: ['city'] });
    expect(preview).toMatchObject({
      preview: true,
      contact: { id: KEEP, name: 'Ann Lee' },
      removed: { id: REMOVE, name: 'Anne Lee' },
      changes: {
        moved: { tags: 2, followers: 1, notes: 5, tasks: 5 },
        inNote: ['additional email: anne@work.example', 'additional phone: +15125550177'],
        lost: { appointments: 1, next: { title: 'Fitting', startTime: '2026-12-02T10:00-06:00' } },
      },
      next: { keep: KEEP, remove: REMOVE, prefer: ['city'] },
    });
    expect(preview.differs).toContainEqual({ field: 'city', keep: 'Austin', remove: 'Dallas', wins: 'remove' });
    expect(preview.differs).toContainEqual({ field: 'Detail 4', keep: 'kept 4', remove: 'removed 4' });
    expect([await stored(KEEP), await stored(REMOVE)]).toEqual(before);
  });

  test('takes at most 600 tokens for eight custom fields, five notes and five tasks each', async () => {
    const value = (side: string, n: number) => `${side} value ${n}, as somebody typed it at the front desk of the shop`;
    const withText = (person: typeof kept, text: string) => {
      const long = text.repeat(500);
      const values = { firstName: long, lastName: long, companyName: long, address1: long, city: long, source: long };
      return { ...withLongValues({ ...person, ...values }, long), notes: [], tasks: [] };
    };
    const withLongValues = (person: typeof kept, side: string) => ({
      ...person,
      customFields: Array.from({ length: 8 }, (_, n) => ({ id: fieldId(n), value: value(side, n) })),
    });
    for (const contacts of [
      [kept, removed],
      [withText(kept, '日本語の値'), withText(removed, '別の日本語の値')],
      [withText(kept, '👨‍👩‍👧‍👦"\\'), withText(removed, '"\\\n<👨‍👩‍👧‍👦>')],
      [withLongValues(kept, 'kept'), withLongValues(removed, 'removed')],
    ]) {
      const { merge } = await openMerge({ confirm: 'on' }, contacts);
      const preview = await merge();
      console.log(`preview of a merge: ${tokens(preview)} tokens`);
      expect(tokens(preview)).toBeLessThanOrEqual(600);
    }
  });

  test('does not count once the contacts have changed', async () => {
    const { merge, call, stored } = await openMerge({ confirm: 'on' });
    const { next } = await merge();
    await call('create_contact_note', { contactId: REMOVE, body: 'New' });
    const second = await call('merge_contacts', next as Json);
    expect(second).toMatchObject({ preview: true, changes: { moved: { notes: 6 } } });
    expect(second.notice).toContain('have changed since');
    expect(await stored(REMOVE)).toBeDefined();
    expect(await call('merge_contacts', second.next as Json)).toMatchObject({ merged: true });
  });
});

test('two contacts with eight custom fields, five notes and five tasks each take at most 28 requests', async () => {
  for (const [when, ms] of [
    ['within seconds', 0],
    ['minutes later', 300_000],
  ] as const) {
    const { merge, call, sent, advance } = await openMerge({ confirm: 'on' });
    for (const lookup of ['list_users', 'list_custom_fields', 'list_businesses', 'get_location']) await call(lookup);
    await call('get_contact_overview', { contactId: REMOVE });
    advance(60_000);
    await sent();
    const { next } = await merge();
    advance(ms);
    expect(await call('merge_contacts', next as Json)).toMatchObject({ merged: true });
    const { length } = await sent();
    console.log(`a merge that is confirmed ${when}: ${length} requests`);
    expect(length).toBeLessThanOrEqual(ms === 0 ? 28 : 36);
  }
});
