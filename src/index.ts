#!/usr/bin/env node
import { SettingError } from './errors.ts';
import { serve } from './serve.ts';

/** Everything but serving stdio (sandbox, demo, help) is loaded only when asked for. */
async function main(args: readonly string[]): Promise<void> {
  const serving = args.length === 0 || (args.length === 1 && args[0] === '--sandbox');
  if (serving) return serve({ sandbox: args.length === 1, env: process.env });
  const { runCli } = await import('./cli/program.ts');
  return runCli(args);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const expected = error instanceof SettingError;
  process.stderr.write(`ghl-contacts-mcp: ${expected ? error.message : String((error as Error)?.stack ?? error)}\n`);
  process.exit(expected ? 2 : 1);
});
