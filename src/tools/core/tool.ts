import type { Endpoint, ToolFace } from '../../api/endpoint.ts';
import type { Priority } from '../../api/rate-limiter.ts';
import type { Scope } from '../../api/scopes.ts';
import type { Api } from '../../api/types.ts';
import type { Json } from '../../lib/json.ts';
import type { StateStore } from '../../lib/state-file.ts';
import type { Clock } from '../../lib/time.ts';
import type { Permissions } from './permissions.ts';

/** ms; tools of several calls hand back what they have before hosts lose patience. */
export const TOOL_DEADLINE_MS = 45_000;

/** ms; what is not yet begun by then is handed back. The rest of the budget is for what is under way. */
export const START_DEADLINE_MS = 35_000;

/** What a server gives every tool call. */
export interface ToolEnvironment {
  readonly api: Api;
  readonly clock: Clock;
  /** User id or email that "me" means. */
  readonly user?: string | undefined;
  /** Aborted when the host cancels; a write already sent is finished all the same. */
  readonly signal?: AbortSignal | undefined;
  /** The owner's name for this account, for people with several: previews say it. */
  readonly label?: string | undefined;
  /** Name of the MCP host. */
  readonly host?: string | undefined;
  readonly gate: Permissions;
  /** Loads what the tools of several calls do. */
  readonly implementations: () => Promise<Implementations>;
  /** What outlives this process, for each location. */
  readonly memory: StateStore;
  /** Folder by which the processes of one owner agree on people; undefined where this one has none to agree with. */
  readonly peopleFolder?: string | undefined;
  /** The location of this call; undefined in the sandbox, which has one only. */
  readonly locationId: string | undefined;
  /** What a tool keeps between its calls in this location for as long as this server runs; made with its first call. */
  readonly own: <T>(make: () => T) => T;
  /** Tells the host how far a long call has come. */
  readonly progress: (done: number, total: number | undefined, message?: string) => void;
}

/** What a tool may use while it runs. */
export interface ToolContext extends ToolEnvironment {
  /** Told what the model should know beside the answer. */
  readonly say: (notice: string) => void;
  /**
   * One call of an endpoint within the budget of this tool, in the lane of single calls unless said otherwise.
   * `fresh` reads past what was read some seconds ago.
   * @throws UserError as `Api.call` does, and SwitchedOff for what the owner forbade
   */
  readonly call: (endpoint: Endpoint, args: Json, lane?: Priority, how?: { readonly fresh: true }) => Promise<Json>;
  /** True while there is time to begin something new and the host has not cancelled. */
  readonly hasTime: () => boolean;
}

/** A tool of several calls: small, in a file of its own, built on endpoints. */
export interface CompositeTool extends ToolFace {
  /** The endpoints it calls that no other tool shows. */
  readonly calls: readonly Endpoint[];
  /** Scopes it cannot do without, beside its own. */
  readonly needs?: readonly Scope[];
  readonly run: (args: Json, context: ToolContext) => Promise<Json>;
}

type ImplementationName =
  | 'bulkUpdateContacts'
  | 'bulkUpsertContacts'
  | 'countContacts'
  | 'getContactOverview'
  | 'getContactTimeline'
  | 'listChangedContacts'
  | 'onboardContact'
  | 'searchLocationTasks';
export interface Implementations extends Readonly<Record<ImplementationName, CompositeTool['run']>> {
  /** The same arguments with the phone under this name in E.164. */
  readonly withE164: (args: Json, name: string, context: ToolContext) => Promise<Json>;
}

/** Runs the implementation of this name, which is loaded with the first call of any: a start does without. */
export const lazyTool =
  (name: ImplementationName): CompositeTool['run'] =>
  async (args, context) =>
    (await context.implementations())[name](args, context);

export type Tool = (Endpoint | CompositeTool) & { readonly family: string };

export const isComposite = (tool: Endpoint | CompositeTool): tool is CompositeTool => 'run' in tool;

/** Every scope a tool needs to be offered. */
export const scopesOf = (tool: Endpoint | CompositeTool): readonly Scope[] =>
  isComposite(tool) ? [tool.scope, ...(tool.needs ?? [])] : [tool.scope];
