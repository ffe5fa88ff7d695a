import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** Every import and every type that is imported in place. */
const IMPORT = /(?:from |import\()['"]([^'"]+)['"]/g;

/**
 * Writes the types of `ghl-contacts-mcp/sandbox`: the declarations that its entry reaches.
 * @throws Error if they need a package, which users of this one do not have
 */
export async function writeDeclarations(entry: string, outDir: string): Promise<void> {
  const all = await mkdtemp(join(tmpdir(), 'declarations-'));
  try {
    await promisify(execFile)('npx', ['tsc', '-p', 'tsconfig.declarations.json', '--outDir', all]);
    for (const file of await reachable(all, entry)) await cp(join(all, file), join(outDir, file));
  } finally {
    await rm(all, { recursive: true });
  }
}

async function reachable(folder: string, entry: string): Promise<ReadonlySet<string>> {
  const found = new Set([entry]);
  for (const file of found)
    for (const [, path = ''] of (await readFile(join(folder, file), 'utf8')).matchAll(IMPORT)) {
      if (!path.startsWith('.')) throw new Error(`${file} imports ${path}: publish no type that needs a package.`);
      found.add(join(dirname(file), path.replace(/\.ts$/, '.d.ts')));
    }
  return found;
}
