import { expect, test } from 'vitest';
import { inMemoryRecords } from '../../../../src/lib/record-folder.ts';
import { inMemoryStore } from '../../../../src/lib/state-file.ts';
import { runRows } from '../../../../src/tools/composite/onboard/row-runner.ts';
import type { ToolContext } from '../../../../src/tools/core/context.ts';
import { createLocationState } from '../../../../src/tools/core/location-state.ts';

test('after an internal error no further row is started', async () => {
  let calls = 0;
  const context: Partial<ToolContext> = {
    state: createLocationState({
      locationId: undefined,
      stateStore: inMemoryStore(),
      peopleFolder: undefined,
      merges: inMemoryRecords(),
    }),
    hasTime: () => true,
    progress: () => undefined,
    async call() {
      calls += 1;
      if (calls === 1) throw new TypeError('an internal error');
      return { contact: null };
    },
  };
  const people = Array.from({ length: 100 }, (_, row) => {
    const email = `p${row}@many.example`;
    const lookupKeys = [{ kind: 'email', value: email, certain: true, key: email }] as const;
    return {
      fields: {},
      customFields: [],
      notStored: [],
      tags: [],
      tasks: [],
      note: undefined,
      businessId: undefined,
      lookupKeys,
    };
  });
  await expect(runRows({ people, results: new Map() }, context as ToolContext)).rejects.toThrow('an internal error');
  expect(calls).toBeLessThan(10);
});
