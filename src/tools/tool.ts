import type { Api } from '../api/client.ts';
import type { Endpoint, Json, ToolFace } from '../endpoint.ts';
import type { Clock } from '../times.ts';

/** ms; tools of several calls hand back what they have before hosts lose patience. */
export const BUDGET_MS = 45_000;

/** What a tool may use while it runs. */
export interface Context {
  readonly api: Api;
  readonly clock: Clock;
  /** User id or email that "me" means. */
  readonly user?: string | undefined;
  /** Aborted when the host cancels; a write already sent is finished all the same. */
  readonly signal?: AbortSignal;
  /** Name of the MCP host. */
  readonly host?: string | undefined;
  /** Told what the model should know beside the answer. */
  readonly say: (notice: string) => void;
}

/** A tool of several calls: small, in a file of its own, built on endpoints. */
export interface Flow extends ToolFace {
  /** The endpoints it calls that no other tool shows. */
  readonly calls: readonly Endpoint[];
  readonly run: (args: Json, context: Context) => Promise<Json>;
}

export type Tool = (Endpoint | Flow) & { readonly family: string };

export const isFlow = (tool: Endpoint | Flow): tool is Flow => 'run' in tool;
