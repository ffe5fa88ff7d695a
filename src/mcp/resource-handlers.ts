import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  ListResourcesRequestSchema, ListResourceTemplatesRequestSchema, ReadResourceRequestSchema, SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'; // biome-ignore format: one import
import { InvalidRequestError, UserError } from '../lib/errors.ts';
import { listResources, listTemplates, resolve } from '../resources/index.ts';
import { STATUS, statusOf } from '../resources/status.ts';
import { MOST_SUBSCRIPTIONS } from '../resources/subscriptions.ts';
import { assertAllowed } from '../tools/core/permissions.ts';
import { explainUnavailable } from '../tools/core/tool-access.ts';
import { toText } from '../tools/core/tool-result.ts';
import { searchContacts } from '../tools/search.ts';
import { answeredResource, type Extra } from './protocol.ts';
import type { Session } from './session.ts';

export function handleResources(server: Server, session: Session): void {
  const { access, log, recents, subscriptions } = session;
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: listResources(access(), recents().list()),
  }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: listTemplates(access()) }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }, extra) =>
    answeredResource(uri, log, async () => ({ contents: [await readResource(uri, session, extra)] })),
  );
  server.setRequestHandler(SubscribeRequestSchema, ({ params: { uri } }, extra) =>
    answeredResource(uri, log, () => subscribe(uri, session, extra)),
  );
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    subscriptions.remove(uri);
    return {};
  });
}

async function readResource(uri: string, { api, access, account, toolRunner }: Session, extra: Extra) {
  if (uri === STATUS) return { uri, mimeType: 'application/json', text: toText(statusOf(api, access(), account())) };
  const { tool, args, mimeType, write } = resolve(uri);
  return { uri, mimeType, text: await write(await (await toolRunner(extra)).run(tool, args)) };
}

async function subscribe(uri: string, { access, subscriptions, toolRunner }: Session, extra: Extra) {
  if (uri === STATUS)
    throw new InvalidRequestError(
      'ghl://status cannot be watched, since every call changes it: read it when you need it.',
    );
  const { tool, contactId } = resolve(uri);
  if (!(await toolRunner(extra)).offers(tool)) throw new UserError(explainUnavailable(access(), tool));
  // Changes by others are found by a search.
  assertAllowed(searchContacts, {}, access());
  if (!subscriptions.add(uri, contactId))
    throw new InvalidRequestError(
      `${MOST_SUBSCRIPTIONS} resources are subscribed to already, which is the limit: unsubscribe from one first, or subscribe to ghl://contacts, which covers every contact.`,
    );
  return {};
}
