import type { Desk } from '../desk.ts';
import type { Json } from '../endpoint.ts';
import { listLocationTags } from '../flows/calls.ts';
import { mayRead } from '../gate.ts';
import { plainText } from '../untrusted.ts';

/** Names of the location's tags; none where they may not be read. @throws UserError */
export async function locationTags(desk: Desk): Promise<string[]> {
  if (!mayRead(listLocationTags, desk.gate)) return [];
  const { tags } = await desk.read(listLocationTags, {});
  return Array.isArray(tags) ? (tags as Json[]).map(({ name }) => plainText(String(name ?? ''))).filter(Boolean) : [];
}
