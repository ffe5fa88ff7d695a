import type { Endpoint } from '../api/endpoint.ts';
import { UserError } from '../lib/errors.ts';
import type { Json } from '../lib/json.ts';
import type { RecentContact, RecentContacts } from '../resources/recent-contacts.ts';
import type { RequestContext } from '../tools/core/context.ts';
import { assertAllowed } from '../tools/core/permissions.ts';
import { explainUnavailable, type ToolAccess } from '../tools/core/tool-access.ts';
import { checkInput } from '../tools/core/validate-input.ts';
import { runTool } from '../tools/runtime/execute.ts';

/** Runs tools for one request: a tool call, a resource, a prompt or a completion. */
export interface ToolRunner {
  readonly access: ToolAccess;
  readonly clock: RequestContext['clock'];
  readonly offers: (tool: string) => boolean;
  /** Runs a tool with unchecked arguments. @throws UserError, also for a tool that is not offered */
  readonly run: (tool: string, args: unknown) => Promise<Json>;
  /** One read, returned as the API sends it. @throws UserError; SwitchedOff if the owner forbade it */
  readonly read: (endpoint: Endpoint, args: Json) => Promise<Json>;
  /** Newest first. */
  readonly recent: () => readonly RecentContact[];
}

/** `onRecentsChanged` runs when the list of resources has changed. */
export function createToolRunner(
  context: RequestContext,
  access: ToolAccess,
  recents: RecentContacts,
  onRecentsChanged: () => void,
): ToolRunner {
  const { api, signal, clock, state } = context;
  const find = (name: string) => access.offered.find((tool) => tool.name === name);
  return {
    access,
    clock,
    offers: (tool) => find(tool) !== undefined,
    async run(name, unchecked) {
      const tool = find(name);
      if (!tool) throw new UserError(explainUnavailable(access, name));
      const { args, notice } = checkInput(tool, unchecked);
      const result = await runTool(tool, args, context, notice);
      if (recents.record(name, result, args) && find('get_contact')) onRecentsChanged();
      return result;
    },
    async read(endpoint, args) {
      assertAllowed(endpoint, args, access);
      return api.call(endpoint, args, { signal, locationId: state.locationId });
    },
    recent: () => recents.list(),
  };
}
