import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { Protocol } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CompleteRequestSchema, ListPromptsRequestSchema, ListToolsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'; // biome-ignore format: one import
import type * as z from 'zod';
import pkg from '../../package.json' with { type: 'json' };
import { firstCharacters, wellFormed } from '../lib/text.ts';
import type { ToolAccess } from '../tools/core/tool-access.ts';
import { ToolAnswer } from '../tools/core/tool-result.ts';
import { toolDefinition } from '../tools/core/tool-schema.ts';
import { instructions } from './instructions.ts';
import { noValidator } from './no-schema-validator.ts';
import { type Extra, errorText, PromptRequest, ToolCallRequest, withProtocolErrors } from './protocol.ts';
import { handleResources } from './resource-handlers.ts';
import { createSession, type ServerOptions, type Session } from './session.ts';

/**
 * The MCP server over an `Api`: tools, resources, prompts, completions, instructions. It sends nothing by itself, except
 * that it polls for changes while a host subscribes; `onclose` ends that.
 */
export function createServer(options: ServerOptions): Server {
  const { label } = options.account();
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
      instructions: instructions(options.access(), options.account()),
      jsonSchemaValidator: noValidator,
    },
  );
  const session = createSession(server, options);
  server.onclose = session.close;
  handleTools(server, session);
  handleResources(server, session);
  handlePrompts(server, session);
  return server;
}

function handleTools(server: Server, session: Session): void {
  const { access, toolRunner } = session;
  const lists = new WeakMap<ToolAccess, ReturnType<typeof toolDefinition>[]>();
  server.setRequestHandler(ListToolsRequestSchema, () => {
    const current = access();
    const list = lists.get(current) ?? current.offered.map(toolDefinition);
    lists.set(current, list);
    return { tools: list };
  });
  const callTool = async ({ params: { name, arguments: args } }: z.infer<typeof ToolCallRequest>, extra: Extra) => {
    try {
      return new ToolAnswer(await (await toolRunner(extra)).run(name, args));
    } catch (error) {
      // Also for an unknown tool, instead of a protocol error: the model sees this text, and it says what to do.
      return { content: [{ type: 'text' as const, text: errorText(error, session, name) }], isError: true };
    }
  };
  // The method of `Server` would validate the request a second time, and copy the answer.
  Protocol.prototype.setRequestHandler.call(server, ToolCallRequest, callTool);
}

function handlePrompts(server: Server, session: Session): void {
  const { access, toolRunner } = session;
  server.setRequestHandler(ListPromptsRequestSchema, async () => ({
    prompts: (await import('./lazy.ts')).listPrompts(access()),
  }));
  server.setRequestHandler(PromptRequest, ({ params: { name, arguments: args = {} } }, extra) =>
    withProtocolErrors(name, session, async () =>
      (await import('./lazy.ts')).getPrompt(name, args, await toolRunner(extra)),
    ),
  );
  server.setRequestHandler(CompleteRequestSchema, ({ params: { ref, argument, context } }, extra) =>
    withProtocolErrors(argument.name, session, async () => {
      const { complete } = await import('./lazy.ts');
      const reference = ref.type === 'ref/prompt' ? { prompt: ref.name } : { template: ref.uri };
      const onError = (error: unknown) => void errorText(error, session, argument.name);
      const filledIn = context?.arguments ?? {};
      return { completion: await complete(reference, argument, filledIn, await toolRunner(extra), onError) };
    }),
  );
}

/** Replaces lone surrogates in every message it sends. */
class WellFormedServer extends Server {
  override async connect(transport: Transport): Promise<void> {
    const send = transport.send.bind(transport);
    transport.send = (message, options) => {
      const isAnswer = 'result' in message && message.result instanceof ToolAnswer;
      return send(isAnswer ? message : wellFormed(message), options);
    };
    await super.connect(transport);
  }
}
