import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { plainText } from '../untrusted.ts';

/** One line for people, names from HighLevel among it: nothing in it steers a terminal. */
export const say = (line = ''): void => void process.stdout.write(`${plainText(line)}\n`);

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
