import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  ListResourcesRequestSchema, ListResourceTemplatesRequestSchema, ReadResourceRequestSchema, SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'; // biome-ignore format: one import
import { InvalidRequestError, UserError } from '../lib/errors.ts';
import { JOURNAL_URI, listResources, listTemplates, resolveResource } from '../resources/index.ts';
import { readStatus, STATUS_URI } from '../resources/status.ts';
import { MAX_SUBSCRIPTIONS } from '../resources/subscriptions.ts';
import { assertAllowed } from '../tools/core/permissions.ts';
import { explainUnavailable } from '../tools/core/tool-access.ts';
import { toText } from '../tools/core/tool-result.ts';
import { showTimes } from '../tools/runtime/local-times.ts';
import { searchContacts } from '../tools/search.ts';
import { type Extra, withResourceErrors } from './protocol.ts';
import type { Session } from './session.ts';

export function handleResources(server: Server, session: Session): void {
  const { access, recents, subscriptions } = session;
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: listResources(access(), recents().list()),
  }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: listTemplates(access()) }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }, extra) =>
    withResourceErrors(uri, session, async () => ({ contents: [await readResource(uri, session, extra)] })),
  );
  server.setRequestHandler(SubscribeRequestSchema, ({ params: { uri } }, extra) =>
    withResourceErrors(uri, session, () => subscribe(uri, session, extra)),
  );
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    subscriptions.remove(uri);
    return {};
  });
}

async function readResource(uri: string, { api, access, account, clock, toolRunner }: Session, extra: Extra) {
  if (uri === STATUS_URI) {
    const status = showTimes(readStatus(api, access(), account()), { shown: clock.knownZone() });
    return { uri, mimeType: 'application/json', text: toText(status) };
  }
  const { tool, args, mimeType, format } = resolveResource(uri);
  return { uri, mimeType, text: format(await (await toolRunner(extra)).run(tool, args)) };
}

async function subscribe(uri: string, { access, subscriptions, toolRunner }: Session, extra: Extra) {
  if (uri === STATUS_URI)
    throw new InvalidRequestError(
      'ghl://status cannot be subscribed to, because every call changes it: read it when you need it.',
    );
  if (uri === JOURNAL_URI)
    throw new InvalidRequestError('ghl://journal cannot be subscribed to: read it when you need it.');
  const { tool, contactId } = resolveResource(uri);
  if (!(await toolRunner(extra)).offers(tool)) throw new UserError(explainUnavailable(access(), tool));
  // Changes that others make are found by a search.
  assertAllowed(searchContacts, {}, access());
  if (!subscriptions.add(uri, contactId))
    throw new InvalidRequestError(
      `The limit of ${MAX_SUBSCRIPTIONS} subscribed resources is reached: unsubscribe from one first, or subscribe to ghl://contacts, which covers every contact.`,
    );
  return {};
}
