import { type CallTool, converse, type McpClient } from './conversation.ts';
import type { Installed } from './packages.ts';
import type { InteropProgram } from './program.ts';
import { serverCommand } from './server-command.ts';

/** Any constructor of a package; what it constructs is declared where it is used. */
type Constructor<T> = new (...args: readonly unknown[]) => T;

const CLIENT_INFO = { name: 'interop', version: '0' };

/** A whole conversation with a client of the first line of the TypeScript SDK. */
async function converseWithFirstLine({ load }: Installed): Promise<string> {
  const sdk = '@modelcontextprotocol/sdk/client';
  const { Client } = await load<{ Client: Constructor<McpClient & FirstLineCalls> }>(`${sdk}/index.js`);
  const { StdioClientTransport } = await load<{ StdioClientTransport: Constructor<unknown> }>(`${sdk}/stdio.js`);
  const client = new Client(CLIENT_INFO);
  await client.connect(new StdioClientTransport({ ...serverCommand, stderr: 'ignore' }));
  return converse(client, (name, args, options) => client.callTool({ name, arguments: args }, undefined, options));
}

type CallResult = ReturnType<CallTool>;
interface FirstLineCalls {
  callTool(params: unknown, resultSchema: undefined, options?: unknown): CallResult;
}
interface SecondLineCalls {
  callTool(params: unknown, options?: unknown): CallResult;
}

/** The same with a client of the second line. It starts the server twice in mode `auto`, to ask for its revision. */
async function converseWithSecondLine({ load }: Installed, mode: 'default' | 'auto'): Promise<string> {
  const { Client } = await load<{ Client: Constructor<McpClient & SecondLineCalls> }>('@modelcontextprotocol/client');
  const { StdioClientTransport } = await load<{ StdioClientTransport: Constructor<unknown> }>(
    '@modelcontextprotocol/client/stdio',
  );
  const client = new Client(CLIENT_INFO, mode === 'auto' ? { versionNegotiation: { mode } } : {});
  await client.connect(new StdioClientTransport({ ...serverCommand, stderr: 'ignore' }));
  return converse(client, (name, args, options) => client.callTool({ name, arguments: args }, options));
}

const firstLine = (name: string, version: string): InteropProgram => ({
  name,
  packages: { '@modelcontextprotocol/sdk': version },
  run: converseWithFirstLine,
});

/** Clients of the official TypeScript SDK. Early ones speak early revisions of the protocol. */
export const sdkClients: readonly InteropProgram[] = [
  firstLine('sdk-client-1.10', '1.10.2'),
  firstLine('sdk-client-1.17', '1.17.5'),
  {
    name: 'sdk-client-2',
    packages: { '@modelcontextprotocol/client': '2.4.0' },
    run: async (installed) => {
      const results = [];
      for (const mode of ['default', 'auto'] as const) {
        results.push(`${await converseWithSecondLine(installed, mode)} (${mode})`);
      }
      return results.join(', ');
    },
  },
];
