import type { Patch } from '../patch.ts';

export const requestContext: Patch = {
  reason: 'what belongs to a request is in `ctx.mcpReq`',
  edits: [
    { in: 'src/mcp', find: /\bextra\.signal\b/g, replace: 'extra.mcpReq.signal' },
    {
      in: 'src/mcp/protocol.ts',
      find: '({ _meta, sendNotification }: Extra)',
      replace: '({ mcpReq: { _meta, notify } }: Extra)',
    },
    { in: 'src/mcp/protocol.ts', find: 'void sendNotification(', replace: 'void notify(' },
  ],
};
