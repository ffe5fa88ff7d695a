import { expect, test } from 'vitest';
import { inMemoryStore } from '../../../../src/lib/state-file.ts';
import { ChangeReader } from '../../../../src/tools/composite/changes/change-reader.ts';
import type { ToolContext } from '../../../../src/tools/core/context.ts';
import { NOW } from '../../../connect.ts';

const ID = 'a'.repeat(20);
const HOUR_AGO = { since: new Date(NOW - 3_600_000).toISOString() };

/** A location with one contact, changed a minute ago, and with its own store. */
function open(locationId = 'one', stateStore = inMemoryStore()): ToolContext {
  const at = new Date(NOW - 60_000).toISOString();
  const found = { contacts: [{ id: ID, dateAdded: at, dateUpdated: at, searchAfter: [1, ID] }], total: 1 };
  return {
    ...{ call: async () => found, hasTime: () => true, notify: () => undefined, state: { locationId, stateStore } },
    ...{ clock: { now: () => NOW, zone: async () => 'UTC' }, api: { now: () => 0, serverNow: () => NOW } },
  } as unknown as ToolContext;
}

test('an answer that was not taken is read again, and one that was taken is not', async () => {
  const [reader, context] = [new ChangeReader('crm'), open()];
  for (let i = 0; i < 2; i += 1) expect(await reader.read(HOUR_AGO, context)).toMatchObject({ contacts: [{ id: ID }] });
  reader.take();
  expect(await reader.read(HOUR_AGO, context)).toEqual({ contacts: [] });
});

test('a cursor that was not saved is not where another reader of the name begins', async () => {
  const [first, context] = [new ChangeReader('crm'), open()];
  await first.read(HOUR_AGO, context);
  const { save } = first.take();
  const second = new ChangeReader('crm');
  await second.read({ since: 'last' }, context);
  expect(second.take().isFirst).toBe(true);
  await save();
  const third = new ChangeReader('crm');
  expect([await third.read({ since: 'last' }, context), third.take().isFirst]).toEqual([{ contacts: [] }, false]);
});

test('a reader of one account does not continue in another', async () => {
  const reader = new ChangeReader('crm');
  await reader.read(HOUR_AGO, open('one'));
  reader.take();
  await expect(reader.read(HOUR_AGO, open('two'))).rejects.toThrow('Another account has been signed in to');
});
