import { randomWord } from '../../lib/random-word.ts';
import type { ToolContext } from './context.ts';

/** Characters of the name of a group. */
const LENGTH = 8;

/** The name of a new group: writes that the journal shows, and an undo takes back, as one run. */
export const newGroup = (): string => randomWord(LENGTH);

/** A context whose writes belong to one group in the journal, also if several calls of a tool make them. */
export const inGroup = (context: ToolContext, group: string): ToolContext => ({
  ...context,
  call: (endpoint, args, priority, details) => context.call(endpoint, args, priority, { group, ...details }),
});
