import { DEFAULT_BASE_URL } from '../../src/cli/settings.ts';
import { ALIAS, npxLaunch, PUBLISHED } from '../../src/cli/setup/launch.ts';
import { tools } from '../../src/tools/index.ts';
import { PLUGIN, PROJECT, REGISTRY_NAME } from './project.ts';
import { byFormKey, formKey, placeholders, USER_SETTINGS } from './user-settings.ts';

/** The program inside a package that a host copies. */
export const ENTRY_POINT = 'dist/index.js';

/** Starts the package from npm, or before it is there the program in the folder of the plugin or extension. */
const launchIn = (folder: string, published: boolean) =>
  published ? npxLaunch('linux') : { command: 'node', args: [`${folder}/${ENTRY_POINT}`] };

/** For the MCP registry. Source: static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json */
export const serverJson = () => ({
  $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  name: REGISTRY_NAME,
  title: PROJECT.title,
  description: PROJECT.summary,
  version: PROJECT.version,
  repository: { url: PROJECT.repository, source: 'github' },
  packages: [
    {
      registryType: 'npm',
      identifier: PROJECT.name,
      version: PROJECT.version,
      runtimeHint: 'npx',
      transport: { type: 'stdio' },
      environmentVariables: USER_SETTINGS.map(
        ({ setting, description, sensitive, required, default: value, choices }) => ({
          name: setting,
          description,
          isRequired: required,
          isSecret: sensitive,
          ...(value === undefined ? {} : { default: value }),
          ...(choices ? { choices } : {}),
        }),
      ),
    },
  ],
});

/** What Claude Desktop and Claude Code ask a person for; they store sensitive values in the keychain. */
const form = () =>
  byFormKey(({ title, description, sensitive, required, default: value }) => ({
    ...{ type: 'string', title, description, sensitive, required },
    ...(value === undefined ? {} : { default: value }),
  }));

const filledIn = () => placeholders((each) => `\${user_config.${formKey(each)}}`);

/** Of the bundle for Claude Desktop. Source: MANIFEST.md of @anthropic-ai/mcpb 2.1.2 */
export const mcpbManifest = () => ({
  manifest_version: '0.3',
  name: PROJECT.name,
  display_name: PROJECT.title,
  version: PROJECT.version,
  description: PROJECT.summary,
  author: PROJECT.author,
  repository: { type: 'git', url: PROJECT.repository },
  license: PROJECT.license,
  keywords: PROJECT.keywords,
  privacy_policies: ['https://www.gohighlevel.com/privacy-policy'],
  server: {
    type: 'node',
    entry_point: ENTRY_POINT,
    mcp_config: {
      command: 'node',
      args: [`\${__dirname}/${ENTRY_POINT}`],
      env: filledIn(),
    },
  },
  compatibility: { platforms: ['darwin', 'win32', 'linux'], runtimes: { node: PROJECT.node } },
  user_config: form(),
  tools: tools.map(({ name, description }) => ({ name, description })),
  // The scopes decide which of the tools and prompts are listed.
  tools_generated: true,
  prompts_generated: true,
});

/** Source: code.claude.com/docs/en/plugins/manifest-reference */
export const claudePlugin = (published = PUBLISHED) => ({
  ...PLUGIN,
  network: { hosts: [new URL(DEFAULT_BASE_URL).host] },
  mcpServers: {
    [ALIAS]: {
      ...launchIn(`\${CLAUDE_PLUGIN_ROOT}`, published),
      env: filledIn(),
    },
  },
  userConfig: form(),
});

/** A marketplace with this one plugin, so that the repository can be added to Claude Code. */
export const claudeMarketplace = () => ({
  name: PROJECT.name,
  owner: PROJECT.author,
  metadata: { description: PROJECT.summary, version: PROJECT.version },
  plugins: [{ name: PLUGIN.name, source: './', description: PROJECT.summary }],
});

/**
 * Its servers see only the variables that `env` names. One without a value stays as it is written here, and the server
 * takes `${…}` for missing. Sources: geminicli.com/docs/extensions/reference, and envVarResolver.ts of Gemini CLI.
 */
export const geminiExtension = (published = PUBLISHED) => ({
  name: PROJECT.name,
  version: PROJECT.version,
  description: PROJECT.summary,
  mcpServers: {
    [ALIAS]: { ...launchIn(`\${extensionPath}`, published), env: placeholders(({ setting }) => `\${${setting}}`) },
  },
  settings: USER_SETTINGS.map(({ setting, title, description, sensitive }) => ({
    ...{ name: title, description, envVar: setting, sensitive },
  })),
});
