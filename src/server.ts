import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CallToolRequestSchema, ErrorCode, ListResourcesRequestSchema, ListResourceTemplatesRequestSchema, ListToolsRequestSchema,
  McpError, ReadResourceRequestSchema, type ServerNotification, type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js'; // biome-ignore format: one import
import pkg from '../package.json' with { type: 'json' };
import { advertised } from './advertise.ts';
import type { Api } from './api/client.ts';
import type { Json } from './endpoint.ts';
import { redact, UserError } from './errors.ts';
import { type Gate, whyAbsent } from './gate.ts';
import { checkInput } from './input.ts';
import { type AccountFacts, instructions } from './instructions.ts';
import type { Log } from './log.ts';
import type { Memory } from './memory.ts';
import { noValidator } from './no-validator.ts';
import { listResources, listTemplates, readResource, resolve, STATUS } from './resources/index.ts';
import { createRecent } from './resources/recent.ts';
import { toText } from './results.ts';
import type { Clock } from './times.ts';
import { runTool } from './tools/run.ts';
import type { Surroundings } from './tools/tool.ts';

export interface ServerOptions {
  readonly api: Api;
  /** What is open now; a new value where a sign-in changed it. */
  readonly gate: () => Gate;
  readonly clock: Clock;
  readonly log: Log;
  readonly account: () => AccountFacts;
  readonly user?: string | undefined;
  /** What outlives this process. */
  readonly memory: Memory;
}

/** The MCP server over an `Api`: tools, resources, instructions. Does no I/O of its own. */
export function createServer({ api, gate, clock, log, account, user, memory }: ServerOptions): Server {
  const { label } = account();
  const title = label ? `GHL ${label}`.slice(0, 13).trimEnd() : 'GHL Contacts';
  const server = new Server(
    { name: 'ghl-contacts-mcp', title, version: pkg.version },
    {
      capabilities: { tools: { listChanged: true }, resources: {} },
      instructions: instructions(gate(), account()),
      jsonSchemaValidator: noValidator,
    },
  );
  const recent = createRecent();
  const own = keeper();
  const around = ({ signal, _meta, sendNotification }: Extra): Surroundings => ({
    api,
    clock,
    user,
    host: server.getClientVersion()?.name,
    signal,
    gate: gate(),
    memory,
    own,
    progress(progress, total, message) {
      const progressToken = _meta?.progressToken;
      if (progressToken === undefined) return;
      const params = {
        progressToken,
        progress,
        ...(total === undefined ? {} : { total }),
        ...(message ? { message } : {}),
      };
      void sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
    },
  });
  const lists = new WeakMap<Gate, ReturnType<typeof advertised>[]>();

  server.setRequestHandler(ListToolsRequestSchema, () => {
    const open = gate();
    const list = lists.get(open) ?? open.shown.map(advertised);
    lists.set(open, list);
    return { tools: list };
  });

  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    try {
      const tool = gate().shown.find(({ name }) => name === params.name);
      if (!tool) throw new UserError(whyAbsent(gate(), params.name));
      const args = checkInput(tool, params.arguments);
      const data = await runTool(tool, args, around(extra));
      recent.see(data, args);
      return { content: [{ type: 'text', text: toText(data) }], structuredContent: data };
    } catch (error) {
      return { isError: true, content: [{ type: 'text', text: sentence(error, log, params.name) }] };
    }
  });

  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: listResources(gate(), recent.list()) }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: listTemplates(gate()) }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, extra) => {
    if (uri === STATUS)
      return { contents: [{ uri, mimeType: 'application/json', text: toText(statusOf(api, gate(), account())) }] };
    const target = resolve(uri);
    if (!target)
      throw new McpError(
        RESOURCE_NOT_FOUND,
        'There is no such resource: ghl://contacts, ghl://contacts/{contactId} and below it /tasks, /notes, /appointments.',
      );
    try {
      const read = await readResource(uri, target.tool, target.args, around(extra));
      if (!read) throw new UserError(whyAbsent(gate(), target.tool));
      recent.see(read.result, target.args);
      return { contents: read.contents };
    } catch (error) {
      throw new McpError(ErrorCode.InternalError, sentence(error, log, uri));
    }
  });

  return server;
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** One of each thing for the life of a server. */
function keeper(): Surroundings['own'] {
  const made = new Map<unknown, unknown>();
  return <T>(make: () => T): T => {
    if (!made.has(make)) made.set(make, make());
    return made.get(make) as T;
  };
}

/** What `ghl://status` tells; nothing is sent to find it out. */
function statusOf(api: Api, { scopes }: Gate, { label, locationId, sandbox, missing, credential }: AccountFacts): Json {
  return {
    account: { label, locationId, sandbox, credential, missing },
    scopes: [...new Set(scopes)],
    ...api.status(),
  };
}

/** The protocol's code for a resource that does not exist. */
const RESOURCE_NOT_FOUND = -32002;

/** The one place where a failure becomes text for the model. */
function sentence(error: unknown, log: Log, what: string): string {
  if (error instanceof UserError) return redact(error.message);
  log('error', 'fault', { what, error: redact(String((error as Error)?.stack ?? error)) });
  return 'A fault inside ghl-contacts-mcp, not in what you sent; the log has the details. If this was a write, look before repeating it.';
}
