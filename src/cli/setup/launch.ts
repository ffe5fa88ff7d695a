import { NAME } from '../paths.ts';

/** How a host starts this server. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
}

/** What a host is given: the program, and its settings as environment variables. */
export interface ServerEntry extends Launch {
  readonly env: Readonly<Record<string, string>>;
}

/** The name of this server in the configuration of a host. Hosts put it before the name of each tool, so it is short. */
export const ALIAS = 'ghl';

/** Whether the package is on npm. Until then everything generated starts the server from a clone. */
export const PUBLISHED: boolean = false;

/** On Windows `npx` is a script, which some hosts can start only through `cmd`. */
export const npxLaunch = (platform: NodeJS.Platform): Launch =>
  platform === 'win32' ? { command: 'cmd', args: ['/c', 'npx', '-y', NAME] } : { command: 'npx', args: ['-y', NAME] };

/** For documentation; the path of a clone is to be replaced by the reader. */
export const documentedLaunch = (platform: NodeJS.Platform = 'linux', published = PUBLISHED): Launch => {
  if (published) return npxLaunch(platform);
  const program = platform === 'win32' ? `C:\\path\\to\\${NAME}\\dist\\index.js` : `/path/to/${NAME}/dist/index.js`;
  return { command: 'node', args: [program] };
};

/** A program that `npx` runs is in its cache, which may be emptied. */
const NPX_CACHE = /[/\\]_npx[/\\]/;

/**
 * Starts the program that runs now, from a host. Applications do not see the `PATH` of a shell, where version managers
 * put Node, so that Node is named by its path.
 */
export const ownLaunch = (program: string, platform = process.platform, node = process.execPath): Launch =>
  NPX_CACHE.test(program) ? npxLaunch(platform) : { command: node, args: [program] };

/** The same server in the embedded sandbox, which needs no account. */
export const inSandbox = ({ command, args }: Launch): ServerEntry => ({
  command,
  args: [...args, '--sandbox'],
  env: {},
});
