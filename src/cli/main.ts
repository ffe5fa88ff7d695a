import { SettingError, UserError } from '../lib/errors.ts';
import { redact } from '../lib/redact.ts';
import { stripHiddenCharacters } from '../lib/text.ts';
import { serve } from './serve.ts';

/** Everything but serving stdio (sandbox, demo, help) is loaded only when asked for. */
async function run(args: readonly string[]): Promise<void> {
  const serving = args.length === 0 || (args.length === 1 && args[0] === '--sandbox');
  if (serving) return serve({ sandbox: args.length === 1, env: process.env });
  const { runCli } = await import('./program.ts');
  return runCli(args);
}

/** 2 for what the person at the keyboard can mend in a setting or an option, 1 for everything else. */
export const main = (args: readonly string[]): Promise<void> =>
  run(args).catch((error: unknown) => {
    const expected = error instanceof SettingError || error instanceof UserError;
    const text = expected
      ? stripHiddenCharacters(error.message).replace(/\s+/g, ' ')
      : String((error as Error)?.stack ?? error);
    process.stderr.write(`ghl-contacts-mcp: ${redact(text)}\n`);
    process.exit(error instanceof SettingError ? 2 : 1);
  });
