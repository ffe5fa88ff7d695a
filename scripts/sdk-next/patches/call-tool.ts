import type { Patch } from '../patch.ts';

/** An object literal with objects inside, or a name; then the argument for which there is no parameter. */
const CALL = /(callTool\(\s*(?:\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|\w+),\s*)undefined,\s*/g;

export const callTool: Patch = {
  reason: '`callTool` of the client has no parameter for a schema',
  edits: [{ in: 'test', find: CALL, replace: '$1' }],
};
