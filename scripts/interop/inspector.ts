import { Checks } from './checks.ts';
import type { Installed } from './packages.ts';
import type { InteropProgram } from './program.ts';
import type { Output } from './run-command.ts';
import { serverCommand } from './server-command.ts';

/** Exit codes of the Inspector. */
const OK = 0;
const PROTOCOL_ERROR = 1;
const TOOL_ERROR = 5;

async function inspect({ command, folder }: Installed): Promise<string> {
  const checks = new Checks();
  const run = (method: string, ...args: readonly string[]): Promise<Output> => {
    const target = ['--', serverCommand.command, ...serverCommand.args];
    const all = ['--cli', '--format', 'json', '--method', method, ...args, ...target];
    // Its catalogue of servers stays out of the folder of the person who runs it.
    return command('mcp-inspector', all, { env: { ...serverCommand.env, MCP_CATALOG_PATH: `${folder}/catalog.json` } });
  };
  /** Runs a method that must end with a code. Returns what it printed. */
  const ends = async (expected: number, method: string, ...args: readonly string[]): Promise<Output> => {
    const output = await run(method, ...args);
    const what = `${method} ${args.join(' ')} ends with ${expected}`;
    checks.expect(what, output.code === expected, `${output.code} ${output.stderr} ${output.stdout}`);
    return output;
  };
  await checkLists(checks, ends);
  await checkCalls(ends);
  return checks.done();
}

type Ends = (code: number, method: string, ...args: readonly string[]) => Promise<Output>;

async function checkLists(checks: Checks, ends: Ends): Promise<void> {
  // Strict exists for tools only. It writes every problem with the portability of a schema to stderr.
  const { stdout, stderr } = await ends(OK, 'tools/list', '--strict');
  checks.expect('no error and no warning about a schema', stderr.trim() === '', stderr);
  checks.expect('no finding about a schema', !stdout.includes('schemaFindings'));
  await ends(OK, 'initialize');
  await ends(OK, 'initialize', '--protocol-era', 'auto');
  const lists = {
    'resources/list': 'resources',
    'resources/templates/list': 'resourceTemplates',
    'prompts/list': 'prompts',
  };
  for (const [method, key] of Object.entries(lists)) {
    const list = await ends(OK, method);
    checks.expect(`${method} has rows`, ((resultOf(list)[key] ?? []) as unknown[]).length > 0, list.stdout);
  }
}

async function checkCalls(ends: Ends): Promise<void> {
  const call = (code: number, name: string, args: object) =>
    ends(code, 'tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(args));
  const found = await call(OK, 'search_contacts', { query: 'maria', pageLimit: 1 });
  const { contacts } = resultOf(found).structuredContent as { contacts: readonly { id: string }[] };
  const contactId = contacts[0]?.id ?? '';
  await call(OK, 'get_contact_overview', { contactId });
  await call(TOOL_ERROR, 'get_contact_overview', { contactId: 'x'.repeat(20) });
  await call(TOOL_ERROR, 'get_contact_overview', {});
  await ends(OK, 'resources/read', '--uri', 'ghl://contacts');
  await ends(OK, 'resources/read', '--uri', `ghl://contacts/${contactId}/overview`);
  await ends(OK, 'resources/read', '--uri', 'ghl://status');
  await ends(PROTOCOL_ERROR, 'resources/read', '--uri', `ghl://contacts/${'x'.repeat(20)}`);
  const contact = 'contact=maria.lopez@northshoremed.example';
  await ends(OK, 'prompts/get', '--prompt-name', 'contact_dashboard', '--prompt-args', contact);
  await ends(PROTOCOL_ERROR, 'prompts/get', '--prompt-name', 'no_such_prompt');
}

/** What `--format json` prints. */
const resultOf = ({ stdout }: Output): Record<string, unknown> => JSON.parse(stdout).result;

/** The MCP project's own inspector, on the command line. */
export const inspector: InteropProgram = {
  name: 'inspector',
  packages: { '@modelcontextprotocol/inspector': '2.12.0' },
  run: inspect,
};
