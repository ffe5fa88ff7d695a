import { expect } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { KEEP, type Merging, openMerge, REMOVE, type Stored } from './world.ts';

/** What is stored of a contact, without what the merge cannot choose. */
const comparable = ({ contact, notes, tasks }: Stored) => ({
  contact: { ...contact, dateUpdated: undefined },
  notes: notes.map(({ id: _, dateAdded: __, ...note }) => JSON.stringify(note)).sort(),
  tasks: tasks.map(({ id: _, ...task }) => JSON.stringify(Object.entries(task).sort())).sort(),
});

const complete = async () => {
  const { merge, stored } = await openMerge();
  await merge();
  return comparable((await stored(KEEP)) as Stored);
};
const expected = await complete();

/** Repeats the call until the merge is complete. Returns the answers that were not. */
export async function repeat({ client }: Merging, most = 6): Promise<string[]> {
  const incomplete: string[] = [];
  for (;;) {
    const result = await client.callTool({ name: 'merge_contacts', arguments: { keep: KEEP, remove: REMOVE } });
    const { merged } = (result.structuredContent ?? {}) as Json;
    const text = JSON.stringify(result.content);
    if (merged === true || text.includes(`${REMOVE} was merged into ${KEEP}`)) return incomplete;
    incomplete.push(text);
    if (incomplete.length > most) throw new Error(`not complete: ${incomplete.join('\n')}`);
  }
}

export async function expectComplete({ stored }: Merging): Promise<void> {
  expect(await stored(REMOVE)).toBeUndefined();
  expect(comparable((await stored(KEEP)) as Stored)).toEqual(expected);
}
