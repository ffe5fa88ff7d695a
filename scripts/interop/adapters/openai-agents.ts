import type { InteropProgram } from '../program.ts';
import { serverCommand } from '../server-command.ts';
import { exercise } from './exercise.ts';

interface OpenAiAgents {
  readonly MCPServerStdio: new (
    config: unknown,
  ) => {
    connect(): Promise<void>;
    close(): Promise<void>;
    listTools(): Promise<readonly { readonly name: string }[]>;
    callTool(name: string, args: unknown): Promise<unknown>;
  };
}

/** The tools of MCP servers in OpenAI's Agents SDK. */
export const openAiAgents: InteropProgram = {
  name: 'openai-agents',
  packages: { '@openai/agents': '0.20.0', zod: '4.6.7' },
  async run({ load }) {
    const { MCPServerStdio } = await load<OpenAiAgents>('@openai/agents');
    const server = new MCPServerStdio({ name: 'ghl', ...serverCommand });
    await server.connect();
    try {
      const tools = await server.listTools();
      return await exercise({
        names: tools.map(({ name }) => name),
        call: (name, args) => server.callTool(name, args),
      });
    } finally {
      await server.close();
    }
  },
};
