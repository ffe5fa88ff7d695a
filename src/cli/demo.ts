import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import pkg from '../../package.json' with { type: 'json' };
import type { Json } from '../endpoint.ts';
import { noValidator } from '../no-validator.ts';

const color = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number) => (text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
const [bold, dim, green, red, cyan] = [1, 2, 32, 31, 36].map(paint) as [Paint, Paint, Paint, Paint, Paint];
type Paint = (text: string) => string;

const print = (line = '') => process.stdout.write(`${line}\n`);
const chapter = (title: string) => print(`\n${bold(`— ${title}`)}`);
const person = (words: string) => print(`\n${cyan('You')}  ${words}`);

/** One line an answer, cut for the screen; the model gets all of it. */
const WIDTH = 150;
const clip = (text: string) => (text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text);

/** A conversation with one server, printed as it goes. */
interface Talk {
  call(tool: string, args: Json): Promise<Json>;
  close(): Promise<void>;
}

async function talk(env: Record<string, string>): Promise<Talk> {
  const client = new Client({ name: 'demo', version: pkg.version }, { jsonSchemaValidator: noValidator });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [process.argv[1] as string, '--sandbox'],
      env,
      stderr: 'inherit',
    }),
  );
  const { tools } = await client.listTools();
  print(
    dim(
      `     connected to ${client.getServerVersion()?.name} ${client.getServerVersion()?.version} over stdio, ${tools.length} tools`,
    ),
  );
  return {
    async call(tool, args) {
      print(`${dim('  →')}  ${green(tool)} ${dim(clip(JSON.stringify(args)))}`);
      const result = await client.callTool({ name: tool, arguments: args });
      const text = (result.content as { text: string }[]).map((part) => part.text).join('\n');
      for (const line of text.split('\n').slice(0, 6))
        print(`${dim('  ←')}  ${result.isError ? red(line) : clip(line)}`);
      return (result.structuredContent ?? {}) as Json;
    },
    close: () => client.close(),
  };
}

const first = (data: Json, key: string): Json => ((data[key] as Json[] | undefined)?.[0] ?? {}) as Json;
const idOf = (data: Json, key: string): string => String((data[key] as Json | undefined)?.id ?? '');

/** The story of a morning at the front desk, told by a real MCP client over stdio. */
export async function runDemo(): Promise<void> {
  print(bold('ghl-contacts-mcp: a conversation in the sandbox (invented people, nothing leaves this machine)'));
  const desk = await talk({ GHL_TIMEZONE: 'America/Chicago' });
  try {
    await findMaria(desk);
    await welcomeNora(desk);
  } finally {
    await desk.close();
  }
  await readOnly();
  print(`\n${bold('That is all of it.')} Put it into your host: see "Your host" in README.md.\n`);
}

async function findMaria(desk: Talk): Promise<void> {
  chapter('Find a person and see everything about them');
  person('What do we know about Maria?');
  const maria = first(await desk.call('search_contacts', { query: 'maria', pageLimit: 3 }), 'contacts');
  const contactId = String(maria.id);
  await desk.call('get_contact', { contactId });
  await desk.call('list_contact_tasks', { contactId });
  await desk.call('list_contact_notes', { contactId, limit: 2 });
  await desk.call('list_contact_appointments', { contactId });
  person('Note down that she prefers mornings.');
  await desk.call('create_contact_note', { contactId, body: 'Prefers appointments in the morning.' });
}

async function welcomeNora(desk: Talk): Promise<void> {
  chapter('A new person, a task, a tag');
  person(
    'Nora Whitfield just called, 512-555-0188, nora@whitfield.example. Put her in and call her back Tuesday at 9.',
  );
  const nora = {
    firstName: 'Nora',
    lastName: 'Whitfield',
    phone: '(512) 555-0188',
    email: 'nora@whitfield.example',
    source: 'phone call',
  };
  const contactId = idOf(await desk.call('create_contact', nora), 'contact');
  const task = await desk.call('create_contact_task', { contactId, title: 'Call Nora back', dueDate: nextTuesday() });
  person('Done, I reached her. Tag her as a lead.');
  await desk.call('set_contact_task_completed', { contactId, taskId: idOf(task, 'task'), completed: true });
  await desk.call('add_contact_tags', { contactId, tags: ['Lead'] });
  chapter('The same person again');
  person('New contact: N. Whitfield, 512-555-0188.');
  await desk.call('create_contact', { name: 'N. Whitfield', phone: '+15125550188' });
}

async function readOnly(): Promise<void> {
  chapter('The same server, allowed to read only (the default for a real account)');
  const guest = await talk({ GHL_SCOPES: 'contacts.readonly' });
  person('Delete everyone tagged "lead".');
  const found = await guest.call('search_contacts', {
    filters: [{ field: 'tags', operator: 'eq', value: 'lead' }],
    pageLimit: 2,
  });
  await guest.call('delete_contact', { contactId: String(first(found, 'contacts').id) });
  await guest.close();
}

/** Local time, as a person says it: the server reads it in the zone of the setting. */
function nextTuesday(): string {
  const day = new Date();
  day.setUTCDate(day.getUTCDate() + ((9 - day.getUTCDay()) % 7 || 7));
  return `${day.toISOString().slice(0, 10)}T09:00`;
}
