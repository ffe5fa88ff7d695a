import { describe, expect, test } from 'vitest';
import type { ReconcileContext } from '../../../src/api/endpoint.ts';
import { toApiError } from '../../../src/api/error-messages.ts';
import { listMatches } from '../../../src/api/write/compare.ts';
import { findNewNote, findNewTask } from '../../../src/api/write/strategies/related-records.ts';
import type { Json } from '../../../src/lib/json.ts';
import { customFieldValue } from '../../../src/tools/composite/custom-field-values.ts';
import { listContactNotes } from '../../../src/tools/notes.ts';
import { listContactTasks } from '../../../src/tools/tasks.ts';

/** `npm run bench` measures how the work grows; here quadratic work would exceed the time limit of the test by far. */
const MANY = 100_000;
const idOf = (n: number) => `row${String(n).padStart(17, '0')}`;
const rows = <T>(make: (n: number) => T) => Array.from({ length: MANY }, (_, n) => make(n));

describe('processor time grows linearly with the response', () => {
  test('of an error of one megabyte', () => {
    const message = 'contact with id '.repeat(MANY / 2);
    const rest = {
      route: 'GET /contacts/{contactId}',
      scope: 'contacts.readonly',
      locationId: '',
      creates: false,
      args: {},
    } as const;
    expect(toApiError({ status: 400, body: { message }, ...rest }).status).toBe(400);
  });

  test.each([
    ['notes', findNewNote(listContactNotes), { body: 'Other' }],
    ['tasks', findNewTask(listContactTasks), { title: 'Other' }],
  ])('of very many %s that are searched for a lost one', async (key, strategy, sent) => {
    const all = rows((n) => ({ id: idOf(n), body: `${n}`, title: `${n}` }));
    const before = [new Set(all.map(({ id }) => id))];
    const look = {
      ...{ sent: { contactId: 'c', ...sent }, since: 0, until: 1, snapshot: before },
      isKnown: () => false,
      read: async () => ({ [key]: all }),
    } as unknown as ReconcileContext;
    expect((await strategy.check(look)).happened).toBe(false);
  });

  test('of very many tags and custom fields that are compared', () => {
    const tags = rows((n) => `tag ${n}`);
    const contact: Json = { customFields: rows((n) => ({ id: idOf(n), value: n })) };
    expect(listMatches('tags', true)({ tags }, { tags })).toBe(true);
    expect(rows((n) => customFieldValue(contact, idOf(n))).at(-1)).toBe(MANY - 1);
  });
});
