import { type Endpoint, ID } from '../api/endpoint.ts';
import { ResourceNotFoundError } from '../lib/errors.ts';
import type { Json } from '../lib/json.ts';
import { withinBytes } from '../lib/text.ts';
import { listContacts } from '../tools/contacts.ts';
import type { ToolAccess } from '../tools/core/tool-access.ts';
import { MAX_BYTES, toText } from '../tools/core/tool-result.ts';
import { overviewMarkdown, timelineMarkdown } from './markdown.ts';
import type { RecentContact } from './recent-contacts.ts';
import { status } from './status.ts';

const ROOT = 'ghl://contacts';
const READ = 'get_contact';
const JSON_TYPE = 'application/json';
const MARKDOWN = 'text/markdown';

/** What stands under a contact's URI: the tool whose answer it is, and how it is written where that is not JSON. */
interface Part {
  readonly path: string;
  readonly tool: string;
  readonly title: string;
  readonly write?: (result: Json, contactId: string) => string;
}

const PARTS: readonly Part[] = [
  { path: '', tool: READ, title: 'Contact' },
  { path: '/tasks', tool: 'list_contact_tasks', title: 'Tasks of a contact' },
  { path: '/notes', tool: 'list_contact_notes', title: 'Notes of a contact' },
  { path: '/appointments', tool: 'list_contact_appointments', title: 'Appointments of a contact' },
  {
    path: '/overview',
    tool: 'get_contact_overview',
    title: 'Overview of a contact',
    write: overviewMarkdown,
  },
  {
    path: '/timeline',
    tool: 'get_contact_timeline',
    title: 'Timeline of a contact',
    write: timelineMarkdown,
  },
];

/** The two arguments by which a page of the collection is named. */
const PAGE = ['startAfter', 'startAfterId'] as const;

const offered = ({ offered: shown }: ToolAccess, tool: string) => shown.some(({ name }) => name === tool);

const personEntry = ({ id, name }: Pick<RecentContact, 'id' | 'name'>) => ({
  uri: `${ROOT}/${id}`,
  name: name ?? id,
  mimeType: JSON_TYPE,
});

/** Short, one page, sends nothing: several hosts walk it at every start. */
export function listResources(access: ToolAccess, recent: readonly RecentContact[]) {
  const collection = {
    uri: ROOT,
    name: 'contacts',
    title: 'Contacts',
    description: 'The newest contacts. Data from the CRM.',
    mimeType: JSON_TYPE,
  };
  return [
    ...(offered(access, 'list_contacts') ? [collection] : []),
    status,
    ...(offered(access, READ) ? recent.map(personEntry) : []),
  ];
}

export function listTemplates(access: ToolAccess) {
  const page = {
    uriTemplate: `${ROOT}{?${PAGE.join(',')}}`,
    name: 'contacts_page',
    title: 'Page of contacts',
    description: 'A page of contacts; nextUri of the page before names it. Data from the CRM.',
    mimeType: JSON_TYPE,
  };
  const parts = PARTS.filter(({ tool }) => offered(access, tool)).map(({ path, tool, title, write }) => ({
    uriTemplate: `${ROOT}/{contactId}${path}`,
    name: `contact${path.replace('/', '_')}`,
    title,
    description: `${title}, as ${tool} gives it. Data from the CRM.`,
    mimeType: write ? MARKDOWN : JSON_TYPE,
  }));
  return [...parts, ...(offered(access, 'list_contacts') ? [page] : [])];
}

/** What a URI stands for. */
export interface Target {
  readonly tool: string;
  readonly args: Json;
  /** The contact it is about; undefined for the collection and its pages. */
  readonly contactId?: string;
  readonly mimeType: string;
  readonly write: (result: Json) => string;
}

function noSuchResource(): ResourceNotFoundError {
  const below = PARTS.map(({ path }) => path).filter(Boolean);
  return new ResourceNotFoundError(
    `There is no such resource: ghl://contacts, ghl://contacts/{contactId} and below it ${below.join(', ')}; ghl://status. A page of contacts is named by nextUri of the page before. Nothing was sent.`,
  );
}

/** @throws NoSuchResource */
export function resolve(uri: string): Target {
  const [, id = '', path = ''] = /^ghl:\/\/contacts\/([^/?#]+)(\/[a-z]+)?$/.exec(uri) ?? [];
  const part = PARTS.find((each) => each.path === path);
  if (part && ID.test(id)) {
    const { tool, write = toText } = part;
    return {
      tool,
      args: { contactId: id },
      contactId: id,
      mimeType: part.write ? MARKDOWN : JSON_TYPE,
      // JSON is small enough as the tool gave it; Markdown grows by what is escaped.
      write: (result) => (part.write ? withinBytes(write(result, id), MAX_BYTES) : write(result, id)),
    };
  }
  const args = uri === ROOT ? {} : pageOf(uri, listContacts);
  if (!args) throw noSuchResource();
  return { tool: 'list_contacts', args, mimeType: JSON_TYPE, write: (result) => toText(withNextUri(result)) };
}

/** The arguments of a page's URI: both, once each, and as the tool itself takes them. */
function pageOf(uri: string, { input }: Endpoint): Json | undefined {
  if (!uri.startsWith(`${ROOT}?`)) return undefined;
  const given = [...new URLSearchParams(uri.slice(ROOT.length + 1))];
  const args = Object.fromEntries(given.map(([key, value]) => [key, key === 'startAfter' ? whole(value) : value]));
  const both = given.length === PAGE.length && PAGE.every((key) => key in args);
  return both && input.safeParse(args).success ? args : undefined;
}

const whole = (text: string): number => (/^\d{1,16}$/.test(text) ? Number(text) : Number.NaN);

/** A page names the URI of the next, so that readers of resources need no arguments. */
function withNextUri(result: Json): Json {
  if (typeof result.next !== 'object' || result.next === null) return result;
  const next = result.next as Record<string, unknown>;
  const query = new URLSearchParams(Object.fromEntries(PAGE.map((key) => [key, String(next[key])])));
  return { ...result, nextUri: `${ROOT}?${query}` };
}
