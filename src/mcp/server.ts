import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CompleteRequestSchema, ListPromptsRequestSchema,
  ListResourcesRequestSchema, ListResourceTemplatesRequestSchema, ListToolsRequestSchema,
  ReadResourceRequestSchema, SubscribeRequestSchema, UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'; // biome-ignore format: one import
import pkg from '../../package.json' with { type: 'json' };
import type { AccountInfo } from '../api/credentials.ts';
import type { Api } from '../api/types.ts';
import { UserError, WrongRequest } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { realTimers, type Timers } from '../lib/scheduler.ts';
import { type StateStore, scopedToLocation } from '../lib/state-file.ts';
import { firstCharacters, wellFormed } from '../lib/text.ts';
import type { Clock } from '../lib/time.ts';
import { listResources, listTemplates, resolve } from '../resources/index.ts';
import { notifyOnWrite } from '../resources/notify-on-write.ts';
import { createRecentContacts } from '../resources/recent-contacts.ts';
import { STATUS, statusOf } from '../resources/status.ts';
import { createSubscriptions, MOST_SUBSCRIPTIONS } from '../resources/subscriptions.ts';
import { createThrottle } from '../resources/throttle.ts';
import { assertAllowed } from '../tools/core/permissions.ts';
import type { Implementations, ToolEnvironment } from '../tools/core/tool.ts';
import { explainUnavailable, type ToolAccess } from '../tools/core/tool-access.ts';
import { toolAnswer, toText } from '../tools/core/tool-result.ts';
import { advertised } from '../tools/core/tool-schema.ts';
import { searchContacts } from '../tools/search.ts';
import { instructions } from './instructions.ts';
import { noValidator } from './no-schema-validator.ts';
import { answered, answeredResource, type Extra, PromptCall, progressOf, sentence, ToolCall } from './protocol.ts';
import { createRequestContext, type RequestContext } from './request-context.ts';

export interface ServerOptions {
  readonly api: Api;
  /** What is open now; a new value where a sign-in changed it. */
  readonly gate: () => ToolAccess;
  readonly clock: Clock;
  readonly log: Log;
  readonly account: () => AccountInfo;
  readonly user?: string | undefined;
  /** What outlives this process. */
  readonly memory: StateStore;
  /** Folder by which the processes of one owner agree on people. */
  readonly peopleFolder?: string | undefined;
  /** By which subscriptions wait. */
  readonly timers?: Timers;
}

/**
 * The MCP server over an `Api`: tools, resources, prompts, completions, instructions. Does no I/O of its own, and looks
 * for changes only while a host subscribes; its `onclose` ends that.
 */
export function createServer(options: ServerOptions): Server {
  const { gate, clock, log, account, user, memory, peopleFolder, timers = realTimers } = options;
  const locationId = () => account().locationId;
  const { label } = account();
  const title = label ? firstCharacters(`GHL ${label}`, 13).trimEnd() : 'GHL Contacts';
  const server = new WellFormedServer(
    { name: 'ghl-contacts-mcp', title, version: pkg.version },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        completions: {},
      },
      instructions: instructions(gate(), account()),
      jsonSchemaValidator: noValidator,
    },
  );
  const subscriptions = createSubscriptions({
    ...{ api: options.api, clock, timers, log },
    loadFeed: async () => (await import('./lazy.ts')).createFeed,
    send: (uri) => void server.sendResourceUpdated({ uri }).catch(ignore),
  });
  const api = notifyOnWrite(options.api, subscriptions.touched);
  const ownOf = keeper();
  const recents = (of = locationId()) => ownOf(of)(createRecentContacts);
  // Whoever reads a hundred contacts has the host list them once a second, not a hundred times.
  const listed = createThrottle(timers, () => void server.sendResourceListChanged().catch(ignore));
  const met = () => listed.notify('ghl://contacts');
  /** Whatever a request comes to is of the location that is signed in to as it begins. */
  const desk = async (extra: Extra): Promise<RequestContext> => {
    await api.check();
    const host = server.getClientVersion()?.name;
    const { signal } = extra;
    const here = locationId();
    const state = {
      memory: scopedToLocation(memory, here),
      own: ownOf(here),
      peopleFolder,
      locationId: here,
      implementations,
    };
    const around = { api: within(api, here), clock, user, label, host, signal, gate: gate(), ...state };
    return createRequestContext({ ...around, progress: progressOf(extra) }, recents(here), met);
  };
  const lists = new WeakMap<ToolAccess, ReturnType<typeof advertised>[]>();
  server.onclose = () => {
    subscriptions.stop();
    listed.stop();
  };

  server.setRequestHandler(ListToolsRequestSchema, () => {
    const open = gate();
    const list = lists.get(open) ?? open.shown.map(advertised);
    lists.set(open, list);
    return { tools: list };
  });
  server.setRequestHandler(ToolCall, async ({ params: { name, arguments: args } }, extra) => {
    try {
      return toolAnswer(await (await desk(extra)).run(name, args.given));
    } catch (error) {
      // Also for an unknown tool, where a protocol error would do: models are shown this text, and it says what to do.
      return { isError: true, content: [{ type: 'text', text: sentence(error, log, name) }] };
    }
  });

  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: listResources(gate(), recents().list()) }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: listTemplates(gate()) }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }, extra) =>
    answeredResource(uri, log, async () => {
      if (uri === STATUS)
        return { contents: [{ uri, mimeType: 'application/json', text: toText(statusOf(api, gate(), account())) }] };
      const { tool, args, mimeType, write } = resolve(uri);
      return { contents: [{ uri, mimeType, text: await write(await (await desk(extra)).run(tool, args)) }] };
    }),
  );
  server.setRequestHandler(SubscribeRequestSchema, ({ params: { uri } }, extra) =>
    answeredResource(uri, log, async () => {
      if (uri === STATUS)
        throw new WrongRequest(
          'ghl://status cannot be watched, since every call changes it: read it when you need it.',
        );
      const { tool, contactId } = resolve(uri);
      if (!(await desk(extra)).offers(tool)) throw new UserError(explainUnavailable(gate(), tool));
      // Changes by others are found by a search.
      assertAllowed(searchContacts, {}, gate());
      if (!subscriptions.add(uri, contactId))
        throw new WrongRequest(
          `${MOST_SUBSCRIPTIONS} resources are subscribed to already, which is the limit: unsubscribe from one first, or subscribe to ghl://contacts, which covers every contact.`,
        );
      return {};
    }),
  );
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    subscriptions.remove(uri);
    return {};
  });

  server.setRequestHandler(ListPromptsRequestSchema, async () => ({
    prompts: (await import('./lazy.ts')).listPrompts(gate()),
  }));
  server.setRequestHandler(PromptCall, ({ params: { name, arguments: args = {} } }, extra) =>
    answered(name, log, async () => (await import('./lazy.ts')).getPrompt(name, args, await desk(extra))),
  );
  server.setRequestHandler(CompleteRequestSchema, ({ params: { ref, argument, context } }, extra) =>
    answered(argument.name, log, async () => {
      const { complete } = await import('./lazy.ts');
      const reference = ref.type === 'ref/prompt' ? { prompt: ref.name } : { template: ref.uri };
      const fault = (error: unknown) => sentence(error, log, argument.name);
      return { completion: await complete(reference, argument, context?.arguments ?? {}, await desk(extra), fault) };
    }),
  );

  return server;
}

/** Guards whatever leaves, so that no list, label, error or notification can be forgotten. */
class WellFormedServer extends Server {
  override async connect(transport: Transport): Promise<void> {
    const send = transport.send.bind(transport);
    transport.send = (message, options) => send(wellFormed(message), options);
    await super.connect(transport);
  }
}

const ignore = () => undefined;

const implementations = async (): Promise<Implementations> => (await import('./lazy.ts')).flows;

/** The same API for one location: where another one is signed in to meanwhile, nothing is sent. */
const within = (api: Api, locationId: string | undefined): Api => ({
  ...api,
  call: (endpoint, args, options) => api.call(endpoint, args, { ...options, locationId }),
});

/** One of each thing for each location that a server is signed in to: what one account showed is nothing of the next. */
function keeper(): (locationId: string | undefined) => ToolEnvironment['own'] {
  const locations = new Map<string | undefined, Map<unknown, unknown>>();
  return (location) =>
    <T>(make: () => T): T => {
      const made = locations.get(location) ?? new Map<unknown, unknown>();
      locations.set(location, made);
      if (!made.has(make)) made.set(make, make());
      return made.get(make) as T;
    };
}
