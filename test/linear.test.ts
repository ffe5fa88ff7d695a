import { describe, expect, test } from 'vitest';
import type { Json } from '../src/endpoint.ts';
import { heldIn } from '../src/flows/custom-values.ts';
import { refusal } from '../src/refusals.ts';
import { lists } from '../src/same.ts';
import { type Look, settle } from '../src/settle.ts';

/** `npm run bench` measures how work grows; here it is enough that what took minutes takes no second. */
const SOON_MS = 2_000;
const MANY = 100_000;
const idOf = (n: number) => `row${String(n).padStart(17, '0')}`;
const rows = <T>(make: (n: number) => T) => Array.from({ length: MANY }, (_, n) => make(n));

async function soon(work: () => unknown): Promise<void> {
  const began = performance.now();
  await work();
  expect(performance.now() - began).toBeLessThan(SOON_MS);
}

describe('what HighLevel may send is worked off soon', () => {
  test('a refusal of a megabyte', async () => {
    const message = 'contact with id '.repeat(MANY / 2);
    const rest = { route: 'GET /contacts/{contactId}', scope: 'contacts.readonly', locationId: '', ids: {} } as const;
    await soon(() => refusal({ status: 400, body: { message }, ...rest }));
  });

  test.each([
    ['notes', settle.noteListed, { body: 'Other' }],
    ['tasks', settle.taskListed, { title: 'Other' }],
  ])('very many %s among which a lost one is looked for', async (key, settlement, sent) => {
    const all = rows((n) => ({ id: idOf(n), body: `${n}`, title: `${n}` }));
    const before = { ids: all.map(({ id }) => id) };
    const look = {
      ...{ sent: { contactId: 'c', ...sent }, since: 0, until: 1, before },
      known: () => false,
      read: async () => ({ [key]: all }),
    } as unknown as Look;
    await soon(() => settlement.look(look));
  });

  test('very many tags and custom fields, each held against all', async () => {
    const tags = rows((n) => `tag ${n}`);
    const contact: Json = { customFields: rows((n) => ({ id: idOf(n), value: n })) };
    await soon(() => lists('tags', true)({ tags }, { tags }));
    await soon(() => rows((n) => heldIn(contact, idOf(n))));
  });
});
