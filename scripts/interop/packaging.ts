import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeBundle } from '../packaging/desktop-bundle.ts';
import { CLAUDE_CODE } from './host-project.ts';
import type { Installed } from './packages.ts';
import type { InteropProgram } from './program.ts';

/** Runs a validator. @throws Error with what it printed, if it ends with another code than 0 */
async function validate({ command }: Installed, name: string, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await command(name, args);
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}: ${stdout}\n${stderr}`);
}

/** The official validators of what hosts install. */
export const packagingValidators: readonly InteropProgram[] = [
  {
    name: 'claude-plugin',
    packages: CLAUDE_CODE,
    async run(installed) {
      for (const path of ['.', '.claude-plugin/plugin.json']) {
        await validate(installed, 'claude', 'plugin', 'validate', '--strict', resolve(path));
      }
      return 'the plugin and its marketplace are valid';
    },
  },
  {
    name: 'mcpb',
    packages: { '@anthropic-ai/mcpb': '2.1.2' },
    async run(installed) {
      const content = join(installed.folder, 'content');
      const bundle = join(installed.folder, 'server.mcpb');
      const unpacked = join(installed.folder, 'unpacked');
      for (const path of [content, bundle, unpacked]) await rm(path, { recursive: true, force: true });
      await writeBundle(content);
      await validate(installed, 'mcpb', 'pack', content, bundle);
      await validate(installed, 'mcpb', 'unpack', bundle, unpacked);
      await validate(installed, 'mcpb', 'validate', join(unpacked, 'manifest.json'));
      return 'the bundle is packed, and its manifest is valid';
    },
  },
];
