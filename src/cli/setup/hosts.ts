import type { Json } from '../../lib/json.ts';
import { ALIAS, type ServerEntry } from './launch.ts';

/** The path of a person's file, by platform where it differs; `host-files.ts` expands `~` and `%APPDATA%`. */
export type PathTemplate = string | Readonly<Record<'darwin' | 'win32' | 'linux', string>>;

/** A program that runs MCP servers, and how it is configured for one person. */
export interface Host {
  readonly id: string;
  readonly name: string;
  readonly format: 'json' | 'toml';
  readonly file: PathTemplate;
  /** A folder that exists where the host is installed; undefined if it is the file's. */
  readonly folder?: string;
  /** Where the file has the object of its servers by name. */
  readonly key: string;
  /** What the host expects under the name of a server. */
  readonly entry: (server: ServerEntry) => Json;
  /** A command of the host that does the same, as its words; undefined where there is none. */
  readonly install?: (server: ServerEntry) => readonly string[];
  /** A page of the host's maker that opens the host, which asks whether to install the server. */
  readonly link?: (server: ServerEntry) => string;
  /** How a person opens the file, or where the host has a form for it. */
  readonly open?: string;
  /** What a person does for the change to take effect. */
  readonly restart: string;
}

/** Where the operating systems store the settings of applications. */
const applicationFile = (...parts: readonly string[]): PathTemplate => ({
  darwin: `~/Library/Application Support/${parts.join('/')}`,
  win32: `%APPDATA%\\${parts.join('\\')}`,
  linux: `~/.config/${parts.join('/')}`,
});

const withEnv = (key: string, env: ServerEntry['env']): Json => (Object.keys(env).length === 0 ? {} : { [key]: env });

const common = ({ command, args, env }: ServerEntry): Json => ({ command, args, ...withEnv('env', env) });
const stdio = (server: ServerEntry): Json => ({ type: 'stdio', ...common(server) });

/** GitHub and npm show links to `https:` only, so the host's own scheme is left to the page. */
const installPage = (page: string, config: string): string =>
  `${page}?name=${ALIAS}&config=${encodeURIComponent(config)}`;

/** `--env A=1 --env B=2`, or with another name of the option. */
const envOptions = (env: ServerEntry['env'], option = '--env') =>
  Object.entries(env).flatMap(([name, value]) => [option, `${name}=${value}`]);

/** Every host with a known format, in the order of the documentation. Sources: their own documentation, November 2026. */
export const HOSTS: readonly Host[] = [
  {
    id: 'claude-desktop',
    name: 'Claude Desktop',
    format: 'json',
    file: applicationFile('Claude', 'claude_desktop_config.json'),
    key: 'mcpServers',
    entry: common,
    open: 'Settings > Developer > Edit Config opens it',
    restart: 'Quit Claude Desktop completely (closing the window is not enough) and open it again',
  },
  {
    id: 'claude-code',
    name: 'Claude Code',
    format: 'json',
    file: '~/.claude.json',
    folder: '~/.claude',
    key: 'mcpServers',
    entry: stdio,
    install: ({ command, args, env }) => [
      ...['claude', 'mcp', 'add', ALIAS, '--scope', 'user'],
      ...[...envOptions(env), '--', command, ...args],
    ],
    restart: 'Start a new session of Claude Code; /mcp shows the server',
  },
  {
    id: 'vscode',
    name: 'VS Code',
    format: 'json',
    file: applicationFile('Code', 'User', 'mcp.json'),
    key: 'servers',
    entry: stdio,
    install: (server) => ['code', '--add-mcp', JSON.stringify({ name: ALIAS, ...stdio(server) })],
    link: (server) => installPage('https://vscode.dev/redirect/mcp/install', JSON.stringify(stdio(server))),
    open: 'MCP: Open User Configuration in the command palette opens it',
    restart: 'Choose Start above the entry in the file',
  },
  {
    id: 'cursor',
    name: 'Cursor',
    format: 'json',
    file: '~/.cursor/mcp.json',
    key: 'mcpServers',
    entry: common,
    link: (server) =>
      installPage('https://cursor.com/en/install-mcp', Buffer.from(JSON.stringify(common(server))).toString('base64')),
    restart: 'Switch the server on under Settings > MCP',
  },
  {
    id: 'codex',
    name: 'Codex',
    format: 'toml',
    file: '~/.codex/config.toml',
    key: 'mcp_servers',
    entry: common,
    install: ({ command, args, env }) => ['codex', 'mcp', 'add', ALIAS, ...envOptions(env), '--', command, ...args],
    restart: 'Start a new session of Codex',
  },
  {
    id: 'gemini',
    name: 'Gemini CLI',
    format: 'json',
    file: '~/.gemini/settings.json',
    key: 'mcpServers',
    entry: common,
    install: ({ command, args, env }) => [
      ...['gemini', 'mcp', 'add', '--scope', 'user', ...envOptions(env, '-e')],
      ...[ALIAS, command, '--', ...args],
    ],
    restart: 'Start a new session of Gemini CLI',
  },
  {
    id: 'copilot',
    name: 'Copilot CLI',
    format: 'json',
    file: '~/.copilot/mcp-config.json',
    key: 'mcpServers',
    entry: (server) => ({ type: 'local', ...common(server), tools: ['*'] }),
    restart: 'Start a new session of Copilot CLI',
  },
  {
    id: 'opencode',
    name: 'opencode',
    format: 'json',
    file: '~/.config/opencode/opencode.json',
    key: 'mcp',
    entry: ({ command, args, env }) => ({
      ...{ type: 'local', command: [command, ...args], enabled: true },
      ...withEnv('environment', env),
    }),
    restart: 'Start a new session of opencode',
  },
  {
    id: 'zed',
    name: 'Zed',
    format: 'json',
    file: {
      darwin: '~/.config/zed/settings.json',
      win32: '%APPDATA%\\Zed\\settings.json',
      linux: '~/.config/zed/settings.json',
    },
    key: 'context_servers',
    entry: common,
    open: '`zed: open settings file` in the command palette opens it',
    restart: 'Zed starts the server as soon as the file is saved',
  },
  {
    id: 'jetbrains',
    name: 'JetBrains (Junie)',
    format: 'json',
    file: '~/.junie/mcp/mcp.json',
    folder: '~/.junie',
    key: 'mcpServers',
    entry: common,
    open: 'Settings > Tools > Junie > MCP Settings opens it; AI Assistant takes the same JSON under Settings > Tools > AI Assistant > Model Context Protocol (MCP)',
    restart: 'Apply the settings',
  },
  {
    id: 'windsurf',
    name: 'Windsurf',
    format: 'json',
    file: '~/.codeium/windsurf/mcp_config.json',
    key: 'mcpServers',
    entry: common,
    restart: 'Choose Refresh in the list of MCP servers',
  },
];
