import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { stripHiddenCharacters, truncate } from '../lib/text.ts';

/** One line for people, whatever stands in it: nothing steers a terminal, and nothing begins a line of its own. */
export const notify = (line = ''): void =>
  void process.stdout.write(`${stripHiddenCharacters(line).replace(BREAKS, ' ')}\n`);
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/** JSON for programs. */
export const sayJson = (value: unknown): void =>
  void process.stdout.write(`${stripHiddenCharacters(JSON.stringify(value, null, 2))}\n`);

/** Characters of a value that is not ours. */
const VALUE_CHARACTERS = 80;

/** A value from HighLevel in a line of ours: short, and of one line. Nothing where there is none. */
export const foreign = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : truncate(stripHiddenCharacters(String(value).slice(0, 1_000)).replace(/\s+/g, ' ').trim(), VALUE_CHARACTERS);

/**
 * Output that nobody reads on, as in `doctor | head -1`, ends the command without a word, and output that there is no
 * room for with one. Gives what takes that back, for the server, which has an end of its own.
 */
export function endWithReader(): () => void {
  const stdout = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`ghl-contacts-mcp: The output cannot be written (${error.code}).\n`);
    process.exit(1);
  };
  const stderr = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  };
  process.stdout.on('error', stdout);
  process.stderr.on('error', stderr);
  return () => {
    process.stdout.off('error', stdout);
    process.stderr.off('error', stderr);
  };
}

/** A question on the terminal, or the first line of what was piped in. A secret is not shown while it is typed. */
export async function ask(question: string, secret = false): Promise<string> {
  const terminal = process.stdin.isTTY === true;
  if (terminal) process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: secret ? silent : process.stderr, terminal });
  try {
    for await (const line of lines) return line.trim();
    return '';
  } finally {
    lines.close();
    if (terminal && secret) process.stderr.write('\n');
  }
}

/** Shows a secret's end, enough to tell it from another; of a short one nothing. */
export const masked = (secret: string): string => (secret.length < 12 ? '…' : `…${secret.slice(-4)}`);
