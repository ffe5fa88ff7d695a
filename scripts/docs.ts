import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Endpoint } from '../src/api/endpoint.ts';
import { SETTINGS } from '../src/cli/settings.ts';
import { prompts } from '../src/mcp/prompts/index.ts';
import { FACTS, type Fact, isOpen } from '../src/sandbox/index.ts';
import { DIFFERENCES } from '../src/tools/composite/undo/differences.ts';
import { UNDO_RULES } from '../src/tools/composite/undo/rules.ts';
import { type CompositeTool, scopesOf } from '../src/tools/core/tool.ts';
import { endpoints, families } from '../src/tools/index.ts';
import { demoPicture } from './demo-picture.ts';
import { figures } from './figures.ts';
import { accountTable, hostSections, prerequisites, sandboxInstallation, shortGuide } from './install/guide.ts';
import { labelled } from './packaging/docker.ts';
import { packagingFiles } from './packaging/index.ts';
import { conversations } from './systems.ts';

/** The text for each effect in the table. */
const MARKS = {
  read: 'read',
  create: 'write',
  update: 'write',
  delete: '**delete**',
  enrol: '**may message**',
} as const;

const cell = (text: string) => text.replaceAll('|', '\\|');
const scopes = (tool: Endpoint | CompositeTool) =>
  scopesOf(tool)
    .map((scope) => `\`${scope}\``)
    .join(' ');
const toolRow = (tool: Endpoint | CompositeTool) =>
  `| \`${tool.name}\` | ${MARKS[tool.effect]} | ${scopes(tool)} | ${cell(tool.description)} |`;

const toolTable = Object.entries(families)
  .map(([family, list]) =>
    [`**${family}**`, '', '| tool | does | scope | |', '| --- | --- | --- | --- |', ...list.map(toolRow)].join('\n'),
  )
  .join('\n\n');

const settingsTable = [
  '| setting | meaning (default) |',
  '| --- | --- |',
  ...Object.entries(SETTINGS).map(([name, meaning]) => `| \`${name}\` | ${cell(meaning)} |`),
].join('\n');

const promptTable = [
  '| prompt | arguments | |',
  '| --- | --- | --- |',
  ...prompts.map(
    ({ name, description, arguments: given }) =>
      `| \`${name}\` | ${given.map((argument) => `\`${argument.name}\`${argument.required ? '' : '?'}`).join(' ')} | ${cell(description)} |`,
  ),
].join('\n');

const reconcileTable = [
  '| tool | when its answer is lost, this server |',
  '| --- | --- |',
  ...endpoints.flatMap(({ name, reconcile }) =>
    reconcile ? [`| \`${name}\` | ${cell(reconcile.description)} |`] : [],
  ),
].join('\n');

const undoTable = [
  '| tool | undo_change |',
  '| --- | --- |',
  ...Object.entries(UNDO_RULES).map(([name, { how }]) => `| \`${name}\` | ${cell(how)} |`),
].join('\n');

const differenceTable = [
  '| after the undo of | what differs | fields |',
  '| --- | --- | --- |',
  ...DIFFERENCES.map(({ tools, record, fields, what }) => {
    const after = tools?.map((name) => `\`${name}\``).join(', ') ?? 'any';
    return `| ${after} | ${cell(what)} | of the ${record}: ${fields.map((field) => `\`${field}\``).join(', ')} |`;
  }),
].join('\n');

const factRow = ({ statement, evidence, switch: switchName, check, where }: Fact) =>
  `| ${[statement, evidence, switchName ? `\`${switchName}\`` : '', check ? 'yes' : '', `\`${where.replace('src/sandbox/', '')}\``].map(cell).join(' | ')} |`;
const factTable = (title: string, introduction: string, facts: readonly Fact[]) =>
  [
    `## ${title}`,
    '',
    introduction,
    '',
    '| what the sandbox does | evidence | switch | checked by `doctor --facts` | file |',
    '| --- | --- | --- | --- | --- |',
    ...facts.map(factRow),
  ].join('\n');

const undisputed = FACTS.filter((fact) => !isOpen(fact));
const disputed = FACTS.filter((fact) => isOpen(fact) && fact.source !== 'guess');
const facts = [
  factTable(
    'Measured',
    'Captured from the live API or measured on it, with no conflicting report.',
    undisputed.filter(({ source }) => source === 'recording'),
  ),
  ...(undisputed.some(({ source }) => source === 'documentation')
    ? [
        factTable(
          'Documented',
          'Stated by an official page or description only.',
          undisputed.filter(({ source }) => source === 'documentation'),
        ),
      ]
    : []),
  factTable('Conflicting', 'Measured or documented, but another report disagrees.', disputed),
  factTable(
    'Guessed',
    'Without a source.',
    FACTS.filter(({ source }) => source === 'guess'),
  ),
].join('\n\n');

/** Generated sections of each file, by the name in their markers. */
const GENERATED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'README.md': {
    install: shortGuide(),
    figures: figures(),
  },
  'docs/install.md': { prerequisites: prerequisites(), accounts: accountTable(), hosts: hostSections() },
  'docs/settings.md': { settings: settingsTable },
  'docs/tools.md': { tools: toolTable, prompts: promptTable },
  'docs/writes.md': { reconcile: reconcileTable },
  'docs/undo.md': { rules: undoTable, differences: differenceTable },
  'docs/sandbox.md': { installation: sandboxInstallation() },
  'docs/sandbox-facts.md': { facts },
  'docs/systems.md': { conversations: await conversations() },
};

function fill(text: string, file: string): string {
  return Object.entries(GENERATED[file] ?? {}).reduce((whole, [name, body]) => {
    const [open, close] = [`<!-- ${name}: generated by npm run docs -->`, `<!-- /${name} -->`];
    const [from, to] = [whole.indexOf(open), whole.indexOf(close)];
    if (from < 0 || to < from) throw new Error(`${file} has no section ${name} between ${open} and ${close}`);
    return `${whole.slice(0, from + open.length)}\n${body}\n${whole.slice(to)}`;
  }, text);
}

const texts: (readonly [file: string, before: string | undefined, after: string])[] = [];
for (const file of Object.keys(GENERATED)) {
  const before = await readFile(file, 'utf8');
  texts.push([file, before, fill(before, file)]);
}
for (const [file, content] of Object.entries(packagingFiles())) {
  const before = await readFile(file, 'utf8').catch(() => undefined);
  texts.push([file, before, `${JSON.stringify(content, null, 2)}\n`]);
}

const dockerfile = await readFile('Dockerfile', 'utf8');
texts.push(['Dockerfile', dockerfile, labelled(dockerfile)]);

const PICTURE = 'docs/demo.svg';
texts.push([PICTURE, await readFile(PICTURE, 'utf8').catch(() => undefined), await demoPicture()]);

const check = process.argv.includes('--check');
for (const [file, before, after] of texts) {
  if (after === before) continue;
  if (check) {
    console.error(`${file} is not what the code says. Run: npm run docs`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, after);
    console.log(`${file} written`);
  }
}
