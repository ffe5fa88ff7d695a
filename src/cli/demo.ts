import { listIn, recordIn, rowsIn, textIn } from '../lib/json.ts';
import { connectToSandbox } from './demo-client.ts';
import { bold, dim, print, printCall, printHeading, printPerson, printResult, summarize } from './demo-output.ts';
import { findMaria, idOf, mergeNora, type Stage, tagTheFleet, undoMistake, welcomeNora } from './demo-scenes.ts';

interface Connection extends Stage {
  readonly close: () => Promise<void>;
}

const SCENES = [findMaria, welcomeNora, undoMistake, mergeNora, tagTheFleet];

/** Prints each call and its result. */
async function connect(env: Record<string, string>): Promise<Connection> {
  const { client, server, close } = await connectToSandbox({ LOG_LEVEL: 'warn', ...env });
  const tools = listIn(await client.request('tools/list'), 'tools');
  print(dim(`     connected over stdio: ${textIn(server, 'title')}, ${tools.length} tools`));
  return {
    heading: printHeading,
    person: printPerson,
    async call(tool, toolArguments) {
      printCall(tool, toolArguments);
      const result = await client.request('tools/call', { name: tool, arguments: toolArguments });
      const data = recordIn(result, 'structuredContent') ?? {};
      const [text] = rowsIn(result, 'content');
      const isError = result.isError === true;
      printResult(isError ? [textIn(text, 'text') ?? ''] : summarize(data), isError);
      return data;
    },
    close,
  };
}

/** Prints a conversation with this server over MCP. */
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
