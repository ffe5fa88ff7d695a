import { Command, InvalidArgumentError } from 'commander';
import pkg from '../../package.json' with { type: 'json' };
import { SettingError } from '../errors.ts';

const port = (text: string): number => {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > 65_535) throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  return value;
};

/** Every command but the default one, which serves MCP on stdio. Wrong usage ends with exit code 2. */
export async function runCli(args: readonly string[]): Promise<void> {
  const program = new Command('ghl-contacts-mcp')
    .description('MCP server for HighLevel (GoHighLevel) contacts. Without a command it serves MCP on stdio.')
    .version(pkg.version)
    .option('--sandbox', 'serve against the embedded sandbox: no account, no network')
    .exitOverride((end) => process.exit(end.exitCode === 0 ? 0 : 2))
    .action(async ({ sandbox = false }: { sandbox?: boolean }) => {
      const { serve } = await import('../serve.ts');
      await serve({ sandbox, env: process.env });
    });
  program
    .command('sandbox')
    .description('serve the sandbox API on 127.0.0.1, for curl, SDKs and tests')
    .option('--port <n>', 'port; 0 picks a free one', port, 0)
    .option('--data <file>', 'JSON file with your own contacts instead of the invented ones')
    .option('--faults <file>', 'JSON file of faults, per route and nth request')
    .action(async (options: { port: number; data?: string; faults?: string }) =>
      (await import('./sandbox.ts')).runSandbox(options),
    );
  program
    .command('demo')
    .description('watch a conversation between an MCP client and this server in the sandbox')
    .action(async () => (await import('./demo.ts')).runDemo());
  for (const command of program.commands) command.exitOverride((end) => process.exit(end.exitCode === 0 ? 0 : 2));
  await program.parseAsync(args, { from: 'user' });
}

/** A failure the person can mend: one line, exit code 2. */
export const usage = (message: string): never => {
  throw new SettingError(message);
};
