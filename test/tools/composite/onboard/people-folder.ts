import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { inMemoryRecords } from '../../../../src/lib/record-folder.ts';
import { inMemoryStore } from '../../../../src/lib/state-file.ts';
import { createLocationState } from '../../../../src/tools/core/location-state.ts';

export const EXTERNAL = 'cf0000000000external';
export const data = { customFields: [{ id: EXTERNAL, name: 'External id' }], contacts: [] };

/** A folder of people that does not exist yet. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ghl-people-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'state', 'people');
}

/** The context of a call in a process of its own. */
export const processAt = (peopleFolder: string, locationId = 'one', hasTime = () => true) => ({
  state: createLocationState({ locationId, peopleFolder, merges: inMemoryRecords(), stateStore: inMemoryStore() }),
  hasTime,
  notify: () => undefined,
});

export const records = {
  tags: ['x'],
  note: 'Same note',
  tasks: [{ title: 'Call', dueDate: '2026-12-01T10:00:00Z' }],
};

/** A person known by the match field alone. */
export const byMatch = (value: string) => ({
  matchField: EXTERNAL,
  customFields: [{ field: EXTERNAL, value }],
  firstName: 'Cleo',
  ...records,
});
