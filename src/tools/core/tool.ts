import type * as z from 'zod';
import { type Endpoint, type ToolSpec, withSchemasOnce } from '../../api/endpoint.ts';
import type { Scope } from '../../api/scopes.ts';
import type { Json } from '../../lib/json.ts';
import type { ConfirmRule } from './confirmation.ts';
import type { CompositeImplementations, Implementations, ToolContext } from './context.ts';

/** A setting without which a tool is not offered. */
export type ToolSetting = 'GHL_EXPORT_DIR';

/** The definition of a tool that sends several requests; its implementation is a file of its own. */
export interface CompositeTool<I extends z.ZodObject = z.ZodObject> extends ToolSpec {
  readonly input: () => I;
  /** The endpoints it calls that no other tool offers. */
  readonly calls: readonly Endpoint[];
  /** Scopes it requires besides its own. */
  readonly extraScopes?: readonly Scope[];
  readonly setting?: ToolSetting;
  /** A method and not a property, so that one list can hold tools with different inputs. Arguments are validated before. */
  run(args: z.output<I>, context: ToolContext): Promise<Json>;
}

/** An endpoint that is a tool. */
export interface EndpointTool extends Endpoint {
  readonly confirm?: ConfirmRule;
  /** Where one request is not always enough: the implementation that sends its requests and gives one answer in the form of the API. */
  readonly sentBy?: 'searchContacts' & keyof Implementations;
}

/** Infers the type of `input`. */
export const compositeTool = <I extends z.ZodObject>(tool: CompositeTool<I>): CompositeTool<I> => withSchemasOnce(tool);

export type ToolInput<T extends CompositeTool> = z.output<ReturnType<T['input']>>;

/** The implementation of a composite tool. */
export type Implementation<T extends CompositeTool> = (args: ToolInput<T>, context: ToolContext) => Promise<Json>;

/** Loads the implementation of this name with the first call, so that it does not slow down the start. */
export const lazyTool =
  (name: keyof CompositeImplementations): CompositeTool['run'] =>
  async (args, context) =>
    (await context.implementations())[name](args, context);

export type Tool = (EndpointTool | CompositeTool) & { readonly family: string };

export const isComposite = (tool: EndpointTool | CompositeTool): tool is CompositeTool => 'run' in tool;

/** The setting that a tool requires. */
export const settingOf = (tool: Endpoint | CompositeTool): ToolSetting | undefined =>
  isComposite(tool) ? tool.setting : undefined;

/** Every scope that a tool requires. */
export const scopesOf = (tool: Endpoint | CompositeTool): readonly Scope[] =>
  isComposite(tool) ? [tool.scope, ...(tool.extraScopes ?? [])] : [tool.scope];
