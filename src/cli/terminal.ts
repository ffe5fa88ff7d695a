import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { SettingError } from '../lib/errors.ts';
import { stripHiddenCharacters, truncate } from '../lib/text.ts';

/** Prints one line; control characters and line breaks inside it are removed. */
export const printLine = (line = ''): void =>
  void process.stdout.write(`${stripHiddenCharacters(line).replace(BREAKS, ' ')}\n`);
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/** JSON for programs. */
export const printJson = (value: unknown): void =>
  void process.stdout.write(`${stripHiddenCharacters(JSON.stringify(value, null, 2))}\n`);

const VALUE_CHARACTERS = 80;

/** A value from HighLevel inside a line of output: short and on one line; empty for undefined and null. */
export const displayValue = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : truncate(stripHiddenCharacters(String(value).slice(0, 1_000)).replace(/\s+/g, ' ').trim(), VALUE_CHARACTERS);

/**
 * Ends the command silently when its output is closed, as in `doctor | head -1`, and with a message when it cannot be
 * written. Returns a function that undoes this, for the server, which shuts down in its own way.
 */
export function exitOnClosedOutput(): () => void {
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

/** As shells do for a program that Ctrl-C ended. */
const EXIT_INTERRUPTED = 130;

/**
 * Asks on the terminal, or reads the first line of piped input. A secret is not echoed. On a terminal Ctrl-C and Ctrl-D
 * end the command: readline reports both as the end of the input, which is not the empty answer that accepts a default.
 */
export async function ask(question: string, secret = false): Promise<string> {
  const terminal = process.stdin.isTTY === true;
  if (terminal) process.stderr.write(question);
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: secret ? discard : process.stderr, terminal });
  try {
    for await (const line of lines) return line.trim();
  } finally {
    lines.close();
    if (terminal && secret) process.stderr.write('\n');
  }
  if (!terminal) return '';
  if (!secret) process.stderr.write('\n');
  return process.exit(EXIT_INTERRUPTED);
}

/** The last four characters of a secret, which tell it from another; none of a short one. */
export const maskSecret = (secret: string): string => (secret.length < 12 ? '…' : `…${secret.slice(-4)}`);

/** Ends the command with one line on stderr and exit code 2. @throws SettingError always */
export const usageError = (message: string): never => {
  throw new SettingError(message);
};
