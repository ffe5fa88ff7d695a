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

const NODE = `You need Node.js ${pkg.engines.node.replace('>=', '')} or newer (\`node -v\`; nodejs.org).`;
const BUILD = 'npm install && npm run build';
const NPX_DOWNLOADS = '`npx` downloads the program at its first start.';

const npxWords = (platform: NodeJS.Platform) => {
  const { command, args } = npxLaunch(platform);
  return [command, ...args];
};

const windows = () => {
  const { command, args } = documentedLaunch('win32');
  return `On Windows the command is \`${formatJson(command)}\` and \`args\` are \`${formatJson(args)}\`.`;
};

const inShell = () => {
  const { command, args } = documentedLaunch();
  return `Where this page says \`${pkg.name}\`, run \`${shellCommand([command, ...args])}\`.`;
};

/** How the program is installed and named, before and after the first release. */
export const prerequisites = (): string => {
  const onNpm = PUBLISHED ? '' : ` Once the package is on npm it will be \`${shellCommand(npxWords('win32'))}\`.`;
  return [
    ...(PUBLISHED
      ? [`${NODE} ${NPX_DOWNLOADS}`]
      : [
          `${NODE} The package is not on npm yet, so install it from a clone of the repository:`,
          fence('sh', BUILD),
          `Replace \`/path/to/${pkg.name}\` below by the path of your clone.`,
        ]),
    `${windows()}${onNpm}`,
    inShell(),
  ].join('\n\n');
};

/** How another project gets the sandbox. */
export const sandboxInstallation = (): string => {
  const command = (what: string) => shellCommand(['npm', 'install', '--save-dev', what]);
  return PUBLISHED
    ? fence('sh', command(pkg.name))
    : `The package is not on npm yet. Run \`${BUILD}\` in a clone of the repository, and in your project:\n\n${fence('sh', command(`/path/to/${pkg.name}`))}`;
};

const numbered = (items: readonly string[]) =>
  items.map((item, i) => `${i + 1}. ${item.replace(/\n(?=.)/g, '\n   ')}`).join('\n');

const paragraphs = (...all: readonly string[]) => all.join('\n\n');

/** The five steps to the first question in Claude Desktop, and where the other hosts are described. */
export function shortGuide(): string {
  const [host, ...others] = HOSTS;
  if (!host) throw new Error('There is no host');
  const path = PUBLISHED ? '' : `, and the folder of step 1 in place of \`/path/to/${pkg.name}\``;
  const steps = numbered([
    PUBLISHED
      ? `**Install Node.js.** ${NODE} ${NPX_DOWNLOADS}`
      : `**Install the server.** ${NODE} The package is not on npm yet: download this repository, open a terminal in its folder and run \`${BUILD}\`.`,
    '**Create a token.** In HighLevel open the sub-account (not the agency view), go to Settings > Private Integrations, create an integration and tick View Contacts. Copy the token, and the location id: it follows `/location/` in the address bar. A location is a sub-account.',
    paragraphs(
      `**Configure ${host.name}.** Paste this into ${fileText(host)}; ${host.open}. Put in your token and location id${path}. If the file has content already, add \`ghl\` to its \`mcpServers\` and keep the rest.`,
      configuration(host, ACCOUNTS.token),
      windows(),
    ),
    `**Restart it.** ${host.restart}. Settings > Developer then shows \`ghl\` as running.`,
    '**Ask:** “How many contacts do I have?”',
  ]);
  const links = others.map(({ name }) => `[${name}](docs/install.md#${anchor(name)})`).join(', ');
  return paragraphs(
    steps,
    `\`${pkg.name} setup\` does the same in the hosts that it finds on your computer: it asks for the token, stores it in the keychain of your system, and shows each change before it makes it. ${inShell()}`,
    `Other hosts: ${links}. [Bundles, plugins and containers](docs/install.md#bundles-plugins-and-containers).`,
  );
}

const anchor = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
