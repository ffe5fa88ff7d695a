import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../lib/errors.ts';
import { isRecord, type Json, recordIn } from '../../lib/json.ts';
import { editJson, parseJsonFile } from './edit-json.ts';
import { editToml, parseTomlFile } from './edit-toml.ts';
import type { Host } from './hosts.ts';
import { ALIAS } from './launch.ts';

const FORMATS = {
  json: { parse: (text: string) => (text.trim() === '' ? {} : parseJsonFile(text)), edit: editJson },
  toml: { parse: parseTomlFile, edit: editToml },
} as const;

/** The servers in the text of a host's configuration. @throws UserError that says what is wrong with the text */
function serversIn({ format, key }: Host, text: string): { readonly all: Json; readonly servers: Json } {
  const all = FORMATS[format].parse(text);
  const servers = all[key] === undefined ? {} : all[key];
  if (!isRecord(servers)) throw new UserError(`In its configuration ${key} is not an object.`);
  return { all, servers };
}

/** What a host's configuration has under the name of this server. @throws UserError */
export const currentEntry = (host: Host, text: string): unknown => serversIn(host, text).servers[ALIAS];

/** Whether an entry starts a program. One with an address, for example, is another server. */
export const startsProgram = (entry: unknown): entry is Json => isRecord(entry) && entry.command !== undefined;

/** Names under which hosts have the environment of a server. */
const ENVIRONMENTS = ['env', 'environment'];

/**
 * An entry with what a person added to an earlier one: a time limit of the host, a setting of this server. The earlier
 * values of the settings that `decides` names are dropped: a token of another account would outlive its location. Of
 * an entry that starts no program nothing is kept.
 */
export function mergeEntry(earlier: unknown, entry: Json, decides: readonly string[]): Json {
  if (!startsProgram(earlier)) return entry;
  const kept = ENVIRONMENTS.flatMap((key) => {
    const settings = Object.entries(recordIn(earlier, key) ?? {}).filter(([name]) => !decides.includes(name));
    const merged = { ...Object.fromEntries(settings), ...recordIn(entry, key) };
    return Object.keys(merged).length === 0 ? [] : [[key, merged]];
  });
  const others = Object.entries(earlier).filter(([key]) => !ENVIRONMENTS.includes(key));
  return { ...Object.fromEntries(others), ...entry, ...Object.fromEntries(kept) };
}

/**
 * The text of a host's configuration with this server, or without it where the entry is undefined. Everything else in it
 * stays, comments too.
 *
 * @throws UserError where the text cannot be read, or where the edit would change something else
 */
export function changeText(host: Host, text: string, entry: Json | undefined): string {
  const { all, servers } = serversIn(host, text);
  if (entry === undefined && !(ALIAS in servers)) return text;
  const { [ALIAS]: _, ...others } = servers;
  const wanted = { ...all, [host.key]: entry === undefined ? others : { ...others, [ALIAS]: entry } };
  const after = FORMATS[host.format].edit(text, [host.key, ALIAS], entry);
  if (!isSame(host, after, wanted))
    throw new UserError('The layout of its configuration is one that only a person can edit safely.');
  return after;
}

/** A TOML table that lost its last key is gone, and an object in JSON stays. */
function isSame(host: Host, text: string, wanted: Json): boolean {
  const { format, key } = host;
  try {
    const actual = FORMATS[format].parse(text);
    return isDeepStrictEqual(plain({ ...actual, [key]: actual[key] ?? {} }), plain(wanted));
  } catch {
    return false;
  }
}

/** Without prototypes and classes of a parser. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
