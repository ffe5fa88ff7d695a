import { rowsIn } from '../../lib/json.ts';
import { stripHiddenCharacters } from '../../lib/text.ts';
import { mayRead } from '../../tools/core/permissions.ts';
import { listLocationTags } from '../../tools/lookups.ts';
import type { RequestContext } from '../request-context.ts';

/** Names of the location's tags; none where they may not be read. @throws UserError */
export async function locationTags(desk: RequestContext): Promise<string[]> {
  if (!mayRead(listLocationTags, desk.gate)) return [];
  const rows = rowsIn(await desk.read(listLocationTags, {}), 'tags');
  return rows.flatMap(({ name }) => (typeof name === 'string' && stripHiddenCharacters(name)) || []);
}
