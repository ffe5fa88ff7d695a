import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import type { ToolSpec } from '../src/api/endpoint.ts';
import type { Json } from '../src/lib/json.ts';
import type { SandboxData } from '../src/sandbox/index.ts';
import { toolDefinition } from '../src/tools/core/tool-schema.ts';
import { tools } from '../src/tools/index.ts';
import { type Connected, connect, textOf } from '../test/connect.ts';

/** Number of o200k tokens of a text, or of another value as JSON. */
export const tokens = (value: unknown): number =>
  encode(typeof value === 'string' ? value : JSON.stringify(value)).length;

const shown = tools.map((tool) => ({ tool, face: toolDefinition(tool) }));
/** The families that are not endpoints of the Contacts API. */
export const OTHERS = ['lookups', 'flows'];
const read = (wanted: (tool: ToolSpec & { family: string }) => boolean) =>
  shown
    .filter(({ tool }) => wanted(tool))
    .map(({ face: { name, description, inputSchema } }) => ({ name, description, inputSchema }));

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly bound: number;
}

/** What a model reads of the tool list: names, descriptions and input schemas; output schemas are counted separately. */
export const listFigures = (): Figure[] => [
  {
    what: 'the 32 endpoints of the Contacts API',
    value: tokens(read((tool) => !OTHERS.includes(tool.family))),
    bound: 4_800,
  },
  {
    what: 'the ten endpoints that read',
    value: tokens(read((tool) => !OTHERS.includes(tool.family) && tool.effect === 'read')),
    bound: 1_600,
  },
  { what: 'the lookups', value: tokens(read((tool) => tool.family === 'lookups')), bound: 850 },
  { what: 'the composite tools', value: tokens(read((tool) => tool.family === 'flows')), bound: 3_400 },
  { what: 'all tools', value: tokens(read(() => true)), bound: 8_650 },
  { what: 'the output schemas of all tools', value: tokens(shown.map(({ face }) => face.outputSchema)), bound: 3_200 },
];

const contactsOf = async ({ call }: Connected, args: Json): Promise<Json[]> =>
  (await call('search_contacts', args)).contacts as Json[];
const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;

/** A hundred contacts: copies of the seeded ones, each with its own email and phone. */
function hundredContacts(people: readonly Json[]): SandboxData {
  const contacts = Array.from({ length: 100 }, (_, i) => {
    const { id: _id, ...person } = people[i % people.length] ?? {};
    const again = Math.floor(i / people.length) || '';
    const phone = person.phone && String(person.phone).replace(/.$/, String(Math.floor(i / people.length)));
    const email = person.email && String(person.email).replace('@', `${again}@`);
    return { ...person, ...(phone ? { phone } : {}), ...(email ? { email } : {}) };
  });
  return { contacts } as SandboxData;
}

/** What a model reads of typical results: the text half; the structured half has the same content. */
export async function answerFigures(): Promise<Figure[]> {
  const connected = await connect();
  const read = async (contactId: unknown) =>
    connected.client.callTool({ name: 'get_contact', arguments: { contactId } });
  const people = await contactsOf(connected, { pageLimit: 500 });
  const whole = await Promise.all(people.map(({ id }) => read(id)));
  const fieldsOf = (result: Json) =>
    Object.keys((result.structuredContent as { contact: Json }).contact.customFields ?? {}).length;
  const plain = whole.filter((result) => fieldsOf(result) === 0).map((result) => tokens(textOf(result)));
  const eight = whole.filter((result) => fieldsOf(result) === 8).map((result) => tokens(textOf(result)));
  const page = await connect({ sandbox: { data: hundredContacts(people) } });
  const list = await page.client.callTool({ name: 'list_contacts', arguments: { limit: 100 } });
  const rows = (list.structuredContent as { contacts: Json[] }).contacts.length;
  return [
    { what: 'one contact, median of the seeded ones', value: median(plain.sort((a, b) => a - b)), bound: 250 },
    { what: 'one contact with eight custom fields', value: Math.max(...eight), bound: 450 },
    { what: `${rows} contacts in one page, text half`, value: tokens(textOf(list)), bound: 7_500 },
    { what: `${rows} contacts in one page, structured half`, value: tokens(list.structuredContent), bound: 7_500 },
  ];
}
