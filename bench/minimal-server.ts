import { build } from 'esbuild';

/** A minimal SDK server: one tool, one `fetch`, the text of the answer. Bundled like ours. */
const SOURCE = `
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
const { GHL_BASE_URL, GHL_API_KEY } = process.env;
const server = new Server({ name: 'minimal', version: '0' }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [{ name: 'get_contact', inputSchema: { type: 'object', properties: { contactId: { type: 'string' } } } }] }));
server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
  const answer = await fetch(GHL_BASE_URL + '/contacts/' + params.arguments.contactId, { headers: { authorization: 'Bearer ' + GHL_API_KEY, version: '2021-07-28' } });
  return { content: [{ type: 'text', text: await answer.text() }] };
});
await server.connect(new StdioServerTransport());
`;

/** Builds the minimal server into `dist`, so that it runs like ours; returns its path. */
export async function buildMinimalServer(): Promise<string> {
  const outfile = 'dist/bench-minimal-server.mjs';
  await build({
    stdin: { contents: SOURCE, resolveDir: process.cwd(), loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    minify: true,
    banner: { js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);" },
    logLevel: 'warning',
  });
  return outfile;
}
