import { UserError } from '../../lib/errors.ts';
import { printLine } from '../terminal.ts';
import { DECIDED } from './account.ts';
import { changeText, currentEntry, mergeEntry } from './change.ts';
import { type InstalledHost, replaceConfig } from './config-files.ts';
import type { ServerEntry } from './launch.ts';

/** A configuration as it is, and the text that replaces it. */
export interface Change {
  readonly installed: InstalledHost;
  readonly after: string;
}

/** Adds the server to each configuration, or removes it if there is none. One that cannot be changed is left out. */
export function planChanges(hosts: readonly InstalledHost[], server: ServerEntry | undefined): Change[] {
  return hosts.flatMap((installed) => {
    const { host, file, text } = installed;
    try {
      const entry = server && mergeEntry(currentEntry(host, text), host.entry(server), DECIDED);
      return [{ installed, after: changeText(host, text, entry) }];
    } catch (error) {
      reportFailure(installed, error, `${file} was left as it is. Edit it by hand, or correct it and run setup again.`);
      return [];
    }
  });
}

/** @returns whether the change was made; if not, the reason is printed */
export async function makeChange({ installed, after }: Change, now: number): Promise<boolean> {
  try {
    const backup = await replaceConfig(installed, after, now);
    printLine(`${installed.host.name}: done.${backup === undefined ? '' : ` A copy of what was there is ${backup}`}`);
    return true;
  } catch (error) {
    reportFailure(installed, error, 'Run setup again.');
    return false;
  }
}

/** The command goes on with the other hosts and ends with exit code 1. */
function reportFailure({ host }: InstalledHost, error: unknown, advice: string): void {
  if (!(error instanceof UserError)) throw error;
  printLine(`${host.name}: ${error.message} ${advice}`);
  process.exitCode = 1;
}
