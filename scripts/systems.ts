import { connect } from '../test/connect.ts';
import { createConversation, type Line } from '../test/systems/conversation.ts';
import { systems } from '../test/systems/index.ts';

/** Ids mean nothing to a reader, and cursors and handles differ in each run. */
const HIDDEN = /"(cursor|handle)":"[^"]*"/g;
const ID = /"[A-Za-z0-9]{20}"|"[0-9a-f]{24}"/g;
const WIDTH = 320;
/** A longer run of calls of one tool is shown as its first call and a count. */
const MAX_CALLS = 3;

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const firstOf = (_key: string, value: unknown) =>
  isList(value) && value.length > 1 ? [value[0], `… ${value.length - 1} more`] : value;

/** The arguments as JSON; of long ones each list has its first item only. */
function argumentsOf(args: object): string {
  const all = JSON.stringify(args);
  const text = all.length > WIDTH ? JSON.stringify(args, firstOf) : all;
  return text.replace(HIDDEN, '"$1":"…"').replace(ID, '"…"');
}

function lineOf(line: Line): string {
  switch (line.kind) {
    case 'call':
      return `- \`${line.tool}\` \`${argumentsOf(line.args)}\``;
    case 'user':
      return `\n**You:** ${line.text}\n`;
    case 'assistant':
      return `\n**Assistant:** ${line.text}\n`;
    case 'event':
      return `\n*${line.text}*\n`;
  }
}

/** Shows a long run of calls of one tool as its first call and the number of the others. */
function folded(lines: readonly Line[]): string[] {
  const tools = lines.map((line) => (line.kind === 'call' ? line.tool : undefined));
  return lines.flatMap((line, i) => {
    const tool = tools[i];
    if (tool === undefined) return [lineOf(line)];
    const first = tools.findLastIndex((each, at) => at < i && each !== tool) + 1;
    const after = tools.findIndex((each, at) => at > i && each !== tool);
    const calls = (after < 0 ? tools.length : after) - first;
    if (calls <= MAX_CALLS || i === first) return [lineOf(line)];
    return i === first + 1 ? [`- \`${tool}\` ${calls - 1} times more, for other records`] : [];
  });
}

/** Each flow of the five systems as a conversation, run in a sandbox of its own at a fixed time. */
export async function conversations(): Promise<string> {
  const parts: string[] = [];
  for (const { name, about, flows } of systems) {
    parts.push(`## ${name}`, about);
    for (const { title, run } of flows) {
      const { conversation, lines } = createConversation(await connect({ confirm: 'on' }));
      await run(conversation);
      parts.push(
        `### ${title}`,
        folded(lines)
          .join('\n')
          .replace(/\n{3,}/g, '\n\n')
          .trim(),
      );
    }
  }
  return parts.join('\n\n');
}
