import type { ToolContext } from '../core/context.ts';

/** A context whose writes belong to one group in the journal, also if several calls of a tool make them. */
export const inGroup = (context: ToolContext, group: string): ToolContext => ({
  ...context,
  call: (endpoint, args, priority, details) => context.call(endpoint, args, priority, { group, ...details }),
});
