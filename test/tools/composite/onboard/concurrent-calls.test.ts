import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import type { SandboxData } from '../../../../src/sandbox/index.ts';
import { CONTACTS, type Options } from '../../../connect.ts';
import { allContacts, CLEO, EXTERNAL, TASKS, world, writes } from './world.ts';

describe('concurrent calls', () => {
  const parts = { tags: ['x'], note: 'Same note', tasks: TASKS.slice(0, 1) };
  const SPELLINGS = ['+13125550103', '312-555-0103', '(312) 555 0103', '1 312 555 0103', '3125550103'];
  const argumentSets: [string, (run: number) => Json, Options?][] = [
    ['all arguments', () => CLEO, { user: 'userdana' }],
    ['only the email', (run) => ({ email: run % 2 ? 'CLEO@park.example' : 'cleo@park.example', ...parts })],
    ['only the phone, in five spellings', (run) => ({ phone: SPELLINGS[run % 5], ...parts })],
    [
      'only the phone, where the country is not known',
      (run) => ({ phone: SPELLINGS[run % 5], ...parts }),
      { scopes: CONTACTS },
    ],
    [
      'only the match field',
      (run) => ({
        firstName: 'Cleo',
        matchField: run % 2 ? EXTERNAL : 'external_id',
        customFields: [run % 2 ? { field: EXTERNAL, value: 'C-3' } : { field: 'external_id', value: 'C-3' }],
        ...parts,
      }),
    ],
    [
      'different identifiers',
      (run) => ({
        firstName: 'Cleo',
        ...(run % 3 !== 1 ? { email: 'cleo@park.example' } : {}),
        ...(run % 3 !== 0 ? { phone: '312 555 0103' } : {}),
        ...parts,
      }),
    ],
  ];

  test.each(argumentSets)(
    'ten with %s create one contact, one note and one set of tasks',
    async (what, args, options = {}) => {
      const server = await world(options, { indexDelayMs: 60_000 });
      // Calls with only an email and calls with only a phone share a key once a contact has both.
      if (what === 'different identifiers') await server.call('onboard_contact', args(2));
      const done = await Promise.all(Array.from({ length: 10 }, (_, run) => server.call('onboard_contact', args(run))));
      const ids = new Set(done.map(({ contact }) => (contact as Json).id));
      const [contactId] = ids;
      const { notes } = await server.call('list_contact_notes', { contactId });
      const { tasks } = await server.call('list_contact_tasks', { contactId });
      const count = [ids.size, (notes as Json[]).length, (tasks as Json[]).length];
      console.log(`ten onboardings at once with ${what}: contacts, notes, tasks ${count.join(', ')}`);
      expect(ids.size).toBe(1);
      expect(await allContacts(server)).toHaveLength(3);
      expect(notes).toHaveLength(1);
      expect(tasks).toHaveLength((args(0).tasks as unknown[]).length);
      const sent = await writes(server);
      expect(sent.filter((line) => line.endsWith('/tags')).length).toBe(0);
      expect(sent.filter((line) => line === 'POST /contacts/')).toHaveLength(1);
    },
  );

  test('spellings of a phone without a known country are one contact even where duplicates are allowed', async () => {
    const british: SandboxData = { location: { country: 'GB' }, contacts: [] };
    const server = await world({ scopes: CONTACTS }, { data: british, switches: { duplicatesAllowed: true } });
    const spellings = ['+44 20 7946 0011', '020 7946 0011', '(020) 79460011'];
    await Promise.all(
      Array.from({ length: 10 }, (_, run) => server.call('onboard_contact', { phone: spellings[run % 3], ...parts })),
    );
    expect(await allContacts(server)).toMatchObject([{ phone: '+442079460011' }]);
  });

  test('ten different people are processed in parallel', async () => {
    let together = 0;
    let most = 0;
    const wait = async () => {
      together += 1;
      most = Math.max(most, together);
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      together -= 1;
    };
    const server = await world({}, { wait, faults: [{ route: 'POST /contacts/', fault: { delayMs: 1 } }] });
    await Promise.all(
      Array.from({ length: 10 }, (_, run) =>
        server.call('onboard_contact', { email: `p${run}@many.example`, ...parts }),
      ),
    );
    expect(await allContacts(server)).toHaveLength(12);
    expect(most).toBe(10);
  });

  test('a contact created for a match value is found before the search index shows it', async () => {
    const server = await world({}, { indexDelayMs: 100_000 });
    const args = { firstName: 'Zed', matchField: EXTERNAL, customFields: [{ field: EXTERNAL, value: 'Z-9' }] };
    const { contact } = await server.call('onboard_contact', args);
    expect((await server.call('onboard_contact', args)).contact).toEqual(contact);
    // The stored value counts, not the remembered one: the contact has another value now.
    await server.call('update_contact', {
      contactId: (contact as Json).id,
      customFields: [{ field: EXTERNAL, value: 'Z-8' }],
    });
    expect((await server.call('onboard_contact', args)).created).toBe(true);
  });
});
