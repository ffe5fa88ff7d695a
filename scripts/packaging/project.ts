import pkg from '../../package.json' with { type: 'json' };

/** GitHub allows no account with two hyphens in a row, so that nobody can register this one. */
export const PLACEHOLDER = 'owner--to-fill-in';

/** The GitHub account of the repository: the one place to fill in before the first release, followed by `npm run docs`. */
export const OWNER: string = PLACEHOLDER;

export const REPOSITORY = `https://github.com/${OWNER}/${pkg.name}`;

/** The name in the MCP registry, which proves by `mcpName` in package.json that the npm package belongs to it. */
export const REGISTRY_NAME = `io.github.${OWNER}/${pkg.name}`;

/** What people read in lists of servers, plugins and extensions; the registry takes 100 characters. */
export const PROJECT = {
  name: pkg.name,
  version: pkg.version,
  title: 'HighLevel Contacts',
  summary: 'Contacts, tasks, notes and tags of HighLevel (GoHighLevel) for AI assistants; read-only by default',
  license: pkg.license,
  author: { name: `${pkg.name} contributors`, url: REPOSITORY },
  repository: REPOSITORY,
  node: pkg.engines.node,
  keywords: ['highlevel', 'gohighlevel', 'crm', 'contacts', 'mcp'],
} as const;

/** Fields of package.json that say where the project is. */
export const PACKAGE_FIELDS = {
  mcpName: REGISTRY_NAME,
  homepage: `${REPOSITORY}#readme`,
  bugs: { url: `${REPOSITORY}/issues` },
  repository: { type: 'git', url: `git+${REPOSITORY}.git` },
} as const;

/** The plugin for Claude Code and Codex. Both put its name before the names of tools, so it is short. */
export const PLUGIN = {
  name: 'ghl-contacts',
  version: PROJECT.version,
  description: PROJECT.summary,
  author: PROJECT.author,
  homepage: PROJECT.repository,
  repository: PROJECT.repository,
  license: PROJECT.license,
  keywords: PROJECT.keywords,
} as const;
