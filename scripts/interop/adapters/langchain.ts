import type { InteropProgram } from '../program.ts';
import { serverCommand } from '../server-command.ts';
import { exercise } from './exercise.ts';

interface LangChain {
  readonly MultiServerMCPClient: new (
    config: unknown,
  ) => {
    getTools(): Promise<readonly { readonly name: string; invoke(args: unknown): Promise<unknown> }[]>;
    close(): Promise<void>;
  };
}

/** LangChain's tools from MCP servers. */
export const langchain: InteropProgram = {
  name: 'langchain',
  packages: { '@langchain/mcp-adapters': '1.1.4', '@langchain/core': '1.4.0' },
  async run({ load }) {
    const { MultiServerMCPClient } = await load<LangChain>('@langchain/mcp-adapters');
    const server = { transport: 'stdio', ...serverCommand, stderr: 'ignore' };
    const client = new MultiServerMCPClient({ mcpServers: { ghl: server } });
    const tools = await client.getTools();
    try {
      return await exercise({
        names: tools.map(({ name }) => name),
        call: async (name, args) => tools.find((tool) => tool.name === name)?.invoke(args),
      });
    } finally {
      await client.close();
    }
  },
};
