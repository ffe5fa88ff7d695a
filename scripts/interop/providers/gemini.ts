import { isDeepStrictEqual } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { Checks } from '../checks.ts';
import type { InteropProgram } from '../program.ts';
import { serverCommand } from '../server-command.ts';
import { recordRequests } from './recorder.ts';
import { type ListedTool, propertyPaths, type Schema, schemasIn } from './schemas.ts';

interface GenAi {
  readonly GoogleGenAI: new (
    config: unknown,
  ) => {
    readonly models: { generateContent(request: unknown): Promise<unknown> };
  };
  mcpToTool(client: unknown): unknown;
}

/** A request to the model, as far as it is about tools. */
interface GeminiRequest {
  readonly tools: readonly { readonly functionDeclarations: readonly Declaration[] }[];
}
interface Declaration {
  readonly name: string;
  readonly parametersJsonSchema?: Schema;
  readonly parameters?: Schema;
}

const ANSWER = { candidates: [{ content: { role: 'model', parts: [{ text: 'Done.' }] }, finishReason: 'STOP' }] };

/** What the model is sent by Google's MCP adapter, and by the older converter to OpenAPI's schemas. */
export const gemini: InteropProgram = {
  name: 'gemini-schemas',
  packages: { '@google/genai': '3.1.0' },
  async run({ load }) {
    const checks = new Checks();
    const { GoogleGenAI, mcpToTool } = await load<GenAi>('@google/genai');
    const recorder = await recordRequests(ANSWER);
    const { models } = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: recorder.url } });
    const generate = (tools: readonly unknown[]) =>
      models.generateContent({ model: 'gemini', contents: 'List my contacts.', config: { tools } });
    const client = new Client({ name: 'interop', version: '0' });
    await client.connect(new StdioClientTransport({ ...serverCommand, stderr: 'ignore' }));
    const listed = (await client.listTools()).tools as readonly ListedTool[];
    await checks.succeeds('a request with MCP tools', () => generate([mcpToTool(client)]));
    const functionDeclarations = listed.map(({ name, inputSchema: parameters }) => ({ name, parameters }));
    await checks.succeeds('a request with parameters', () => generate([{ functionDeclarations }]));
    await client.close();
    recorder.close();
    const [asJsonSchema, asOpenApi] = recorder.bodies.map((body) =>
      (body as GeminiRequest).tools.flatMap((tool) => tool.functionDeclarations),
    );
    for (const tool of listed) checkDeclarations(checks, tool, asJsonSchema, asOpenApi);
    return `${listed.length} tools, ${checks.done()}`;
  },
};

function checkDeclarations(
  checks: Checks,
  { name, inputSchema }: ListedTool,
  asJsonSchema: readonly Declaration[] = [],
  asOpenApi: readonly Declaration[] = [],
): void {
  const unchanged = asJsonSchema.find((each) => each.name === name)?.parametersJsonSchema;
  checks.expect(`${name} is sent unchanged`, isDeepStrictEqual(unchanged, inputSchema), unchanged);
  const converted = asOpenApi.find((each) => each.name === name)?.parameters;
  const paths = propertyPaths(converted ?? {});
  checks.expect(`${name} keeps its properties`, isDeepStrictEqual(paths, propertyPaths(inputSchema)), paths);
  const untyped = schemasIn(converted ?? {}).filter(({ type, anyOf }) => type === undefined && anyOf === undefined);
  checks.expect(`${name} has a type everywhere`, untyped.length === 0, untyped);
}
