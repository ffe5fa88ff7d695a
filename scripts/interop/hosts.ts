import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Installed } from './packages.ts';
import type { InteropProgram } from './program.ts';
import { serverCommand } from './server-command.ts';

const NAME = 'ghl-contacts';
const { command: node, args } = serverCommand;

interface Host {
  readonly command: string;
  readonly package: string;
  readonly version: string;
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
    package: '@anthropic-ai/claude-code',
    version: '2.1.330',
    // The configuration of the user: that of a project waits for the user's consent.
    file: '.claude.json',
    config: { mcpServers: { [NAME]: { type: 'stdio', command: node, args } } },
    connected: /ghl-contacts: .* Connected/,
  },
  {
    command: 'gemini',
    package: '@google/gemini-cli',
    version: '0.61.0',
    file: '.gemini/settings.json',
    config: { mcpServers: { [NAME]: { command: node, args } } },
    connected: /ghl-contacts: .* Connected/,
    // It starts no server in a folder that is not trusted.
    env: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  },
  {
    command: 'opencode',
    package: 'opencode-ai',
    version: '1.18.33',
    file: 'opencode.json',
    config: { mcp: { [NAME]: { type: 'local', command: [node, ...args] } } },
    connected: /ghl-contacts\W.*connected/,
  },
];

/** In a folder that is the home of the user and a project at once. */
async function listServers({ folder, command }: Installed, host: Host): Promise<string> {
  const cwd = join(folder, 'project');
  const file = join(cwd, host.file);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(host.config));
  const env = { ...serverCommand.env, HOME: cwd, XDG_CONFIG_HOME: cwd, ...host.env };
  const { code, stdout, stderr } = await command(host.command, ['mcp', 'list'], { cwd, env });
  // Gemini CLI prints the list to stderr.
  const output = `${stdout}\n${stderr}`;
  if (code !== 0 || !host.connected.test(output)) throw new Error(`mcp list ended with ${code}: ${output}`);
  return `${host.command} mcp list: connected`;
}

export const hostPrograms: readonly InteropProgram[] = hosts.map((host) => ({
  name: host.command,
  packages: { [host.package]: host.version },
  run: (installed) => listServers(installed, host),
}));
