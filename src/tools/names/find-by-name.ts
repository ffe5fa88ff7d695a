import { ID } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import { quoteForMessage } from '../../lib/text.ts';
import type { ToolContext } from '../core/context.ts';
import type { LookupKind, NamedRow } from '../core/lookup-cache.ts';
import { LOOKUPS } from './lookup-kinds.ts';
import { lookUp, lookUpAgain, whyNoNames } from './lookups.ts';
import { indexById, nearestRows, rowsNamed } from './match-name.ts';

/** Nothing was sent: a name in the arguments fits nothing, or several things. */
export class NameNotFound extends UserError {}

/**
 * The id that a word of the arguments stands for: itself where the lookup knows it as an id, else of the one thing of
 * that name. Where the lookup cannot be read, what has the shape of an id is taken for one.
 * @throws NameNotFound with the nearest candidates; nothing was sent
 */
export async function idOf(kind: LookupKind, word: string, argument: string, context: ToolContext): Promise<string> {
  const rows = await lookUp(kind, context);
  if (rows === undefined) return idWithoutLookup(kind, word, argument, context);
  if (indexById(rows).has(word)) return word;
  // Of many businesses a further page may have the id, or another business of this name.
  const needsAll = kind === 'businesses' || rowsNamed(word, rows).length === 0;
  const all = needsAll ? ((await lookUpAgain(kind, context)) ?? rows) : rows;
  const found = matches(kind, word, all, context);
  const [only, another] = found;
  if (only && !another) return only.id;
  throw notOne(kind, word, argument, found, all);
}

function matches(kind: LookupKind, word: string, rows: readonly NamedRow[], context: ToolContext): readonly NamedRow[] {
  const byId = indexById(rows).get(word);
  if (byId) return [byId];
  const named = rowsNamed(word, rows);
  const published = named.filter(({ status }) => status === 'published');
  if (kind !== 'workflows' || named.length < 2 || published.length !== 1) return named;
  context.notify(`Of ${named.length} workflows named ${quoteForMessage(word)} the published one was taken.`);
  return published;
}

function idWithoutLookup(kind: LookupKind, word: string, argument: string, context: ToolContext): string {
  if (ID.test(word)) return word;
  throw new NameNotFound(
    `Nothing was sent. ${argument}: ${quoteForMessage(word)} is not an id, and ${whyNoNames(kind, context)} give the id of the ${LOOKUPS[kind].one}.`,
  );
}

function notOne(
  kind: LookupKind,
  word: string,
  argument: string,
  found: readonly NamedRow[],
  rows: readonly NamedRow[],
): NameNotFound {
  const { endpoint, one } = LOOKUPS[kind];
  const candidates = (found.length > 0 ? found : nearestRows(word, rows)).slice(0, 5).map(describeRow).join(', ');
  const problem =
    found.length > 0
      ? `${found.length} have the name ${quoteForMessage(word)}: ${candidates}. Give the id of the right one.`
      : `no ${one} has the id or name ${quoteForMessage(word)}.${candidates ? ` Nearest: ${candidates}.` : ''} ${endpoint.name} lists them.`;
  return new NameNotFound(`Nothing was sent. ${argument}: ${problem}`);
}

function describeRow({ id, name, status, email }: NamedRow): string {
  const details = [status, email].filter((part) => typeof part === 'string' && part !== '').map(quoteForMessage);
  return `${quoteForMessage(name)} (${[id, ...details].join(', ')})`;
}
