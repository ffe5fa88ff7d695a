import { connect } from '../test/connect.ts';
import { createConversation, type Line } from '../test/systems/conversation.ts';
import { systems } from '../test/systems/index.ts';

/** Ids mean nothing to a reader, and cursors and handles differ in each run. */
const HIDDEN = /"(cursor|handle)":"[^"]*"/g;
const ID = /"[A-Za-z0-9]{20}"|"[0-9a-f]{24}"/g;
const WIDTH = 160;

function argumentsOf(args: object): string {
  const text = JSON.stringify(args).replace(HIDDEN, '"$1":"…"').replace(ID, '"…"');
  return text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text;
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

/** Shows consecutive calls of one tool as one line. */
function folded(lines: readonly Line[]): string[] {
  const tools = lines.map((line) => (line.kind === 'call' ? line.tool : undefined));
  return lines.flatMap((line, i) => {
    if (tools[i] === undefined || tools[i] !== tools[i - 1]) return [lineOf(line)];
    return tools[i] === tools[i + 1] ? [] : [`- \`${tools[i]}\` again`];
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
