import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import pkg from '../../package.json' with { type: 'json' };
import { isRecord, rowsIn, textIn } from '../lib/json.ts';
import { noValidator } from '../mcp/no-schema-validator.ts';
import { bold, dim, print, printCall, printHeading, printPerson, printResult, summarize } from './demo-output.ts';
import { findMaria, idOf, mergeNora, type Stage, tagTheFleet, undoMistake, welcomeNora } from './demo-scenes.ts';

interface Connection extends Stage {
  readonly close: () => Promise<void>;
}

const SCENES = [findMaria, welcomeNora, undoMistake, mergeNora, tagTheFleet];

/** Starts this program as a host would, and connects to it over stdio; prints each call and its result. */
async function connect(env: Record<string, string>): Promise<Connection> {
  const client = new Client({ name: 'demo', version: pkg.version }, { jsonSchemaValidator: noValidator });
  const program = { command: process.execPath, args: [process.argv[1] as string, '--sandbox'] };
  await client.connect(new StdioClientTransport({ ...program, env: { LOG_LEVEL: 'warn', ...env }, stderr: 'inherit' }));
  const { tools } = await client.listTools();
  print(dim(`     connected over stdio: ${client.getServerVersion()?.title}, ${tools.length} tools`));
  return {
    heading: printHeading,
    person: printPerson,
    async call(tool, toolArguments) {
      printCall(tool, toolArguments);
      const { isError = false, ...result } = await client.callTool({ name: tool, arguments: toolArguments });
      const data = isRecord(result.structuredContent) ? result.structuredContent : {};
      const [text] = rowsIn(result, 'content');
      printResult(isError ? [textIn(text, 'text') ?? ''] : summarize(data), isError === true);
      return data;
    },
    close: () => client.close(),
  };
}

/** Prints a conversation between a real MCP client and this server. */
export async function runDemo(): Promise<void> {
  print(bold('ghl-contacts-mcp: a conversation in the sandbox (invented people, nothing leaves this machine)'));
  const server = await connect({ GHL_TIMEZONE: 'America/Chicago' });
  for (const scene of SCENES) await scene(server);
  await server.close();
  await readOnly();
  print(`\n${bold('That is all of it.')} To put it into your own host, see "Set up" in README.md.\n`);
}

async function readOnly(): Promise<void> {
  printHeading('The same server, allowed to read only: the default for a real account');
  const server = await connect({ GHL_SCOPES: 'contacts.readonly' });
  printPerson('Delete Maria.');
  const maria = await server.call('find_duplicate_contact', { email: 'maria.lopez@northshoremed.example' });
  await server.call('delete_contact', { contactId: idOf(maria, 'contact') });
  await server.close();
}
