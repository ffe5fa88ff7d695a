import { expect, test } from 'vitest';
import { redact, rememberSecret } from '../../src/lib/redact.ts';
import { runCommand } from './run-command.ts';

test('a command in this process knows no secret of an earlier one and changes nothing of the process', async () => {
  const before = { ...process.env };
  rememberSecret('of-an-earlier-command-1');
  const ran = await runCommand(['frobnicate'], { GHL_LABEL: 'inner' });
  expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('no command "frobnicate"') });
  expect(redact('of-an-earlier-command-1')).toBe('of-an-earlier-command-1');
  expect([process.env, process.exitCode]).toEqual([before, undefined]);
});
