import pkg from '../../package.json' with { type: 'json' };
import { PUBLISHED } from '../../src/cli/setup/launch.ts';
import { codexFiles } from './codex.ts';
import { claudeMarketplace, claudePlugin, geminiExtension, serverJson } from './manifests.ts';
import { PACKAGE_FIELDS } from './project.ts';

/** Files of the repository that are generated as a whole, by path. */
export const packagingFiles = (published = PUBLISHED): Readonly<Record<string, unknown>> => ({
  'package.json': { ...pkg, ...PACKAGE_FIELDS },
  'server.json': serverJson(),
  '.claude-plugin/plugin.json': claudePlugin(published),
  '.claude-plugin/marketplace.json': claudeMarketplace(),
  'gemini-extension.json': geminiExtension(published),
  ...(published ? codexFiles() : {}),
});
