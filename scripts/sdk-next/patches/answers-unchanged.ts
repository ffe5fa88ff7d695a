import type { Patch } from '../patch.ts';

export const answersUnchanged: Patch = {
  reason: '`Server` would validate the request and the answer of `tools/call` again, and copy the answer',
  edits: [
    {
      in: 'src/mcp/server.ts',
      find: 'class WellFormedServer extends Server {\n',
      replace: `class WellFormedServer extends Server {
  protected override _wrapHandler(...[method, handler]: Parameters<Server['_wrapHandler']>) {
    return method === 'tools/call' ? handler : super._wrapHandler(method, handler);
  }

`,
    },
  ],
};
