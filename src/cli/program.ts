import { Command, InvalidArgumentError, Option } from 'commander';
import pkg from '../../package.json' with { type: 'json' };
import { nearest } from '../lib/nearest.ts';
import { quotedSetting, redactStrictly } from '../lib/redact.ts';
import type { CallOptions } from './call.ts';
import type { ChangesOptions } from './changes.ts';
import type { DoctorOptions } from './doctor/index.ts';
import type { JournalOptions } from './journal.ts';
import type { LoginOptions } from './login.ts';
import type { SandboxCommandOptions } from './sandbox.ts';
import type { SetupOptions } from './setup/index.ts';
import { exitOnClosedOutput, usageError } from './terminal.ts';
import type { WebhookOptions } from './webhooks.ts';

const parsePort = (text: string): number => {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > 65_535) throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  return value;
};

/** Parses the command line and runs the command. Wrong usage ends with exit code 2. */
export async function runCli(args: readonly string[]): Promise<void> {
  const keepOpen = exitOnClosedOutput();
  const program = new Command('ghl-contacts-mcp')
    .description('MCP server for HighLevel (GoHighLevel) contacts. Without a command it serves MCP on stdio.')
    .version(pkg.version)
    .enablePositionalOptions()
    .option('--sandbox', 'serve against the embedded sandbox: no account, no network')
    .hook('preSubcommand', (_, command) => {
      // Ignored, it would let the command act on the account.
      if (program.opts().sandbox === true)
        usageError(`Give --sandbox after the command, if it takes one: ${command.name()} --sandbox.`);
    })
    .action(async ({ sandbox = false }: { sandbox?: boolean }) => {
      const [command] = program.args;
      if (command !== undefined)
        return unknownCommand(
          command,
          program.commands.map((each) => each.name()),
        );
      keepOpen();
      const { serve } = await import('./serve.ts');
      await serve(sandbox);
    });
  addCommands(program);
  addAccountCommands(program);
  addScriptCommands(program, keepOpen);
  for (const command of [program, ...program.commands])
    command
      .allowExcessArguments(command === program)
      .configureOutput({ writeErr: (text) => void process.stderr.write(redactStrictly(text)) })
      .exitOverride((end) => process.exit(end.exitCode === 0 ? 0 : 2));
  await program.parseAsync(args, { from: 'user' });
}

function addCommands(program: Command): void {
  program
    .command('sandbox')
    .description('serve the sandbox API on 127.0.0.1, for curl, SDKs and tests')
    .option('--port <n>', 'port; 0 picks a free one', parsePort, 0)
    .option('--data <file>', 'JSON file with your own contacts instead of the invented ones')
    .option('--faults <file>', 'JSON file of faults, per route and nth request')
    .option('--webhooks <url>', 'send webhooks to this URL of 127.0.0.1 or localhost')
    .action(async (options: SandboxCommandOptions) => (await import('./sandbox.ts')).runSandbox(options));
  program
    .command('demo')
    .description('watch a conversation between an MCP client and this server in the sandbox')
    .action(async () => (await import('./demo.ts')).runDemo());
  program
    .command('setup')
    .description('add this server to the hosts on this computer: sign in, show the change, make it, check it')
    .option('--remove', 'remove it from the hosts')
    .addOption(new Option('--print', 'only show what would be added').conflicts('remove'))
    .option('--sandbox', 'add it with the embedded sandbox: no account')
    .action(async (options: SetupOptions) => (await import('./setup/index.ts')).runSetup(options));
  program
    .command('doctor')
    .description('check settings, sign-in, scopes, connectivity and quota; exit code 0 only if the server would work')
    .option('--json', 'print JSON')
    .option('--facts', 'check assumptions about the API against your own account, read-only')
    .option('--sandbox', 'check against the embedded sandbox')
    .action(async (options: DoctorOptions) => (await import('./doctor/index.ts')).runDoctor(options));
}

function addAccountCommands(program: Command): void {
  program
    .command('login')
    .description('sign in by OAuth, or with --api-key by a private token from the terminal or standard input')
    .option('--api-key', 'store a private integration token')
    .option('--location <id>', 'the location the private token is for')
    .option('--scopes <list>', 'OAuth scopes to request')
    .option('--code <code-or-url>', 'finish a login: the code, or the whole address you were sent to')
    .action(async (options: LoginOptions) => (await import('./login.ts')).runLogin(options));
  program
    .command('logout')
    .description('delete the stored tokens of one location, or all')
    .option('--location <id>', 'only this one')
    .action(async (options: { location?: string }) => (await import('./accounts.ts')).runLogout(options));
  program
    .command('accounts')
    .description('list the locations that are signed in')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => (await import('./accounts.ts')).runAccounts(options));
}

/** The name of a cursor is a part of the name of a file. */
const parseName = (text: string): string => {
  if (!/^[a-z\d][\w.-]{0,39}$/i.test(text))
    throw new InvalidArgumentError('A name has up to 40 letters, digits, dots, hyphens and underscores.');
  return text;
};

/** `keepOpen` leaves it to the command what happens when its output is closed. */
function addScriptCommands(program: Command, keepOpen: () => void): void {
  program
    .command('call')
    .description('call one tool from a script, and print its result as JSON')
    .argument('<tool>', 'name of the tool')
    .argument('[arguments]', 'JSON object; - reads it from standard input', '{}')
    .option('--yes', 'confirm this call if it asks before it acts; without it the preview is printed, exit code 3')
    .option('--sandbox', 'call it in the embedded sandbox')
    .action(async (tool: string, args: string, options: CallOptions) =>
      (await import('./call.ts')).runCall(tool, args, options),
    );
  program
    .command('changes')
    .description('print as JSON lines what changed since the last run; each name has its own cursor')
    .option('--since <time>', 'from this time on; last: where the last run ended', 'last')
    .option('--name <name>', 'name of the cursor', parseName, 'default')
    .option('--tasks', 'also tasks')
    .option('--appointments', 'also appointments')
    .option('--deleted', 'also ids of deleted contacts')
    .option('--notes-of-tag <tag>', 'also notes of the contacts with this tag, one request each')
    .addOption(new Option('--follow', 'look again and again, until SIGTERM').conflicts('exitCode'))
    .option('--exit-code', 'exit code 10 if nothing changed')
    .option('--sandbox', 'changes in the embedded sandbox')
    .action(async (options: ChangesOptions) => {
      keepOpen();
      await (await import('./changes.ts')).runChanges(options);
    });
  program
    .command('journal')
    .description('print what this server wrote, newest first')
    .option('--contact <id>', 'only changes of this contact')
    .option('--since <time>', 'only changes from this time or day on')
    .option('--json', 'print JSON lines')
    .option('--sandbox', 'the journal of the embedded sandbox')
    .action(async (options: JournalOptions) => (await import('./journal.ts')).runJournal(options));
  program
    .command('webhooks')
    .description("receive HighLevel's webhooks, for owners of a marketplace app")
    .option('--port <n>', 'port; 0 picks a free one', parsePort, 8787)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--public-key <file-or-url>',
      "the Ed25519 key that signs deliveries; HighLevel's published one if left out",
    )
    .option('--rsa-key <file-or-url>', 'also accept the older signature, by this RSA key')
    .action(async (options: WebhookOptions) => (await import('./webhooks.ts')).runWebhooks(options));
}

function unknownCommand(command: string, names: readonly string[]): never {
  const suggestion = nearest(command.slice(0, 40), names, 2);
  return usageError(
    `There is no command ${quotedSetting(command)}${suggestion ? `; did you mean ${suggestion}?` : `. Commands: ${names.join(', ')}. Without a command it serves MCP on stdio.`}`,
  );
}
