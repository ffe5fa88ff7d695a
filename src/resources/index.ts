import { type Endpoint, isId } from '../api/endpoint.ts';
import { ResourceNotFoundError } from '../lib/errors.ts';
import { type Json, recordIn } from '../lib/json.ts';
import { withinBytes } from '../lib/text.ts';
import { listContacts } from '../tools/contacts.ts';
import { isOffered, type ToolAccess } from '../tools/core/tool-access.ts';
import { MAX_BYTES, toText } from '../tools/core/tool-result.ts';
import { historyMarkdown, overviewMarkdown, timelineMarkdown } from './markdown.ts';
import type { RecentContact } from './recent-contacts.ts';
import { statusResource } from './status.ts';

const ROOT = 'ghl://contacts';
export const JOURNAL_URI = 'ghl://journal';
const JOURNAL_ROWS = 50;
const JSON_TYPE = 'application/json';
const MARKDOWN = 'text/markdown';

/** A resource of one contact: its path below the contact's URI, and the tool that gives its content. */
interface ContactResource {
  readonly path: string;
  readonly tool: string;
  readonly title: string;
  /** Arguments besides the contact. */
  readonly more?: Json;
  /** JSON without it. */
  readonly toMarkdown?: (result: Json, contactId: string) => string;
}

const CONTACT_RESOURCES: readonly ContactResource[] = [
  { path: '', tool: 'get_contact', title: 'Contact' },
  { path: '/tasks', tool: 'list_contact_tasks', title: 'Tasks of a contact' },
  { path: '/notes', tool: 'list_contact_notes', title: 'Notes of a contact' },
  { path: '/appointments', tool: 'list_contact_appointments', title: 'Appointments of a contact' },
  {
    path: '/overview',
    tool: 'get_contact_overview',
    title: 'Overview of a contact',
    toMarkdown: overviewMarkdown,
  },
  {
    path: '/timeline',
    tool: 'get_contact_timeline',
    title: 'Timeline of a contact',
    toMarkdown: timelineMarkdown,
  },
  {
    path: '/history',
    tool: 'list_recent_changes',
    title: 'What this server changed of a contact',
    toMarkdown: historyMarkdown,
    more: { limit: JOURNAL_ROWS },
  },
];

/** The query of a page of contacts. */
const PAGE_ARGUMENTS = ['startAfter', 'startAfterId'] as const;

const journalResource = {
  uri: JOURNAL_URI,
  name: 'journal',
  title: 'Journal',
  description: 'What this server changed, newest first. Data from the CRM.',
  mimeType: JSON_TYPE,
};

/** One short page, and nothing is sent: several hosts read it at every start. */
export function listResources(access: ToolAccess, recent: readonly RecentContact[]) {
  const collection = {
    uri: ROOT,
    name: 'contacts',
    title: 'Contacts',
    description: 'The newest contacts. Data from the CRM.',
    mimeType: JSON_TYPE,
  };
  const contacts = recent.map(({ id, name = id }) => ({ uri: `${ROOT}/${id}`, name, mimeType: JSON_TYPE }));
  return [
    ...(isOffered(access, 'list_contacts') ? [collection] : []),
    statusResource,
    ...(isOffered(access, 'list_recent_changes') ? [journalResource] : []),
    ...(isOffered(access, 'get_contact') ? contacts : []),
  ];
}

export function listTemplates(access: ToolAccess) {
  const page = {
    uriTemplate: `${ROOT}{?${PAGE_ARGUMENTS.join(',')}}`,
    name: 'contacts_page',
    title: 'Page of contacts',
    description: 'A page of contacts; nextUri of the page before names it. Data from the CRM.',
    mimeType: JSON_TYPE,
  };
  const ofContact = CONTACT_RESOURCES.filter(({ tool }) => isOffered(access, tool)).map(
    ({ path, tool, title, toMarkdown }) => ({
      uriTemplate: `${ROOT}/{contactId}${path}`,
      name: `contact${path.replace('/', '_')}`,
      title,
      description: `${title}, as ${tool} gives it. Data from the CRM.`,
      mimeType: toMarkdown ? MARKDOWN : JSON_TYPE,
    }),
  );
  return [...ofContact, ...(isOffered(access, 'list_contacts') ? [page] : [])];
}

function resourceNotFound(): ResourceNotFoundError {
  const paths = CONTACT_RESOURCES.map(({ path }) => path).filter(Boolean);
  return new ResourceNotFoundError(
    `There is no such resource: ghl://contacts, ghl://contacts/{contactId} and below it ${paths.join(', ')}; ghl://status; ghl://journal. A page of contacts is named by nextUri of the page before. Nothing was sent.`,
  );
}

/**
 * The tool call that gives a resource its content, and how the result is formatted. `contactId` is undefined for the
 * collection and its pages.
 * @throws ResourceNotFoundError
 */
export function resolveResource(uri: string) {
  const [, id = '', path = ''] = /^ghl:\/\/contacts\/([^/?#]+)(\/[a-z]+)?$/.exec(uri) ?? [];
  const resource = CONTACT_RESOURCES.find((each) => each.path === path);
  if (resource && isId(id)) {
    const { tool, toMarkdown, more } = resource;
    return {
      tool,
      args: { contactId: id, ...more },
      contactId: id,
      mimeType: toMarkdown ? MARKDOWN : JSON_TYPE,
      // The tool has limited the size of its result; escaping makes Markdown longer.
      format: (result: Json) => (toMarkdown ? withinBytes(toMarkdown(result, id), MAX_BYTES) : toText(result)),
    };
  }
  if (uri === JOURNAL_URI) {
    const args = { allConversations: true, limit: JOURNAL_ROWS };
    return { tool: 'list_recent_changes', args, mimeType: JSON_TYPE, format: toText };
  }
  const args = uri === ROOT ? {} : pageOf(uri, listContacts);
  if (!args) throw resourceNotFound();
  return { tool: 'list_contacts', args, mimeType: JSON_TYPE, format: (result: Json) => toText(withNextUri(result)) };
}

/** The arguments in a page's URI; undefined unless each is there once and the tool accepts them. */
function pageOf(uri: string, { input }: Endpoint): Json | undefined {
  if (!uri.startsWith(`${ROOT}?`)) return undefined;
  const given = [...new URLSearchParams(uri.slice(ROOT.length + 1))];
  const args = Object.fromEntries(given.map(([key, value]) => [key, key === 'startAfter' ? parseWhole(value) : value]));
  const both = given.length === PAGE_ARGUMENTS.length && PAGE_ARGUMENTS.every((key) => key in args);
  return both && input().safeParse(args).success ? args : undefined;
}

const parseWhole = (text: string): number => (/^\d{1,16}$/.test(text) ? Number(text) : Number.NaN);

/** A page holds the URI of the next, because a resource is read without arguments. */
function withNextUri(result: Json): Json {
  const next = recordIn(result, 'next');
  if (!next) return result;
  const query = new URLSearchParams(Object.fromEntries(PAGE_ARGUMENTS.map((key) => [key, String(next[key])])));
  return { ...result, nextUri: `${ROOT}?${query}` };
}
