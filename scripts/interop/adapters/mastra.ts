import type { InteropProgram } from '../program.ts';
import { serverCommand } from '../server-command.ts';
import { exercise } from './exercise.ts';

interface Mastra {
  readonly MCPClient: new (
    config: unknown,
  ) => {
    listToolsets(): Promise<{ readonly ghl?: Readonly<Record<string, MastraTool>> }>;
    disconnect(): Promise<void>;
    __setLogger(logger: object): void;
  };
}
interface MastraTool {
  execute(args: unknown, context: object): Promise<unknown>;
}

/** Mastra's tools from MCP servers. */
export const mastra: InteropProgram = {
  name: 'mastra',
  packages: { '@mastra/mcp': '2.0.0', '@mastra/core': '1.71.0', zod: '4.6.7' },
  async run({ load }) {
    const { MCPClient } = await load<Mastra>('@mastra/mcp');
    const client = new MCPClient({ servers: { ghl: { ...serverCommand, stderr: 'ignore' } } });
    // It prints the errors of tools, one of which is expected.
    const { noopLogger } = await load<{ noopLogger: object }>('@mastra/core/logger');
    client.__setLogger(noopLogger);
    try {
      const { ghl: tools = {} } = await client.listToolsets();
      return await exercise({
        names: Object.keys(tools),
        call: async (name, args) => tools[name]?.execute(args, {}),
      });
    } finally {
      await client.disconnect();
    }
  },
};
