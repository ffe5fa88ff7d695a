import { isRecord, type Json, recordsOf } from '../lib/json.ts';
import { namingOf } from '../tools/core/named-ids.ts';

// Text for people to attach. Values from the CRM are escaped and on one line, so that none can look like a heading.

const SPECIAL = /[\\`*_{}[\]<>#|~!]/g;
const escaped = (value: unknown): string => asText(value).replace(/\s+/g, ' ').replace(SPECIAL, '\\$&');

/** The items of a list, the members of an object with their names; of an object of one member only its value. */
function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(', ');
  if (!isRecord(value)) return String(value);
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return members
    .map(([name, member]) => (members.length === 1 ? asText(member) : `${name} ${asText(member)}`))
    .join(', ');
}

const joined = (...parts: unknown[]): string => parts.filter((part) => part !== undefined && part !== '').join(' · ');
const field = (value: unknown, before = ''): string | undefined =>
  value === undefined ? undefined : `${before}${escaped(value)}`;

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines.map((line) => `- ${line}`)];

const task = ({ title, status, dueDate, assignedToName, body }: Json) =>
  joined(field(status), field(title), field(dueDate, 'due '), field(assignedToName, 'for '), field(body));
const note = ({ dateAdded, userName, title, body }: Json) =>
  joined(field(dateAdded), field(userName, 'by '), field(title), field(body));
/** A time. One without an offset says that its zone is not known. */
const time = (at: unknown, zone: unknown) => (zone === undefined ? field(at) : `${escaped(at)} (zone unknown)`);
const appointment = ({ startTime, zone, title, status, address, notes }: Json) =>
  joined(time(startTime, zone), field(title), field(status), field(address), field(notes));

const lines = (values: Json): string[] =>
  Object.entries(values).map(([key, value]) => `${escaped(key)}: ${escaped(value)}`);

/** The fields of a contact, without the ids that it shows by name. */
function contactLines(contact: Json): string[] {
  const isNamed = ([key]: [string, unknown]) => Object.hasOwn(contact, namingOf(key)?.shown ?? '');
  const { firstName: _first, lastName: _last, customFields: _custom, ...rest } = contact;
  return lines(Object.fromEntries(Object.entries(rest).filter((entry) => !isNamed(entry))));
}

const failures = (failed: unknown): string[] =>
  recordsOf(failed).map(({ part, reason }) => `${part} could not be read: ${escaped(reason)}`);

/** The result of get_contact_overview as Markdown. */
export function overviewMarkdown({ contact, tasks, notes, coming, past, counts, failed, asOf, notice }: Json): string {
  const person = isRecord(contact) ? contact : {};
  const { firstName, lastName, customFields } = person;
  const name = [firstName, lastName].filter(Boolean).map(escaped).join(' ') || 'Contact';
  return [
    `# ${name}`,
    '',
    `As of ${asOf}. Data from the CRM.`,
    ...(notice ? ['', escaped(notice)] : []),
    ...section('Contact', contactLines(person)),
    ...section('Custom fields', lines(isRecord(customFields) ? customFields : {})),
    ...section('Open and overdue tasks', recordsOf(tasks).map(task)),
    ...section('Latest notes', recordsOf(notes).map(note)),
    ...section('Coming appointments', recordsOf(coming).map(appointment)),
    ...section('Last appointments', recordsOf(past).map(appointment)),
    ...section(
      'How many there are',
      Object.entries(isRecord(counts) ? counts : {}).map(([kind, count]) => `${kind}: ${count}`),
    ),
    ...section('Missing', failures(failed)),
    '',
  ].join('\n');
}

/** The result of get_contact_timeline as Markdown; the result does not name the contact. */
export function timelineMarkdown({ timeline, total, failed, asOf, notice, next }: Json, contactId: string): string {
  const line = ({ at, zone, ahead, kind, title, text, status, location }: Json) =>
    joined(time(at, zone), ahead && 'ahead', kind, field(title), field(status), field(location), field(text));
  return [
    '# Timeline',
    '',
    `Of contact ${contactId}, as of ${asOf}, newest first. Data from the CRM.`,
    ...(notice ? ['', escaped(notice)] : []),
    ...section(`${recordsOf(timeline).length} of ${total}`, recordsOf(timeline).map(line)),
    ...(next ? ['', 'Older rows: get_contact_timeline.'] : []),
    ...section('Missing', failures(failed)),
    '',
  ].join('\n');
}

/** The result of list_recent_changes for one contact as Markdown. */
export function historyMarkdown({ changes, notice, next }: Json, contactId: string): string {
  const rows = recordsOf(changes);
  const [name] = rows.flatMap(({ contactName }) => contactName ?? []);
  return [
    `# History of ${name === undefined ? `contact ${contactId}` : escaped(name)}`,
    '',
    'What this server changed, newest first. Data from the CRM.',
    ...(notice ? ['', escaped(notice)] : []),
    ...section(
      'Changes',
      rows.map((row) => historyLine(row, contactId)),
    ),
    ...(rows.length === 0 ? ['', 'None.'] : []),
    ...(next ? ['', 'Older changes: list_recent_changes.'] : []),
    '',
  ].join('\n');
}

function historyLine(
  { at, tool, host, outcome, reason, changes, contacts, notStored, fields, id }: Json,
  contactId: string,
) {
  const own = recordsOf(contacts).find((contact) => contact.contactId === contactId);
  return joined(
    field(at),
    field(tool),
    field(host, 'by '),
    ...recordsOf(own?.changes ?? changes).map(changeText),
    field(fields, 'fields '),
    field(notStored, 'not stored: '),
    outcome === 'done' ? undefined : field([outcome, reason].filter(Boolean).join(', ')),
    field(id, 'change '),
  );
}

/** `city: Austin → Houston` */
const changeText = (change: Json): string => {
  const value = (key: 'old' | 'new') => (key in change ? escaped(change[key] ?? 'empty') : 'unknown');
  return `${escaped(change.field)}: ${value('old')} → ${value('new')}`;
};
