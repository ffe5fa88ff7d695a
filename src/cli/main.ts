import { SettingError, stackOf, UserError } from '../lib/errors.ts';
import { redact } from '../lib/redact.ts';
import { stripHiddenCharacters } from '../lib/text.ts';
import { serve } from './serve.ts';

/** Every command other than serving on stdio is loaded only when it is used. */
async function run(args: readonly string[]): Promise<void> {
  const serving = args.length === 0 || (args.length === 1 && args[0] === '--sandbox');
  if (serving) return serve(args.length === 1);
  const { runCli } = await import('./program.ts');
  return runCli(args);
}

/** Exit code 2 for a wrong setting or option, 1 for every other failure. */
export const main = (args: readonly string[]): Promise<void> =>
  run(args).catch((error: unknown) => {
    const expected = error instanceof SettingError || error instanceof UserError;
    const text = expected ? stripHiddenCharacters(error.message).replace(/\s+/g, ' ') : stackOf(error);
    process.stderr.write(`ghl-contacts-mcp: ${redact(text)}\n`);
    process.exit(error instanceof SettingError ? 2 : 1);
  });
