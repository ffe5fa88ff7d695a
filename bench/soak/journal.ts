import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EntrySchema } from '../../src/api/write/journal/entry.ts';
import type { Tally } from './client.ts';

/** How the journal in this folder disagrees with the answers; each is a sentence. */
export async function compareJournal(folder: string, { writes }: Tally): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '');
  const entries = lines.map((line) => EntrySchema.parse(JSON.parse(line)));
  const ids = new Set(entries.map(({ id }) => id));
  const found = ids.size < entries.length ? [`${entries.length - ids.size} lines have the id of another line`] : [];
  for (const outcome of ['done', 'unknown'] as const) {
    const count = entries.filter((entry) => entry.outcome === outcome).length;
    if (count !== writes[outcome])
      found.push(`${writes[outcome]} writes answered "${outcome}", ${count} in the journal`);
  }
  return found;
}
