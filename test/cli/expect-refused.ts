import { expect } from 'vitest';
import type { Ran } from './run-command.ts';

/** The one line on stderr, without the program's name. */
const line = (stderr: string) => /^ghl-contacts-mcp: (.+)\n$/.exec(stderr)?.[1];

export function expectRefused({ code, stdout, stderr }: Ran, exitCode: number, sentence: RegExp): void {
  expect(line(stderr), stderr).toMatch(sentence);
  expect(code).toBe(exitCode);
  expect(stdout).toBe('');
}
