import { CLAUDE_CODE, GEMINI_CLI, prepareProject, SERVER } from './host-project.ts';
import type { Installed } from './packages.ts';
import type { InteropProgram } from './program.ts';
import { serverCommand } from './server-command.ts';

const { command: node, args } = serverCommand;

interface Host {
  readonly command: string;
  readonly packages: Readonly<Record<string, string>>;
  /** The file in the folder of a project where the host finds its servers. */
  readonly file: string;
  readonly config: object;
  /** What it prints about a server that answered. */
  readonly connected: RegExp;
  readonly env?: Readonly<Record<string, string>>;
}

/** Command lines whose `mcp list` starts each server and waits for its answer to `initialize`. They need no account. */
const hosts: readonly Host[] = [
  {
    command: 'claude',
    packages: CLAUDE_CODE,
    // The configuration of the user: that of a project waits for the user's consent.
    file: '.claude.json',
    config: { mcpServers: { [SERVER]: { type: 'stdio', command: node, args } } },
    connected: /ghl-contacts: .* Connected/,
  },
  {
    command: 'gemini',
    packages: GEMINI_CLI,
    file: '.gemini/settings.json',
    config: { mcpServers: { [SERVER]: { command: node, args } } },
    connected: /ghl-contacts: .* Connected/,
    // It starts no server in a folder that is not trusted.
    env: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  },
  {
    command: 'opencode',
    packages: { 'opencode-ai': '1.18.33' },
    file: 'opencode.json',
    config: { mcp: { [SERVER]: { type: 'local', command: [node, ...args] } } },
    connected: /ghl-contacts\W.*connected/,
  },
];

async function listServers(installed: Installed, host: Host): Promise<string> {
  const { cwd, env } = await prepareProject(installed, 'project', host.file, JSON.stringify(host.config));
  const options = { cwd, env: { ...env, ...host.env } };
  const { code, stdout, stderr } = await installed.command(host.command, ['mcp', 'list'], options);
  // Gemini CLI prints the list to stderr.
  const output = `${stdout}\n${stderr}`;
  if (code !== 0 || !host.connected.test(output)) throw new Error(`mcp list ended with ${code}: ${output}`);
  return `${host.command} mcp list: connected`;
}

export const hostPrograms: readonly InteropProgram[] = hosts.map((host) => ({
  name: host.command,
  packages: host.packages,
  run: (installed) => listServers(installed, host),
}));
