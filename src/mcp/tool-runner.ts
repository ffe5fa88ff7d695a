import type { Endpoint } from '../api/endpoint.ts';
import { UserError } from '../lib/errors.ts';
import type { Json } from '../lib/json.ts';
import type { RecentContacts } from '../resources/recent-contacts.ts';
import type { RequestContext } from '../tools/core/context.ts';
import { assertAllowed, RefusedCall } from '../tools/core/permissions.ts';
import { explainUnavailable, isOffered, type ToolAccess } from '../tools/core/tool-access.ts';
import { checkInput } from '../tools/core/validate-input.ts';
import { runTool } from '../tools/runtime/execute.ts';
import { recordRefusal } from '../tools/runtime/record-refusal.ts';

export type ToolRunner = ReturnType<typeof createToolRunner>;

/**
 * Runs tools for one request: a tool call, a resource, a prompt or a completion. `onRecentsChanged` runs when the list of
 * resources has changed.
 */
export function createToolRunner(
  context: RequestContext & { readonly access: ToolAccess },
  recents: RecentContacts,
  onRecentsChanged: () => void,
) {
  const { api, signal, clock, state, access } = context;
  return {
    access,
    clock,
    offers: (tool: string) => isOffered(access, tool),
    /** Runs a tool with unchecked arguments. @throws UserError, also for a tool that is not offered */
    async run(name: string, unchecked: unknown): Promise<Json> {
      const tool = access.offered.find((each) => each.name === name);
      if (!tool) {
        const hidden = access.hidden.find((each) => each.tool.name === name);
        if (hidden) await recordRefusal(hidden.tool, unchecked, hidden.reason, context);
        throw new UserError(explainUnavailable(access, name));
      }
      const { args, notice } = checkInput(tool, unchecked);
      const result = await runTool(tool, args, context, notice).catch(async (error: unknown) => {
        if (error instanceof RefusedCall) {
          const { kind, contactId = args.contactId } = error;
          await recordRefusal(tool, { contactId }, kind, context);
        }
        throw error;
      });
      if (recents.record(name, result, args) && isOffered(access, 'get_contact')) onRecentsChanged();
      return result;
    },
    /** One read, returned as the API sends it. @throws UserError; SwitchedOff if the owner forbade it */
    async read(endpoint: Endpoint, args: Json): Promise<Json> {
      assertAllowed(endpoint, args, access);
      return api.call(endpoint, args, { signal, locationId: state.locationId });
    },
    recent: () => recents.list(),
  };
}
