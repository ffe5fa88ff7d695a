import type * as z from 'zod';
import type { Endpoint, ToolFace } from '../../api/endpoint.ts';
import type { Scope } from '../../api/scopes.ts';
import type { Json } from '../../lib/json.ts';
import type { Implementations, ToolContext } from './context.ts';

/** A tool of several requests, built on endpoints: its definition, apart from its implementation. */
export interface CompositeTool<I extends z.ZodObject = z.ZodObject> extends ToolFace {
  readonly input: I;
  /** The endpoints it calls that no other tool offers. */
  readonly calls: readonly Endpoint[];
  /** Scopes it requires beside its own. */
  readonly extraScopes?: readonly Scope[];
  /** A method and not a property, so that tools of different inputs fit in one list: arguments are checked before. */
  run(args: z.output<I>, context: ToolContext): Promise<Json>;
}

/** Identity, so that the implementation's arguments are of the type that `input` gives. */
export const compositeTool = <I extends z.ZodObject>(tool: CompositeTool<I>): CompositeTool<I> => tool;

export type ToolInput<T extends CompositeTool> = z.output<T['input']>;

/** The implementation of a composite tool. */
export type Implementation<T extends CompositeTool> = (args: ToolInput<T>, context: ToolContext) => Promise<Json>;

/** The implementation of this name, which is loaded with the first call: the start does without. */
export const lazyTool =
  (name: Exclude<keyof Implementations, 'withE164'>): CompositeTool['run'] =>
  async (args, context) =>
    (await context.implementations())[name](args, context);

export type Tool = (Endpoint | CompositeTool) & { readonly family: string };

export const isComposite = (tool: Endpoint | CompositeTool): tool is CompositeTool => 'run' in tool;

/** Every scope a tool needs to be offered. */
export const scopesOf = (tool: Endpoint | CompositeTool): readonly Scope[] =>
  isComposite(tool) ? [tool.scope, ...(tool.extraScopes ?? [])] : [tool.scope];
