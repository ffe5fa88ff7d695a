import type { Endpoint } from '../../api/endpoint.ts';
import type { Json } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import type { Send } from './current-contacts.ts';
import { listOf } from './lists.ts';
import { mergeDuplicate } from './merge-duplicate.ts';
import { mergeList } from './merge-list.ts';

/**
 * The answer of an endpoint that reads the search index, with what this server wrote in the last minutes. `send` sends a
 * request past the read cache.
 * @throws UserError as the call of the endpoint does
 */
export async function mergeOwnWrites(endpoint: Endpoint, args: Json, context: ToolContext, send: Send): Promise<Json> {
  const list = listOf(endpoint, args);
  return list ? mergeList(list, context, send) : mergeDuplicate(args, context, send);
}
