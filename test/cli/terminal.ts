import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, onTestFinished } from 'vitest';
import { PROGRAM } from '../program.ts';

const SCRIPT = '/usr/bin/script';

/** Whether tests can give a program a terminal. */
export const hasTerminal = existsSync(SCRIPT);

/** Runs the program on a pseudo terminal. */
export function startOnTerminal(env: Readonly<Record<string, string>>, command: string) {
  const child = spawn(SCRIPT, ['-qec', `"${process.execPath}" "${PROGRAM}" ${command}`, '/dev/null'], { env });
  onTestFinished(() => void child.kill());
  let shown = '';
  child.stdout.on('data', (chunk) => {
    shown += chunk;
  });
  const press = (key: string) => child.stdin.write(key);
  const type = (text: string) => press(`${text}\r`);
  return {
    shown: () => shown.replaceAll('\r', ''),
    until: (text: string) => expect.poll(() => shown, { timeout: 20_000 }).toContain(text),
    press,
    type,
    /** The prompt for a secret appears before the terminal's echo is off. */
    typeSecret: async (text: string) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      type(text);
    },
    ended: new Promise<number | null>((resolve) => child.once('close', resolve)),
  };
}
