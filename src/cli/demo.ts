import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import pkg from '../../package.json' with { type: 'json' };
import type { Json } from '../lib/json.ts';

import { noValidator } from '../mcp/no-schema-validator.ts';
import { asks, bold, chapter, dim, hears, inWords, person, print } from './demo-output.ts';

/** A conversation with one server, printed as it goes. */
interface Talk {
  call(tool: string, args: Json): Promise<Json>;
  close(): Promise<void>;
}

/** Starts this very program as a host would, and speaks MCP with it over stdio. */
async function talk(env: Record<string, string>): Promise<Talk> {
  const client = new Client({ name: 'demo', version: pkg.version }, { jsonSchemaValidator: noValidator });
  const args = [process.argv[1] as string, '--sandbox'];
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args,
      env: { LOG_LEVEL: 'warn', ...env },
      stderr: 'inherit',
    }),
  );
  const { tools } = await client.listTools();
  print(dim(`     connected over stdio: ${client.getServerVersion()?.title}, ${tools.length} tools`));
  return {
    async call(tool, given) {
      asks(tool, given);
      const result = await client.callTool({ name: tool, arguments: given });
      const [text] = result.content as { text: string }[];
      hears(result.isError ? [text?.text ?? ''] : inWords(result.structuredContent as Json), result.isError === true);
      return (result.structuredContent ?? {}) as Json;
    },
    close: () => client.close(),
  };
}

const firstId = (data: Json, key: string) => String((data[key] as Json[] | undefined)?.[0]?.id ?? '');
const idOf = (data: Json, key: string) => String((data[key] as Json | undefined)?.id ?? '');

/** A morning at the front desk, told by a real MCP client. */
export async function runDemo(): Promise<void> {
  print(bold('ghl-contacts-mcp: a conversation in the sandbox (invented people, nothing leaves this machine)'));
  const desk = await talk({ GHL_TIMEZONE: 'America/Chicago' });
  const maria = await findMaria(desk);
  await welcomeNora(desk);
  await tagTheFleet(desk);
  await desk.close();
  await readOnly(maria);
  print(`\n${bold('That is all of it.')} To put it into your own host, see "Your host" in README.md.\n`);
}

async function findMaria(desk: Talk): Promise<string> {
  chapter('Find a person and see everything about them');
  person('What do we know about Maria?');
  const contactId = firstId(await desk.call('search_contacts', { query: 'maria', pageLimit: 3 }), 'contacts');
  await desk.call('get_contact_overview', { contactId });
  person('Note down that she prefers mornings.');
  await desk.call('create_contact_note', { contactId, body: 'Prefers appointments in the morning.' });
  return contactId;
}

async function welcomeNora(desk: Talk): Promise<void> {
  chapter('A new person, a task, a tag');
  person('Nora Whitfield just called: 512-555-0188, nora@whitfield.example. Call her back Tuesday at 9.');
  const nora = { firstName: 'Nora', lastName: 'Whitfield', phone: '(512) 555-0188', email: 'nora@whitfield.example' };
  const contactId = idOf(await desk.call('create_contact', nora), 'contact');
  const task = { contactId, title: 'Call Nora back', dueDate: nextTuesdayAtNine() };
  const taskId = idOf(await desk.call('create_contact_task', task), 'task');
  person('I reached her. Tag her as a lead.');
  await desk.call('set_contact_task_completed', { contactId, taskId, completed: true });
  await desk.call('add_contact_tags', { contactId, tags: ['Lead'] });
  chapter('The same person once more');
  person('New contact: N. Whitfield, 512-555-0188.');
  await desk.call('create_contact', { name: 'N. Whitfield', phone: '+15125550188' });
}

async function tagTheFleet(desk: Talk): Promise<void> {
  chapter('Many at once: what changes is shown before it happens');
  person('How many contacts do we have, and from where?');
  await desk.call('count_contacts', { groupBy: 'source' });
  person('Tag everyone with an email address for the winter offer.');
  const change = { filters: [{ field: 'email', operator: 'exists' }], addTags: ['winter offer'] };
  await desk.call('bulk_update_contacts', change);
  person('Yes, go on.');
  await desk.call('bulk_update_contacts', { ...change, confirm: true });
}

async function readOnly(contactId: string): Promise<void> {
  chapter('The same server, allowed to read only: the default for a real account');
  const guest = await talk({ GHL_SCOPES: 'contacts.readonly' });
  person('Delete Maria.');
  await guest.call('find_duplicate_contact', { email: 'maria.lopez@northshoremed.example' });
  await guest.call('delete_contact', { contactId });
  await guest.close();
}

/** A local time, as a person says it; the server reads it in the zone of its setting. */
function nextTuesdayAtNine(): string {
  const day = new Date();
  day.setUTCDate(day.getUTCDate() + ((9 - day.getUTCDay()) % 7 || 7));
  return `${day.toISOString().slice(0, 10)}T09:00`;
}
