import pkg from '../../package.json' with { type: 'json' };
import { templateFor } from '../../src/cli/setup/host-files.ts';
import { HOSTS, type Host } from '../../src/cli/setup/hosts.ts';
import { documentedLaunch, npxLaunch, PUBLISHED } from '../../src/cli/setup/launch.ts';
import { ACCOUNTS, configuration, fence, formatJson, shellCommand } from './snippets.ts';

const PLATFORMS = [
  ['macOS', 'darwin'],
  ['Windows', 'win32'],
  ['Linux', 'linux'],
] as const;

function fileText({ file }: Host): string {
  if (typeof file === 'string') return `\`${file}\``;
  return PLATFORMS.map(([name, platform]) => `\`${templateFor(file, platform)}\` (${name})`).join(', ');
}

/** VS Code asks for the token and stores it. Source: code.visualstudio.com/docs/agents/reference/mcp-configuration. */
const vsCodeInputs = (host: Host) => [
  'VS Code can also ask for the token and store it outside the file. Agents that VS Code runs through Copilot CLI start no server with such an input:',
  configuration(
    host,
    { ...ACCOUNTS.token, env: { ...ACCOUNTS.token.env, GHL_API_KEY: `\${input:ghl-key}` } },
    { inputs: [{ type: 'promptString', id: 'ghl-key', description: 'HighLevel token', password: true }] },
  ),
];

const token = (host: Host) => ['With the token in the file, in place of `login`:', configuration(host, ACCOUNTS.token)];

/** Further ways to give a host an account. */
const MORE: Readonly<Record<string, (host: Host) => readonly string[]>> = {
  'claude-desktop': token,
  vscode: vsCodeInputs,
};

/** The badge of a one-click install works once the package is on npm: an address cannot contain the path of a clone. */
const links = ({ name, link }: Host) => (PUBLISHED && link ? [`[Add to ${name}](${link(ACCOUNTS.login)})`] : []);

function hostSection(host: Host): string {
  const { name, open, install, restart } = host;
  return [
    `### ${name}`,
    ...links(host),
    ...(install ? [`One command:`, fence('sh', shellCommand(install(ACCOUNTS.login)))] : []),
    `${install ? 'Or in' : 'In'} ${fileText(host)}${open ? `; ${open}` : ''}:`,
    configuration(host, ACCOUNTS.login),
    ...(MORE[host.id]?.(host) ?? []),
    `${restart}.`,
  ].join('\n\n');
}

export const hostSections = (): string => HOSTS.map(hostSection).join('\n\n');

const onOneLine = (value: unknown) => formatJson(value).replace(/\s+/g, ' ');

/** The three accounts as entries of a host that uses the common form. */
export const accountTable = (): string =>
  [
    '| account | the entry has |',
    '| --- | --- |',
    '| signed in with `login` (recommended) | neither token nor location |',
    `| token in the file | \`"env": ${onOneLine(ACCOUNTS.token.env)}\` |`,
    '| sandbox: invented people, no account | `"--sandbox"` as the last of `args` |',
  ].join('\n');

/** How the program is installed and named, before and after the first release. */
export const prerequisites = (): string => {
  const { command, args } = documentedLaunch();
  const windows = documentedLaunch('win32');
  const node = `You need Node.js ${pkg.engines.node.replace('>=', '')} or newer (\`node -v\`; nodejs.org).`;
  const onNpm = PUBLISHED ? '' : ` Once the package is on npm it will be \`${shellCommand(npxWords('win32'))}\`.`;
  return [
    ...(PUBLISHED
      ? [`${node} \`npx\` downloads the program at its first start.`]
      : [
          `${node} The package is not on npm yet, so install it from a clone of the repository:`,
          fence('sh', 'npm install && npm run build'),
          `Replace \`/path/to/${pkg.name}\` below by the path of your clone.`,
        ]),
    `On Windows the command is \`${formatJson(windows.command)}\` and \`args\` are \`${formatJson(windows.args)}\`.${onNpm}`,
    `Where this page says \`${pkg.name}\`, run \`${shellCommand([command, ...args])}\`.`,
  ].join('\n\n');
};

const npxWords = (platform: NodeJS.Platform) => {
  const { command, args } = npxLaunch(platform);
  return [command, ...args];
};

/** Claude Desktop with an account, and where the other hosts are described. */
export function shortGuide(): string {
  const [first, ...others] = HOSTS;
  if (!first) throw new Error('There is no host');
  const anchor = (name: string) =>
    name
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-');
  return [
    prerequisites(),
    `\`${pkg.name} setup\` adds the server to the hosts on your computer: it signs in, shows each change and makes it when you agree.`,
    `By hand, in ${first.name} (${first.open}):`,
    configuration(first, ACCOUNTS.token),
    `${first.restart}. The token and the location are those of [your account](#your-account). To try the server with invented people and no account, use \`"--sandbox"\` as the last of \`args\` and leave \`env\` out.`,
    `Other hosts: ${others.map(({ name }) => `[${name}](docs/install.md#${anchor(name)})`).join(', ')}.`,
  ].join('\n\n');
}
