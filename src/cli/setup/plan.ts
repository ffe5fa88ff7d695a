import { UserError } from '../../lib/errors.ts';
import { isRecord, type Json } from '../../lib/json.ts';
import { printLine } from '../terminal.ts';
import { DECIDED } from './account.ts';
import { changeText, currentEntry, mergeEntry } from './change.ts';
import { type InstalledHost, isLink, readBackups, replaceConfig } from './config-files.ts';
import type { Host } from './hosts.ts';
import type { ServerEntry } from './launch.ts';

/** A configuration as it is, and the text that replaces it; undefined if the file is deleted. */
export interface Change {
  readonly installed: InstalledHost;
  readonly after: string | undefined;
}

/** Adds the server to each configuration. One that cannot be changed is reported and left out. */
export const planAdditions = (hosts: readonly InstalledHost[], server: ServerEntry): Promise<Change[]> =>
  planEach(hosts, ({ host, text }) => {
    const entry = mergeEntry(currentEntry(host, text), host.entry(server), DECIDED);
    return changeText(host, text, entry);
  });

/** Removes the server from each configuration that has it. One that cannot be changed is reported and left out. */
export async function planRemovals(hosts: readonly InstalledHost[]): Promise<Change[]> {
  const changes = await planEach(hosts, withoutEntry);
  return changes.filter(({ installed, after }) => after !== installed.text);
}

async function planEach(
  hosts: readonly InstalledHost[],
  newText: (installed: InstalledHost) => string | undefined | Promise<string | undefined>,
): Promise<Change[]> {
  const changes: Change[] = [];
  for (const installed of hosts) {
    try {
      changes.push({ installed, after: await newText(installed) });
    } catch (error) {
      const advice = `${installed.file} was left as it is. Edit it by hand, or correct it and run setup again.`;
      reportFailure(installed, error, advice);
    }
  }
  return changes;
}

/** The text before setup, or else the text without the entry; undefined if setup created the file. */
async function withoutEntry({ host, file, text }: InstalledHost): Promise<string | undefined> {
  const copies = currentEntry(host, text) === undefined ? [] : await readBackups(file);
  const before = textBeforeSetup(host, text, copies);
  if (before !== undefined) return before;
  const isCreated = textBeforeSetup(host, text, [...copies, NO_FILE]) !== undefined && !(await isLink(file));
  return isCreated ? undefined : changeText(host, text, undefined);
}

/** What a file that did not exist is read as. */
const NO_FILE = '';

/**
 * The earlier text to which setup added the entry, byte for byte; undefined if something else has changed since. In
 * between setup may have replaced the entry.
 *
 * @param earlier newest first
 */
function textBeforeSetup(host: Host, text: string, earlier: readonly string[]): string | undefined {
  const entry = currentEntry(host, text);
  if (!isRecord(entry)) return undefined;
  for (const [i, before] of earlier.entries()) {
    if (!addsUpTo(host, before, entry, text)) continue;
    const isFirst = currentEntry(host, before) === undefined;
    const found = isFirst ? before : textBeforeSetup(host, before, earlier.slice(i + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether the entry, put into the earlier text, gives exactly this text. */
function addsUpTo(host: Host, earlier: string, entry: Json, text: string): boolean {
  try {
    return changeText(host, earlier, entry) === text;
  } catch {
    return false;
  }
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
