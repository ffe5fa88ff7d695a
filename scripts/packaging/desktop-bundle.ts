import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { mcpbManifest } from './manifests.ts';

/** What `dist` has for other projects, and the program does not need. */
const FOR_OTHER_PROJECTS = ['sandbox.js', 'types'];

/**
 * Writes the content of the bundle for Claude Desktop into a folder: manifest, licence, and the program from `dist`. The
 * native keychain module is left out: Claude Desktop stores the token and passes it as a setting.
 */
export async function writeBundle(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp('dist', join(folder, 'dist'), {
    recursive: true,
    filter: (path) => !FOR_OTHER_PROJECTS.includes(relative('dist', path)),
  });
  await cp('LICENSE', join(folder, 'LICENSE'));
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(mcpbManifest(), null, 2));
}
