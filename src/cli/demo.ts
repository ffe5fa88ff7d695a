import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import pkg from '../../package.json' with { type: 'json' };
import { isRecord, type Json, recordIn, recordsOf, rowsIn, textIn } from '../lib/json.ts';
import { noValidator } from '../mcp/no-schema-validator.ts';
import { bold, dim, print, printCall, printHeading, printPerson, printResult, summarize } from './demo-output.ts';

type Connection = Awaited<ReturnType<typeof connect>>;

/** Starts this program as a host would, and connects to it over stdio; prints each call and its result. */
async function connect(env: Record<string, string>) {
  const client = new Client({ name: 'demo', version: pkg.version }, { jsonSchemaValidator: noValidator });
  const program = { command: process.execPath, args: [process.argv[1] as string, '--sandbox'] };
  await client.connect(new StdioClientTransport({ ...program, env: { LOG_LEVEL: 'warn', ...env }, stderr: 'inherit' }));
  const { tools } = await client.listTools();
  print(dim(`     connected over stdio: ${client.getServerVersion()?.title}, ${tools.length} tools`));
  return {
    async call(tool: string, toolArguments: Json): Promise<Json> {
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

const idOf = (data: Json, key: string) => textIn(recordIn(data, key), 'id') ?? '';

/** Prints a conversation between a real MCP client and this server. */
export async function runDemo(): Promise<void> {
  print(bold('ghl-contacts-mcp: a conversation in the sandbox (invented people, nothing leaves this machine)'));
  const server = await connect({ GHL_TIMEZONE: 'America/Chicago' });
  await findMaria(server);
  await welcomeNora(server);
  await undoMistake(server);
  await mergeNora(server);
  await tagTheFleet(server);
  await server.close();
  await readOnly();
  print(`\n${bold('That is all of it.')} To put it into your own host, see "Install" in README.md.\n`);
}

async function findMaria(server: Connection): Promise<void> {
  printHeading('A person by name, and everything about them');
  const contactId = 'Maria Lopez';
  printPerson(`What do we know about ${contactId}?`);
  await server.call('get_contact_overview', { contactId });
  printPerson('Her frame size is 54. Note down that she prefers mornings.');
  await server.call('update_contact', { contactId, customFields: [{ field: 'Frame size', value: 54 }] });
  await server.call('create_contact_note', { contactId, body: 'Prefers appointments in the morning.' });
}

async function welcomeNora(server: Connection): Promise<void> {
  printHeading('A new person, a task, a tag');
  printPerson('Nora Whitfield just called: 512-555-0188, nora@whitfield.example. Dana calls her back Tuesday at 9.');
  const nora = { firstName: 'Nora', lastName: 'Whitfield', phone: '(512) 555-0188', email: 'nora@whitfield.example' };
  await server.call('create_contact', nora);
  const contactId = nora.email;
  const task = { contactId, title: 'Call Nora back', dueDate: nextTuesdayAtNine(), assignedTo: 'Dana Whitfield' };
  const taskId = idOf(await server.call('create_contact_task', task), 'task');
  printPerson('I reached her. Tag her as a lead.');
  await server.call('set_contact_task_completed', { contactId, taskId, completed: true });
  await server.call('add_contact_tags', { contactId, tags: ['Lead'] });
  printHeading('The same person once more');
  printPerson('New contact: N. Whitfield, 512-555-0188.');
  await server.call('create_contact', { name: 'N. Whitfield', phone: '+15125550188' });
}

async function undoMistake(server: Connection): Promise<void> {
  printHeading('A wrong change, taken back');
  printPerson('Maria has a new number, 312-555-0199, and is no longer a VIP.');
  await server.call('update_contact', { contactId: 'Maria Lopez', phone: '312-555-0199', tags: ['commuter'] });
  printPerson('That was another Maria. Undo that.');
  await server.call('undo_change', { changeId: 'last' });
}

async function mergeNora(server: Connection): Promise<void> {
  printHeading('Two records of one person, merged');
  printPerson('Nora Whitfield wrote from n.whitfield@north.example: she would like a test ride.');
  const second = { firstName: 'Nora', lastName: 'Whitfield', email: 'n.whitfield@north.example', city: 'Evanston' };
  const remove = idOf(await server.call('create_contact', second), 'contact');
  await server.call('create_contact_note', { contactId: remove, body: 'Would like a test ride.' });
  printPerson('Is anybody in there twice?');
  const { groups } = await server.call('find_duplicates', {});
  const [group] = recordsOf(groups);
  const keep = rowsIn(group ?? {}, 'contacts')
    .map(({ id }) => id)
    .find((id) => id !== remove);
  printPerson('Merge them, and keep the first one.');
  const { next } = await server.call('merge_contacts', { keep, remove });
  printPerson('Yes, go on.');
  await server.call('merge_contacts', isRecord(next) ? next : {});
}

async function tagTheFleet(server: Connection): Promise<void> {
  printHeading('Many at once: what changes is shown before it happens');
  printPerson('How many contacts do we have, and from where?');
  await server.call('count_contacts', { groupBy: 'source' });
  printPerson('Tag everyone with an email address for the winter offer.');
  const change = { filters: [{ field: 'email', operator: 'exists' }], addTags: ['winter offer'] };
  await server.call('bulk_update_contacts', change);
  printPerson('Yes, continue.');
  await server.call('bulk_update_contacts', { ...change, confirm: true });
}

async function readOnly(): Promise<void> {
  printHeading('The same server, allowed to read only: the default for a real account');
  const server = await connect({ GHL_SCOPES: 'contacts.readonly' });
  printPerson('Delete Maria.');
  const maria = await server.call('find_duplicate_contact', { email: 'maria.lopez@northshoremed.example' });
  await server.call('delete_contact', { contactId: idOf(maria, 'contact') });
  await server.close();
}

/** A local time without offset; the server reads it in the zone of its setting. */
function nextTuesdayAtNine(): string {
  const day = new Date();
  day.setUTCDate(day.getUTCDate() + ((9 - day.getUTCDay()) % 7 || 7));
  return `${day.toISOString().slice(0, 10)}T09:00`;
}
