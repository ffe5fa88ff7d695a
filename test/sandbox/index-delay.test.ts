import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/sandbox/ids.ts';
import { type Json, openSandbox } from './api.ts';

/** A sandbox whose writes trail by these ms in turn; after the last, by none. */
function openWith(...delays: number[]) {
  const drawn: number[] = [];
  const indexDelayMs = () => {
    const delay = delays.shift() ?? 0;
    drawn.push(delay);
    return delay;
  };
  const data = { contacts: [{ id: 'ann', firstName: 'Ann', city: 'Seeded' }] };
  const api = openSandbox({ indexDelayMs, data });
  const cities = async () => (await api.search()).body.contacts.map(({ city }: Json) => city);
  return { ...api, drawn, cities };
}

describe('a delay for each write', () => {
  test('is drawn once, and neither for reads nor for what was there from the start', async () => {
    const { drawn, put, post, get, search, remove, create } = openWith(5, 6, 7, 8);
    await search();
    await get('/contacts/ann');
    expect(drawn).toEqual([]);
    await put('/contacts/ann', { city: 'Austin' });
    await post('/contacts/ann/tags', { tags: ['a'] });
    await remove(`/contacts/${await create({})}`);
    await search();
    await search();
    expect(drawn).toEqual([5, 6, 7, 8]);
  });

  test('lets a later write arrive before an earlier one about somebody else', async () => {
    const { sandbox, put, create, cities } = openWith(10_000, 1_000);
    await put('/contacts/ann', { city: 'Austin' });
    await create({ city: 'Boston' });
    expect(await cities()).toEqual(['Seeded']);
    sandbox.advance(1_000);
    expect(await cities()).toEqual(['Boston', 'Seeded']);
    sandbox.advance(9_000);
    expect(await cities()).toEqual(['Boston', 'Austin']);
  });

  test('never lets an older version of a contact over a newer one', async () => {
    const { sandbox, put, cities } = openWith(10_000, 1_000);
    await put('/contacts/ann', { city: 'Austin' });
    await put('/contacts/ann', { city: 'Boston' });
    sandbox.advance(1_000);
    expect(await cities()).toEqual(['Boston']);
    sandbox.advance(9_000);
    expect(await cities()).toEqual(['Boston']);
  });

  test('never brings back who was deleted', async () => {
    const { sandbox, put, remove, cities } = openWith(10_000, 1_000);
    await put('/contacts/ann', { city: 'Austin' });
    await remove('/contacts/ann');
    expect(await cities()).toEqual(['Seeded']);
    sandbox.advance(1_000);
    expect(await cities()).toEqual([]);
    sandbox.advance(9_000);
    expect(await cities()).toEqual([]);
  });

  test('holds a contact nobody has seen yet and that is deleted before it arrives', async () => {
    const { sandbox, create, remove, search } = openWith(1_000, 10_000);
    await remove(`/contacts/${await create({ firstName: 'Zelda' })}`);
    const seen = async () => (await search({ query: 'zelda' })).body.total;
    sandbox.advance(1_000);
    expect(await seen()).toBe(1);
    sandbox.advance(9_000);
    expect(await seen()).toBe(0);
  });
});

/** INDEX_SEED=n runs the one history that a failure names. */
const { INDEX_SEED } = process.env;
const seeds = INDEX_SEED ? [Number(INDEX_SEED)] : Array.from({ length: 20 }, (_, at) => at + 1);

interface Version {
  readonly due: number;
  readonly city: string | undefined;
}

test.each(seeds)(
  'INDEX_SEED=%i: whatever the delays, search shows the newest version that has arrived',
  async (seed) => {
    const random = createRandom(seed, 'index delay');
    const below = (n: number) => Math.floor(random() * n);
    let delay = 0;
    const { sandbox, put, create, remove, search } = openSandbox({ indexDelayMs: () => delay, data: { contacts: [] } });
    let now = 0;
    const histories = new Map<string, Version[]>();
    const wrote = (id: string, city?: string) =>
      histories.set(id, [...(histories.get(id) ?? []), { due: now + delay, city }]);
    const expected = () =>
      [...histories].flatMap(([id, versions]) => {
        const city = versions.findLast(({ due }) => due <= now)?.city;
        return city === undefined ? [] : [`${id} ${city}`];
      });

    for (let step = 0; step < 300; step += 1) {
      delay = below(105_001);
      const living = [...histories].filter(([, versions]) => versions.at(-1)?.city !== undefined).map(([id]) => id);
      const id = living[below(living.length)];
      const die = random();
      if (id === undefined || die < 0.2) wrote(await create({ city: `c${step}` }), `c${step}`);
      else if (die < 0.9) {
        await put(`/contacts/${id}`, { city: `c${step}` });
        wrote(id, `c${step}`);
      } else {
        await remove(`/contacts/${id}`);
        wrote(id);
      }
      const passed = below(2_000);
      sandbox.advance(passed);
      now += passed;
      if (step % 5 > 0) continue;
      const { contacts } = (await search({ pageLimit: 500 })).body;
      expect(contacts.map(({ id, city }: Json) => `${id} ${city}`).sort(), `step ${step}`).toEqual(expected().sort());
    }
  },
);
