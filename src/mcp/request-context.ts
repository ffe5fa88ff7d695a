import type { Endpoint } from '../api/endpoint.ts';
import { UserError } from '../lib/errors.ts';
import type { Json } from '../lib/json.ts';
import type { RecentContact, RecentContacts } from '../resources/recent-contacts.ts';
import { assertAllowed } from '../tools/core/permissions.ts';
import type { ToolEnvironment } from '../tools/core/tool.ts';
import { explainUnavailable, type ToolAccess } from '../tools/core/tool-access.ts';
import { checkInput } from '../tools/core/validate-input.ts';
import { runTool } from '../tools/runtime/execute.ts';

/** What resources, prompts and completions are made from: the tools a host is offered, and the people it asks about. */
export interface RequestContext {
  readonly gate: ToolAccess;
  readonly clock: ToolEnvironment['clock'];
  readonly offers: (tool: string) => boolean;
  /** Runs a tool on arguments as a host gives them. @throws UserError; also for a tool that is not offered */
  readonly run: (tool: string, args: unknown) => Promise<Json>;
  /** One read that no tool shapes. @throws UserError; SwitchedOff for what the owner forbade */
  readonly read: (endpoint: Endpoint, args: Json) => Promise<Json>;
  /** Contacts this host saw lately, newest first. */
  readonly recent: () => readonly RecentContact[];
}

/** A desk for one request. `met` is told when the people that the list of resources names have changed. */
export function createRequestContext(
  around: ToolEnvironment & { readonly gate: ToolAccess },
  recents: RecentContacts,
  met: () => void,
): RequestContext {
  const { gate, api, signal, host, clock } = around;
  const find = (name: string) => gate.shown.find((tool) => tool.name === name);
  const read: RequestContext['read'] = async (endpoint, args) => {
    assertAllowed(endpoint, args, gate);
    return api.call(endpoint, args, { signal, host });
  };
  return {
    gate,
    clock,
    offers: (tool) => find(tool) !== undefined,
    async run(name, given) {
      const tool = find(name);
      if (!tool) throw new UserError(explainUnavailable(gate, name));
      const { args, notice } = checkInput(tool, given);
      const result = await runTool(tool, args, around, notice);
      if (recents.see(name, result, args) && find('get_contact')) met();
      return result;
    },
    read,
    recent: () => recents.list(),
  };
}
