import { Checks } from '../checks.ts';
import type { Installed } from '../packages.ts';
import type { InteropProgram } from '../program.ts';
import { serverCommand } from '../server-command.ts';
import { recordRequests } from './recorder.ts';
import { type ListedTool, propertyPaths, type Schema, schemasIn } from './schemas.ts';

interface McpServer {
  connect(): Promise<void>;
  close(): Promise<void>;
  listTools(): Promise<readonly ListedTool[]>;
}
interface Agents {
  readonly Agent: new (config: unknown) => object;
  readonly MCPServerStdio: new (config: unknown) => McpServer;
  readonly OpenAIResponsesModel: new (client: object, model: string) => object;
  run(agent: object, input: string): Promise<unknown>;
  setTracingDisabled(disabled: boolean): void;
}

/** A request to the model, as far as it is about tools. */
interface OpenAiRequest {
  readonly tools: readonly OpenAiTool[];
}
interface OpenAiTool {
  readonly name: string;
  readonly parameters: Schema;
  readonly strict: boolean;
}

const content = [{ type: 'output_text', text: 'Done.', annotations: [] }];
const ANSWER = {
  id: 'response',
  object: 'response',
  model: 'gpt',
  status: 'completed',
  output: [{ id: 'message', type: 'message', role: 'assistant', status: 'completed', content }],
  usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
};

/** Limits of OpenAI's API. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const MAX_TOOLS = 128;

/** What an agent of OpenAI's SDK sends to the model, with its schemas as they are and converted to strict ones. */
async function runAgent({ load }: Installed, convertSchemasToStrict: boolean): Promise<string> {
  const checks = new Checks();
  const { Agent, MCPServerStdio, OpenAIResponsesModel, run, setTracingDisabled } = await load<Agents>('@openai/agents');
  const { OpenAI } = await load<{ OpenAI: new (config: unknown) => object }>('openai');
  // Traces are sent to OpenAI.
  setTracingDisabled(true);
  const recorder = await recordRequests(ANSWER);
  const server = new MCPServerStdio({ name: 'ghl', ...serverCommand });
  await server.connect();
  const model = new OpenAIResponsesModel(new OpenAI({ apiKey: 'none', baseURL: recorder.url }), 'gpt');
  const agent = new Agent({ name: 'agent', model, mcpServers: [server], mcpConfig: { convertSchemasToStrict } });
  await checks.succeeds('a turn of the agent', () => run(agent, 'List my contacts.'));
  const listed = await server.listTools();
  await server.close();
  recorder.close();
  const sent = (recorder.bodies[0] as OpenAiRequest | undefined)?.tools ?? [];
  checks.expect('the number of tools', sent.length === listed.length && sent.length <= MAX_TOOLS, sent.length);
  for (const tool of listed) {
    const converted = sent.find(({ name }) => name === tool.name);
    checks.expect(`${tool.name} is sent`, converted !== undefined && NAME.test(tool.name));
    if (converted) checkTool(checks, tool, converted);
  }
  const strict = sent.filter((tool) => tool.strict).length;
  return `${strict} of ${sent.length} tools strict, ${checks.done()}`;
}

function checkTool(checks: Checks, { name, inputSchema }: ListedTool, { parameters, strict }: OpenAiTool): void {
  const [before, after] = [propertyPaths(inputSchema), propertyPaths(parameters)];
  checks.expect(`${name} keeps its properties`, before.join() === after.join(), after);
  const [root, ...inner] = schemasIn(parameters);
  const isEmpty = ({ type, properties = {} }: Schema) => type === 'object' && Object.keys(properties).length === 0;
  checks.expect(`${name} has no inner object that a model cannot fill`, !inner.some(isEmpty), parameters);
  const objects = [root ?? {}, ...inner].filter(({ type }) => type === 'object');
  const isClosed = ({ properties = {}, required = [], additionalProperties }: Schema) =>
    additionalProperties === false && Object.keys(properties).every((key) => required.includes(key));
  checks.expect(`${name} has strict objects if it is strict`, !strict || objects.every(isClosed), parameters);
  const lists = schemasIn(parameters).filter(({ type }) => type === 'array');
  checks.expect(
    `${name} says what its lists contain`,
    lists.every(({ items }) => items !== undefined),
    parameters,
  );
}

export const openAi: InteropProgram = {
  name: 'openai-schemas',
  packages: { '@openai/agents': '0.20.0', openai: '7.57.0', zod: '4.6.7' },
  run: async (installed) => {
    const asListed = await runAgent(installed, false);
    return `${asListed}; converted: ${await runAgent(installed, true)}`;
  },
};
