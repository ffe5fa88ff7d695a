import { fullName } from '../api/contact-name.ts';
import type { Json } from '../lib/json.ts';
import { environment } from './config.ts';

type Paint = (text: string) => string;
const colored = process.stdout.isTTY && !environment.NO_COLOR;
const paint =
  (code: number): Paint =>
  (text) =>
    colored ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = paint(1);
export const dim = paint(2);
export const green = paint(32);
export const red = paint(31);
export const cyan = paint(36);

const WIDTH = 110;
const clip = (text: unknown, width = WIDTH) => {
  const line = String(text).replace(/\s+/g, ' ');
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
};

export const print = (line = '') => process.stdout.write(`${line}\n`);
export const chapter = (title: string) => print(`\n${bold(`— ${title}`)}`);
export const person = (words: string) => print(`\n${cyan('You')}  ${words}`);
export const asks = (tool: string, args: Json) =>
  print(`${dim('  →')}  ${green(tool)} ${dim(clip(JSON.stringify(args)))}`);
export const hears = (lines: readonly string[], failed: boolean) => {
  for (const line of lines) print(`${dim('  ←')}  ${failed ? red(line) : line}`);
};

const joined = (...parts: unknown[]) =>
  parts.filter((part) => part !== undefined && part !== '' && part !== false).join(' · ');
const rows = (value: unknown) => (Array.isArray(value) ? (value as Json[]) : []);

const contact = (c: Json) =>
  joined(bold(fullName(c)), c.email, c.phone, c.companyName, (c.tags as string[] | undefined)?.join(', '));
const task = (t: Json) => joined(`${t.completed ? '☑' : '☐'} ${t.title}`, t.dueDate && `due ${t.dueDate}`);
const note = (n: Json) => `“${clip(n.body, 80)}”`;
const event = (e: Json) => joined(e.startTime, e.title, e.appointmentStatus ?? e.status);
const example = (e: Json) => joined(bold(String(e.name)), JSON.stringify(e.changes));

/** An answer in a few lines for people; the model gets all of it as JSON. */
export function inWords(data: Json): string[] {
  const { contact: one, contacts, task: a, tasks, note: n, notes, events, tags, notice } = data;
  const known = [
    ...(one ? [contact(one as Json), ...details(one as Json)] : []),
    ...rows(contacts).map(contact),
    ...(a ? [task(a as Json)] : []),
    ...rows(tasks).map(task),
    ...(n ? [note(n as Json)] : []),
    ...rows(notes).map(note),
    ...[...rows(events), ...rows(data.coming), ...rows(data.past)].map(event),
    ...rows(data.groups).map((group) => joined(group.value, group.name, group.count)),
    ...(data.preview
      ? [`preview: ${data.total} contacts, nothing is changed yet`, ...rows(data.examples).map(example)]
      : []),
    ...(data.asked === undefined
      ? []
      : [`${data.asked} asked: ${data.done} done, ${data.skipped} skipped, ${data.failed} failed`]),
    ...(Array.isArray(tags) ? [`tags now: ${tags.join(', ')}`] : []),
    ...(notice ? [dim(String(notice))] : []),
  ];
  return known.length > 0 ? known.map((line) => clip(line, WIDTH + 20)) : ['nothing found'];
}

const details = (c: Json) => {
  const rest = joined(
    c.city,
    c.type,
    c.source && `from ${c.source}`,
    rows(c.customFields).length > 0 && `${rows(c.customFields).length} custom fields`,
  );
  return rest ? [rest] : [];
};
