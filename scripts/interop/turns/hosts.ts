import { GEMINI_CLI, SERVER } from '../host-project.ts';
import { serverCommand } from '../server-command.ts';
import { chatCompletions, gemini, type HostTool, responses, type WireFormat } from './wire-formats.ts';

const { command, args } = serverCommand;

/** A host on the command line that can use a model provider of one's own. */
export interface TurnHost {
  readonly command: string;
  readonly packages: Readonly<Record<string, string>>;
  /** Arguments for one turn without questions. */
  readonly args: (prompt: string) => readonly string[];
  /** The configuration in its home folder. */
  readonly file: string;
  readonly config: (modelUrl: string) => string;
  readonly env?: (modelUrl: string) => Readonly<Record<string, string>>;
  readonly format: WireFormat;
  /** How it names a tool of the server to the model. */
  readonly tool: (name: string) => HostTool;
  /** Arguments that it tells its model to give, and passes on to the server. */
  readonly extraArguments?: object;
}

export const turnHosts: readonly TurnHost[] = [
  {
    command: 'gemini',
    packages: GEMINI_CLI,
    args: (prompt) => ['--model', 'gemini-2.5-pro', '--yolo', '--prompt', prompt],
    file: '.gemini/settings.json',
    config: () =>
      JSON.stringify({
        mcpServers: { [SERVER]: { command, args } },
        security: { auth: { selectedType: 'gemini-api-key' } },
      }),
    env: (url) => ({ GEMINI_CLI_TRUST_WORKSPACE: 'true', GEMINI_API_KEY: 'none', GOOGLE_GEMINI_BASE_URL: url }),
    format: gemini,
    tool: (name) => ({ name: `mcp_${SERVER}_${name}` }),
    extraArguments: { wait_for_previous: true },
  },
  {
    command: 'codex',
    packages: { '@openai/codex': '0.169.0' },
    args: (prompt) => ['exec', '--skip-git-repo-check', prompt],
    file: '.codex/config.toml',
    config: (url) =>
      [
        'model = "m"',
        'model_provider = "scripted"',
        'approval_policy = "never"',
        'sandbox_mode = "danger-full-access"',
        '[model_providers.scripted]',
        'name = "scripted"',
        `base_url = "${url}/v1"`,
        'wire_api = "responses"',
        `[mcp_servers.${SERVER}]`,
        `command = ${JSON.stringify(command)}`,
        `args = ${JSON.stringify(args)}`,
      ].join('\n'),
    format: responses,
    tool: (name) => ({ name, namespace: `mcp__${SERVER.replaceAll('-', '_')}` }),
  },
  {
    command: 'copilot',
    packages: { '@github/copilot': '1.0.102' },
    args: (prompt) => ['--allow-all-tools', '--prompt', prompt],
    file: '.copilot/mcp-config.json',
    config: () => JSON.stringify({ mcpServers: { [SERVER]: { type: 'local', command, args, tools: ['*'] } } }),
    env: (url) => ({ COPILOT_OFFLINE: 'true', COPILOT_PROVIDER_BASE_URL: `${url}/v1`, COPILOT_MODEL: 'm' }),
    format: chatCompletions,
    tool: (name) => ({ name: `${SERVER}-${name}` }),
  },
];
