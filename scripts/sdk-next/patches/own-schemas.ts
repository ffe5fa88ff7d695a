import type { Patch } from '../patch.ts';

export const ownSchemas: Patch = {
  reason: 'a handler with a schema of its own gets the parameters, and takes the schema of the parameters',
  edits: [
    {
      in: 'src/mcp/server.ts',
      find: 'async ({ params: { name, arguments: args } }: z.infer<typeof ToolCallRequest>, extra: Extra)',
      replace: "async ({ name, arguments: args }: z.infer<typeof ToolCallRequest>['params'], extra: Extra)",
    },
    {
      in: 'src/mcp/server.ts',
      find: /( *)\/\/ The method of `Server` would .*\n.*Protocol\.prototype\.setRequestHandler.*\n/g,
      replace: "$1server.setRequestHandler('tools/call', { params: ToolCallRequest.shape.params }, callTool);\n",
    },
    {
      in: 'src/mcp/server.ts',
      find: 'setRequestHandler(PromptRequest, ({ params: { name, arguments: args = {} } }, ctx) =>',
      replace:
        "setRequestHandler('prompts/get', { params: PromptRequest.shape.params }, ({ name, arguments: args = {} }, ctx) =>",
    },
    { in: 'src/mcp/server.ts', find: /, Protocol\b|\bProtocol, /g, replace: '' },
  ],
};
