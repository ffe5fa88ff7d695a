// A minimal SDK server: one tool, one global fetch, the text of the answer.
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const { GHL_BASE_URL, GHL_API_KEY } = process.env;
const headers = { authorization: `Bearer ${GHL_API_KEY}`, version: '2021-07-28' };
const inputSchema = { type: 'object', properties: { contactId: { type: 'string' } } } as const;
const server = new Server({ name: 'minimal', version: '0' }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [{ name: 'get_contact', inputSchema }] }));
server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
  const answer = await fetch(`${GHL_BASE_URL}/contacts/${params.arguments?.contactId}`, { headers });
  return { content: [{ type: 'text', text: await answer.text() }] };
});
await server.connect(new StdioServerTransport());
