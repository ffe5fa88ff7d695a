import { CODEMOD, run } from './copy.ts';

export interface CodemodResult {
  readonly edits: number;
  readonly files: number;
  /** Places that it marks for a person. */
  readonly marks: number;
}

/** Runs the official codemod over the copy. @throws Error if it prints no number of changes */
export async function runCodemod(folder: string): Promise<CodemodResult> {
  const output = await run(folder, 'npx', '--yes', CODEMOD, 'v1-to-v2', '.');
  const [, edits, files] = /Changes: (\d+) across (\d+) file/.exec(output) ?? [];
  if (edits === undefined) throw new Error(`${CODEMOD} printed no number of changes:\n${output}`);
  return {
    edits: Number(edits),
    files: Number(files),
    marks: Number(/(\d+) location\(s\) marked/.exec(output)?.[1] ?? 0),
  };
}
