import { ID, type Json } from '../endpoint.ts';
import type { Gate } from '../gate.ts';
import { toText } from '../results.ts';
import { runTool } from '../tools/run.ts';
import type { Surroundings } from '../tools/tool.ts';
import type { Recent } from './recent.ts';

const ROOT = 'ghl://contacts';
const JSON_TYPE = 'application/json';

/** What stands under a contact's URI, and the tool whose answer it is. */
const PARTS = {
  '': 'get_contact',
  '/tasks': 'list_contact_tasks',
  '/notes': 'list_contact_notes',
  '/appointments': 'list_contact_appointments',
} as const;
const TITLES = {
  '': 'Contact',
  '/tasks': 'Tasks of a contact',
  '/notes': 'Notes of a contact',
  '/appointments': 'Appointments of a contact',
} as const;
type Part = keyof typeof PARTS;

export const STATUS = 'ghl://status';
const status = {
  uri: STATUS,
  name: 'status',
  title: 'Status',
  description: 'Scopes, quota left, breaker, figures of the last day.',
  mimeType: JSON_TYPE,
};

/** Short, one page, sends nothing: several hosts walk it at every start. */
export function listResources(gate: Gate, recent: readonly Recent[]) {
  const offered = (tool: string) => gate.shown.some((t) => t.name === tool);
  const collection = {
    uri: ROOT,
    name: 'contacts',
    title: 'Contacts',
    description: 'The newest contacts. Data from the CRM.',
    mimeType: JSON_TYPE,
  };
  const people = recent.map(({ id, name }) => ({ uri: `${ROOT}/${id}`, name: name ?? id, mimeType: JSON_TYPE }));
  return [...(offered('list_contacts') ? [collection] : []), status, ...(offered('get_contact') ? people : [])];
}

export function listTemplates(gate: Gate) {
  return (Object.keys(PARTS) as Part[])
    .filter((part) => gate.shown.some((tool) => tool.name === PARTS[part]))
    .map((part) => ({
      uriTemplate: `${ROOT}/{contactId}${part}`,
      name: `contact${part.replace('/', '_')}`,
      title: TITLES[part],
      description: `${TITLES[part]}, as ${PARTS[part]} gives it. Data from the CRM.`,
      mimeType: JSON_TYPE,
    }));
}

/** The tool and arguments a URI stands for, or undefined for a URI of no such resource. */
export function resolve(uri: string): { tool: string; args: Json } | undefined {
  if (uri === ROOT) return { tool: 'list_contacts', args: {} };
  const [, id, part = ''] = /^ghl:\/\/contacts\/([^/?#]+)(\/[a-z]+)?$/.exec(uri) ?? [];
  if (id === undefined || !ID.test(id) || !(part in PARTS)) return undefined;
  return { tool: PARTS[part as Part], args: { contactId: id } };
}

/** The resource's JSON: the same text as the tool's answer. */
export async function readResource(uri: string, tool: string, args: Json, around: Surroundings) {
  const found = around.gate.shown.find((t) => t.name === tool);
  if (!found) return undefined;
  const result = await runTool(found, args, around);
  return { result, contents: [{ uri, mimeType: JSON_TYPE, text: toText(result) }] };
}
