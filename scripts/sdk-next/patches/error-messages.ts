import type { Patch } from '../patch.ts';

export const errorMessages: Patch = {
  reason: 'the client no longer puts the code before the message of an error',
  edits: [{ in: 'test', find: /\^MCP error -\d+: /g, replace: '^' }],
};
