import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { createServer as createShippedServer } from '../../../src/mcp/server.ts';
import type { ServerOptions } from '../../../src/mcp/session.ts';
import { completions, prompts, resources, schemaTool, templates } from './fixture.ts';
import { type FixtureExtra, tools } from './fixture-tools.ts';

/** A request as the SDK keeps its handler: not yet parsed. */
interface RawRequest {
  readonly params?: {
    readonly name?: string;
    readonly uri?: string;
    readonly arguments?: Readonly<Record<string, string>>;
    readonly ref?: { readonly name?: string };
    readonly argument?: { readonly name: string; readonly value: string };
  };
}
type Handler = (request: RawRequest, extra: FixtureExtra) => Promise<Record<string, unknown>>;

/**
 * The shipped server, with what the conformance suite requires every server under test to have laid over it. A test build
 * bundles this in place of `src/mcp/server.ts`. Requests for other names and addresses reach the shipped handlers.
 */
export function createServer(options: ServerOptions): Server {
  const server = createShippedServer(options);
  server.registerCapabilities({ logging: {} });
  // The SDK has no public way to get a handler that is registered.
  const { _requestHandlers: handlers } = server as unknown as { _requestHandlers: Map<string, Handler> };
  /** `own` returns undefined for what the shipped handler answers. */
  const overlay = (
    method: string,
    own: (params: NonNullable<RawRequest['params']>, extra: FixtureExtra) => unknown,
  ) => {
    const shipped = handlers.get(method);
    handlers.set(method, async (request, extra) => {
      const answer = await own(request.params ?? {}, extra);
      if (answer !== undefined) return answer as Record<string, unknown>;
      if (!shipped) throw new Error(`the server has no handler for ${method}`);
      return shipped(request, extra);
    });
  };
  /** Adds rows to a list of the shipped server. */
  const extend = (method: string, key: string, rows: readonly unknown[]) => {
    const shipped = handlers.get(method);
    handlers.set(method, async (request, extra) => {
      const list = await shipped?.(request, extra);
      return { ...list, [key]: [...rows, ...((list?.[key] as readonly unknown[] | undefined) ?? [])] };
    });
  };
  extend('tools/list', 'tools', [...tools.map(({ definition }) => definition), schemaTool]);
  extend(
    'prompts/list',
    'prompts',
    prompts.map(({ definition }) => definition),
  );
  extend(
    'resources/list',
    'resources',
    resources.map(({ definition }) => definition),
  );
  extend(
    'resources/templates/list',
    'resourceTemplates',
    templates.map(({ definition }) => definition),
  );
  overlay('logging/setLevel', () => ({}));
  overlay('tools/call', async ({ name, arguments: args = {} }, extra) =>
    tools.find(({ definition }) => definition.name === name)?.run(args, extra),
  );
  overlay('prompts/get', ({ name, arguments: args = {} }) => {
    const messages = prompts.find(({ definition }) => definition.name === name)?.messages(args);
    return messages && { messages };
  });
  overlay('completion/complete', ({ ref, argument }) => {
    const values = completions(ref?.name, argument?.name)?.filter((value) => value.startsWith(argument?.value ?? ''));
    return values && { completion: { values, hasMore: false } };
  });
  overlay('resources/read', ({ uri = '' }) => {
    const content = resources.find(({ definition }) => definition.uri === uri)?.content;
    const contents = content ?? templates.map(({ contentOf }) => contentOf(uri)).find((each) => each !== undefined);
    return contents && { contents: [{ uri, ...contents }] };
  });
  for (const method of ['resources/subscribe', 'resources/unsubscribe']) {
    overlay(method, ({ uri }) => (resources.some(({ definition }) => definition.uri === uri) ? {} : undefined));
  }
  return server;
}
