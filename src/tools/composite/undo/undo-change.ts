import type { Entry } from '../../../api/write/journal/entry.ts';
import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import type { Implementation } from '../../core/tool.ts';
import { openJournal } from '../journal/open-journal.ts';
import { withSharedLock } from '../shared-lock.ts';
import { conflictRows, notRestoredRows, progressAnswer } from './answer.ts';
import { CannotUndo } from './cannot-undo.ts';
import { isUndone, readHistory, type UndoHistory } from './history.ts';
import type { IdNow } from './plan.ts';
import { type Planned, planFor, type Undoing } from './plan-for.ts';
import { questionFor } from './question.ts';
import { ruleOf } from './rules.ts';
import { runSteps } from './run-steps.ts';
import { entryWithId, lastBeforeUndo, lastEntry, runKey, runOf } from './target.ts';
import type { undoChange } from './undo-change.tool.ts';

const LAST = 'last';

export const run: Implementation<typeof undoChange> = async ({ changeId, force = [] }, context) => {
  const source = await openJournal(context);
  const undoing = async (): Promise<Undoing> => ({
    source,
    history: await readHistory(source.journal, source.locationId),
    force: new Set(force),
  });
  if (changeId !== LAST) return undo(await entryWithId(changeId, source), undoing, context);
  const { history } = await undoing();
  const conversation = context.origin?.conversation;
  const last = await lastEntry(conversation, history, source);
  if (last.undoes === undefined) return undo(last, undoing, context);
  const continued = await continueUndo(last.undoes, undoing, context);
  if (continued) return continued;
  throw lastWasUndo(last, await lastBeforeUndo(conversation, history, source));
};

/** Two meanings are left, and a call that a host sends again may have none of them: the model chooses by id. */
function lastWasUndo(last: Entry, earlier: Entry | undefined): CannotUndo {
  const before = earlier
    ? `To undo the change before it (${earlier.tool}${earlier.contactId ? ` of contact ${earlier.contactId}` : ''}), give ${earlier.id}.`
    : 'No earlier change of this conversation is left to undo.';
  return new CannotUndo(
    `The last change was an undo, so "last" says too little; nothing was written. To make the undone change again, give changeId ${last.id}. ${before}`,
  );
}

/** Continues the undo of an entry, if it stopped before it was complete. */
async function continueUndo(
  undoes: string,
  undoing: () => Promise<Undoing>,
  context: ToolContext,
): Promise<Json | undefined> {
  const { source, history } = await undoing();
  const undone = await entryWithId(undoes, source);
  const rest = (await runOf(undone, source)).filter((entry) => ruleOf(entry.tool) && !isUndone(entry, history));
  if (rest.length === 0) return undefined;
  return undo(undone, undoing, context).catch((error: unknown) => {
    if (error instanceof CannotUndo) return undefined;
    throw error;
  });
}

/** Undoes the run of an entry. `undoing` reads what the journal says now. */
const undo = (entry: Entry, undoing: () => Promise<Undoing>, context: ToolContext): Promise<Json> =>
  withSharedLock([runKey(entry)], context, async (locked) => {
    // Another call may have undone it while this one waited for the lock.
    const now = await undoing();
    const planned = await planFor(entry, now, locked);
    const force = [...now.force];
    return perform(planned, now.history, { changeId: entry.id, ...(force.length > 0 ? { force } : {}) }, locked);
  });

const CONFLICT =
  'Nothing was written: these fields were changed since, by somebody else or by a later change. Ask the user; to restore some all the same, name them in force.';
const UNCHANGED = 'Nothing was written: everything that can be restored is as it was before the change.';
const NOT_RECALLED = 'Messages that were sent and automations that ran because of the change are not recalled.';
const AGAIN = 'That change was an undo, so undoing it makes the earlier change again.';

async function perform(
  { entries, plan, present, group }: Planned,
  history: UndoHistory,
  next: Json,
  context: ToolContext,
): Promise<Json> {
  const { notify } = context;
  const { steps, conflicts, notRestored } = plan;
  const idNow: IdNow = (id) => (typeof id === 'string' ? history.currentId(id) : id);
  if (conflicts.length > 0) {
    notify(CONFLICT);
    return { undone: [], total: conflicts.length, conflicts: conflictRows(conflicts, idNow) };
  }
  if (steps.length === 0) {
    notify(UNCHANGED);
    return { undone: [], ...(notRestored.length > 0 ? { notRestored: notRestoredRows(notRestored, idNow) } : {}) };
  }
  if (entries.some(({ undoes }) => undoes !== undefined)) notify(AGAIN);
  const question = questionFor(plan, present, idNow);
  const refused = question && (await context.confirm(question));
  if (refused) return refused;
  const progress = await runSteps(steps, history, group, context);
  const { done, problem } = progress;
  if (problem && done.length === 0) throw problem;
  if (entries.some(mayStartAutomations)) notify(NOT_RECALLED);
  const answer = progressAnswer(progress, notRestored);
  if (!problem) return answer;
  notify(`Not all was undone: ${problem.message} Call next to continue.`);
  return { ...answer, left: steps.length - done.length, next };
}

/** Changes of tasks and notes message nobody. */
function mayStartAutomations({ tool }: Entry): boolean {
  const rule = ruleOf(tool);
  return rule !== undefined && (!('record' in rule) || rule.record === 'contact');
}
