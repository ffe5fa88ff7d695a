import type { Entry } from '../../../api/write/journal/entry.ts';
import type { Json } from '../../../lib/json.ts';
import { epochMs, readTime } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { journalRow } from '../../core/journal-row.ts';
import type { Implementation } from '../../core/tool.ts';
import { readHistory, type UndoHistory, whyNotUndoable } from '../undo/history.ts';
import { ruleOf, UNDO_RULES } from '../undo/rules.ts';
import type { listRecentChanges } from './list-recent-changes.tool.ts';
import { openJournal } from './open-journal.ts';

const DEFAULT_LIMIT = 20;

export const run: Implementation<typeof listRecentChanges> = async (args, context) => {
  const { contactId, tool, allConversations, limit = DEFAULT_LIMIT, cursor } = args;
  const { origin } = context;
  const { journal, locationId } = await openJournal(context);
  const [since, until] = await Promise.all([
    boundOf('since', args.since, 'start', context),
    boundOf('until', args.until, 'end', context),
  ]);
  const isNarrowed = contactId !== undefined || since !== undefined || until !== undefined;
  const conversation = isNarrowed || allConversations ? undefined : origin?.conversation;
  const page = await journal.read({ ...{ locationId, contactId, tool, conversation, since, until, limit, cursor } });
  const next = page.next === undefined ? {} : { next: { ...args, cursor: page.next } };
  const history = await readHistory(journal, locationId);
  const changes = page.entries.map((entry) => ({
    ...journalRow(entry),
    ...(allConversations || entry.conversation !== origin?.conversation ? conversationOf(entry) : {}),
    ...undoability(entry, history),
  }));
  if (tool !== undefined && changes.length === 0 && !ruleOf(tool)) context.notify(SINGLE_WRITES);
  return { changes, ...next };
};

/** Tools of several requests are in the journal by what they wrote. */
const SINGLE_WRITES = `The journal names single writes; tool is one of ${Object.keys(UNDO_RULES).join(', ')}.`;

const conversationOf = ({ conversation }: Entry): Json => (conversation === undefined ? {} : { conversation });

function undoability(entry: Entry, history: UndoHistory): Json {
  const reason = whyNotUndoable(entry, history);
  return reason === undefined ? { undoable: true } : { notUndoable: reason };
}

/** Epoch ms; undefined where no bound is given. */
async function boundOf(
  name: string,
  text: string | undefined,
  dateMeans: 'start' | 'end',
  { clock, notify }: ToolContext,
): Promise<number | undefined> {
  if (text === undefined) return undefined;
  const { iso, echo } = await readTime(name, text, clock, dateMeans, 'UTC');
  if (echo) notify(`${name} read as ${echo}.`);
  return epochMs(iso);
}
