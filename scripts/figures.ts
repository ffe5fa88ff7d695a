import { OTHERS, tokens } from '../bench/tokens.ts';
import { SCOPES, type Scope } from '../src/api/scopes.ts';
import { FACTS } from '../src/sandbox/index.ts';
import { resolveToolAccess } from '../src/tools/core/tool-access.ts';
import { toolDefinition } from '../src/tools/core/tool-schema.ts';
import { tools } from '../src/tools/index.ts';

/** How many tools a host is offered, and what a model reads of them: names, descriptions and input schemas. */
function toolList(scopes: readonly Scope[]): string {
  const { offered } = resolveToolAccess(tools, scopes);
  const size = tokens(
    offered.map(toolDefinition).map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
  );
  return `${offered.length} tools (about ${(Math.round(size / 100) * 100).toLocaleString('en-US')} tokens)`;
}

/** What the README claims in numbers, and where a reader can check it. */
export function figures(): string {
  const endpoints = tools.filter(({ family }) => !OTHERS.includes(family));
  const recorded = FACTS.filter(({ source }) => source === 'recording').length;
  return [
    '| claim | figure | check it |',
    '| --- | --- | --- |',
    `| Covers the Contacts API | ${endpoints.length} endpoints, each a tool | [table of tools](docs/tools.md#tools) |`,
    `| Leaves room for the conversation | ${toolList(['contacts.readonly'])} when it only reads contacts, ${toolList(SCOPES)} with every scope | \`npm run docs\` counts it |`,
    `| Tested against what HighLevel is known to do | ${FACTS.length} facts in the sandbox, ${recorded} of them from recordings of the live API | [list with evidence](docs/sandbox-facts.md) |`,
  ].join('\n');
}
