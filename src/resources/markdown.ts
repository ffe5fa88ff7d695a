import { isRecord, type Json } from '../lib/json.ts';

// For people to attach. What comes from the CRM is escaped, on one line and never part of a heading of ours.

const SPECIAL = /[\\`*_{}[\]<>#|~!]/g;
const plain = (value: unknown): string => words(value).replace(/\s+/g, ' ').replace(SPECIAL, '\\$&');

/** A value in words: the items of a list, the parts of an object by name; of an object of one part only that. */
function words(value: unknown): string {
  if (Array.isArray(value)) return value.map(words).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).filter(([, part]) => part !== null && part !== undefined);
  return parts.map(([name, part]) => (parts.length === 1 ? words(part) : `${name} ${words(part)}`)).join(', ');
}

/** Items that are no records are passed over: what HighLevel sends is not checked below the root. */
const rows = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const some = (...parts: unknown[]): string => parts.filter((part) => part !== undefined && part !== '').join(' · ');
const shown = (value: unknown, before = ''): string | undefined =>
  value === undefined ? undefined : `${before}${plain(value)}`;

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines.map((line) => `- ${line}`)];

const task = ({ title, status, dueDate, body }: Json) =>
  some(shown(status), shown(title), shown(dueDate, 'due '), shown(body));
const note = ({ dateAdded, title, body }: Json) => some(shown(dateAdded), shown(title), shown(body));
/** A time, and the zone it was read in where it came without one. */
const time = (at: unknown, zone: unknown) =>
  zone === undefined ? shown(at) : `${plain(at)} (${zone === 'unknown' ? 'zone unknown' : plain(zone)})`;
const appointment = ({ startTime, zone, title, status, address, notes }: Json) =>
  some(time(startTime, zone), shown(title), shown(status), shown(address), shown(notes));

function person(contact: Json): string[] {
  const { firstName: _first, lastName: _last, customFields, ...rest } = contact;
  return [
    ...Object.entries(rest).map(([key, value]) => `${key}: ${plain(value)}`),
    ...rows(customFields).map(({ id, value }) => `custom field ${plain(id)}: ${plain(value)}`),
  ];
}

const failures = (failed: unknown): string[] =>
  rows(failed).map(({ part, reason }) => `${part} could not be read: ${plain(reason)}`);

/** The answer of get_contact_overview as a page. */
export function overviewMarkdown({ contact, tasks, notes, coming, past, counts, failed, asOf, notice }: Json): string {
  const { firstName, lastName } = isRecord(contact) ? contact : {};
  const name = [firstName, lastName].filter(Boolean).map(plain).join(' ') || 'Contact';
  return [
    `# ${name}`,
    '',
    `As of ${asOf}. Data from the CRM.`,
    ...(notice ? ['', plain(notice)] : []),
    ...section('Contact', isRecord(contact) ? person(contact) : []),
    ...section('Open and overdue tasks', rows(tasks).map(task)),
    ...section('Latest notes', rows(notes).map(note)),
    ...section('Coming appointments', rows(coming).map(appointment)),
    ...section('Last appointments', rows(past).map(appointment)),
    ...section(
      'How many there are',
      Object.entries((counts ?? {}) as Json).map(([kind, count]) => `${kind}: ${count}`),
    ),
    ...section('Missing', failures(failed)),
    '',
  ].join('\n');
}

/** The answer of get_contact_timeline as a page; the answer does not say whose it is. */
export function timelineMarkdown({ timeline, total, failed, asOf, notice, next }: Json, contactId: string): string {
  const line = ({ at, zone, kind, title, text, status, location }: Json) =>
    some(time(at, zone), kind, shown(title), shown(status), shown(location), shown(text));
  return [
    '# Timeline',
    '',
    `Of contact ${contactId}, as of ${asOf}, newest first. Data from the CRM.`,
    ...(notice ? ['', plain(notice)] : []),
    ...section(`${rows(timeline).length} of ${total}`, rows(timeline).map(line)),
    ...(next ? ['', 'Older rows: get_contact_timeline.'] : []),
    ...section('Missing', failures(failed)),
    '',
  ].join('\n');
}
