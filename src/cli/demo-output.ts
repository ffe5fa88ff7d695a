import { fullName } from '../api/contact-fields.ts';
import { isRecord, type Json, listIn, recordIn, recordsOf, textIn } from '../lib/json.ts';
import { environment } from './config.ts';

const colored = process.stdout.isTTY && !environment.NO_COLOR;
const paint =
  (code: number) =>
  (text: string): string =>
    colored ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = paint(1);
export const dim = paint(2);
const green = paint(32);
const red = paint(31);
const cyan = paint(36);

const WIDTH = 110;
export const clip = (text: unknown, width = WIDTH) => {
  const line = String(text).replace(/\s+/g, ' ');
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
};

export const print = (line = '') => process.stdout.write(`${line}\n`);
export const printHeading = (title: string) => print(`\n${bold(`— ${title}`)}`);
export const printPerson = (message: string) => print(`\n${cyan('You')}  ${message}`);
export const printCall = (tool: string, args: Json) =>
  print(`${dim('  →')}  ${green(tool)} ${dim(clip(JSON.stringify(args)))}`);
export const printResult = (lines: readonly string[], failed: boolean) => {
  for (const line of lines) print(`${dim('  ←')}  ${failed ? red(line) : line}`);
};

const joined = (...parts: unknown[]) =>
  parts.filter((part) => part !== undefined && part !== '' && part !== false).join(' · ');

const contact = (c: Json) => joined(bold(fullName(c)), c.email, c.phone, c.companyName, listIn(c, 'tags').join(', '));
const task = (t: Json) => joined(`${t.completed ? '☑' : '☐'} ${t.title}`, t.dueDate && `due ${t.dueDate}`);
const note = (n: Json) => `“${clip(n.body, 80)}”`;
const event = (e: Json) => joined(e.startTime, e.title, e.appointmentStatus ?? e.status);
const undone = ({ contactName, field, from, to }: Json) =>
  joined(bold(`${contactName}`), `${field}: ${shown(from)} → ${shown(to)}`);
const shown = (value: unknown) => (value === null ? 'none' : Array.isArray(value) ? value.join(', ') : value);
const difference = ({ field, keep, remove }: Json) => `both have ${field}: ${keep} stays, not ${remove}`;
const merge = ({ preview, removed, changes }: Json) => {
  const { filled, moved } = isRecord(changes) ? changes : {};
  const parts = Object.entries(isRecord(moved) ? moved : {}).map(([what, count]) => `${what}: ${count}`);
  const taken = [...(Array.isArray(filled) ? filled : []), ...parts].join(', ');
  const from = isRecord(removed) ? removed.id : '';
  return `${preview ? 'preview, nothing is changed yet: takes over' : 'took over'} ${taken} from ${from}, which ${preview ? 'is then' : 'is'} deleted`;
};
const duplicates = ({ contacts: rows }: Json) =>
  recordsOf(rows)
    .map(({ name, email, phone }) => joined(bold(`${name}`), email, phone))
    .join('  =  ');
const example = (e: Json) => joined(bold(textIn(e, 'name') ?? ''), JSON.stringify(e.changes));

/** Contacts of one result that are shown. */
const MAX_CONTACTS = 5;

const contactLines = (rows: readonly Json[]): string[] => [
  ...rows.slice(0, MAX_CONTACTS).map(contact),
  ...(rows.length > MAX_CONTACTS ? ['…'] : []),
];

/** A result in a few lines for people; the model gets all of it as JSON. */
export function summarize(data: Json): string[] {
  const { contacts, tasks, notes, events, tags, notice } = data;
  const [one, oneTask, oneNote] = ['contact', 'task', 'note'].map((key) => recordIn(data, key));
  const lines = [
    ...(one ? [contact(one), ...details(one)] : []),
    ...contactLines(recordsOf(contacts)),
    ...(oneTask ? [task(oneTask)] : []),
    ...recordsOf(tasks).map(task),
    ...(oneNote ? [note(oneNote)] : []),
    ...recordsOf(notes).map(note),
    ...[...recordsOf(events), ...recordsOf(data.coming), ...recordsOf(data.past)].map(event),
    ...recordsOf(data.groups).map((group) => (group.contacts ? duplicates(group) : joined(group.value, group.count))),
    ...recordsOf(data.differs).map(difference),
    ...recordsOf(data.undone).map(undone),
    ...(data.removed ? [merge(data)] : []),
    ...(data.preview && data.examples
      ? [`preview: ${data.total} contacts, nothing is changed yet`, ...recordsOf(data.examples).map(example)]
      : []),
    ...(data.asked === undefined
      ? []
      : [`${data.asked} asked: ${data.changed} changed, ${data.unchanged} unchanged, ${data.failed} failed`]),
    ...(Array.isArray(tags) ? [`tags now: ${tags.join(', ')}`] : []),
    ...(notice ? [dim(`${notice}`)] : []),
  ];
  return lines.length > 0 ? lines.map((line) => clip(line, WIDTH + 20)) : ['nothing found'];
}

const details = (c: Json) => {
  const rest = joined(c.city, c.type, c.source && `from ${c.source}`, c.assignedToName && `with ${c.assignedToName}`);
  const custom = Object.entries(recordIn(c, 'customFields') ?? {}).map(([name, value]) => `${name}: ${value}`);
  return [rest, custom.join(' · ')].filter(Boolean);
};
