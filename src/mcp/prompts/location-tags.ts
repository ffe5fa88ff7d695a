import { rowsIn } from '../../lib/json.ts';
import { stripHiddenCharacters } from '../../lib/text.ts';
import { mayRead } from '../../tools/core/permissions.ts';
import { listLocationTags } from '../../tools/lookups.ts';
import type { ToolRunner } from '../tool-runner.ts';

/** Names of the location's tags; empty if they may not be read. @throws UserError */
export async function locationTags(runner: ToolRunner): Promise<string[]> {
  if (!mayRead(listLocationTags, runner.access)) return [];
  const rows = rowsIn(await runner.read(listLocationTags, {}), 'tags');
  return rows.flatMap(({ name }) => (typeof name === 'string' && stripHiddenCharacters(name)) || []);
}
