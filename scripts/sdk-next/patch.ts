import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A replacement in the text that the codemod and the formatter leave. */
interface Edit {
  /** A file, or a folder whose TypeScript files are all edited. */
  readonly in: string;
  /** A text that occurs exactly once, or an expression whose matches are all replaced, at least one. */
  readonly find: string | RegExp;
  /** May refer to groups of the expression: `$1`. */
  readonly replace: string;
}

/** Edits that the codemod does not make, for one reason. */
export interface Patch {
  readonly reason: string;
  readonly edits: readonly Edit[];
}

/** What became of a patch. */
export interface Applied {
  readonly reason: string;
  /** Replacements made. */
  readonly count: number;
  /** Edits whose text is no longer there: the sources have changed since the patch was written. */
  readonly stale: readonly string[];
}

/** Applies a patch to the copy in `folder`. An edit that finds nothing is reported, and the others are made. */
export async function apply(folder: string, { reason, edits }: Patch): Promise<Applied> {
  let count = 0;
  const stale: string[] = [];
  for (const edit of edits) {
    const made = await makeEdit(folder, edit);
    count += made;
    if (made === 0) stale.push(`${edit.in}: ${edit.find}`);
  }
  return { reason, count, stale };
}

async function makeEdit(folder: string, { in: place, find, replace }: Edit): Promise<number> {
  let count = 0;
  for (const path of await filesIn(join(folder, place))) {
    const text = await readFile(path, 'utf8');
    const parts = text.split(find);
    const found = typeof find === 'string' ? parts.length - 1 : (text.match(find)?.length ?? 0);
    if (found === 0 || (typeof find === 'string' && found > 1)) continue;
    await writeFile(path, typeof find === 'string' ? parts.join(replace) : text.replace(find, replace));
    count += found;
  }
  return count;
}

async function filesIn(path: string): Promise<string[]> {
  if (path.endsWith('.ts')) return existsSync(path) ? [path] : [];
  const names = await readdir(path, { recursive: true });
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(path, name));
}
