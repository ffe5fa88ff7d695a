import type { Patch } from '../patch.ts';

export const missingResource: Patch = {
  reason: 'the code for a missing resource is -32602 for every client: the package replaces -32002',
  edits: [
    { in: 'src/mcp/protocol.ts', find: '-32002', replace: '-32602' },
    { in: 'test', find: /-32002/g, replace: '-32602' },
  ],
};
