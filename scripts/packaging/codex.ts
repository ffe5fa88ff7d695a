import { ALIAS, npxLaunch } from '../../src/cli/setup/launch.ts';
import { PLUGIN, PROJECT } from './project.ts';

const FOLDER = `plugins/${PLUGIN.name}`;

/**
 * A marketplace with one plugin for Codex. Codex copies the plugin's folder and asks for no settings, so that it can be
 * used once the package is on npm, and takes the account from `login`.
 */
export const codexFiles = () => ({
  '.agents/plugins/marketplace.json': {
    name: PROJECT.name,
    interface: { displayName: PROJECT.title },
    plugins: [
      {
        name: PLUGIN.name,
        source: { source: 'local', path: `./${FOLDER}` },
        policy: { installation: 'AVAILABLE', authentication: 'ON_INSTALL' },
        category: 'Productivity',
      },
    ],
  },
  [`${FOLDER}/.codex-plugin/plugin.json`]: {
    ...PLUGIN,
    mcpServers: './.mcp.json',
    interface: {
      displayName: PROJECT.title,
      shortDescription: PROJECT.summary,
      developerName: PROJECT.author.name,
      category: 'Productivity',
      capabilities: ['Read', 'Write'],
      websiteURL: PROJECT.repository,
      defaultPrompt: ['How many contacts do I have?', 'What do I need to know about Maria Lopez?'],
    },
  },
  [`${FOLDER}/.mcp.json`]: { mcpServers: { [ALIAS]: npxLaunch('linux') } },
});
