import type { Entry } from '../../../api/write/journal/entry.ts';
import type { Json } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import type { ToolContext } from '../../core/context.ts';
import type { Implementation } from '../../core/tool.ts';
import { type OpenJournal, openJournal } from '../journal/open-journal.ts';
import { conflictRows, notRestoredRows, progressAnswer } from './answer.ts';
import { CannotUndo } from './cannot-undo.ts';
import { effectsOf } from './effects.ts';
import { isUndone, readHistory, type UndoHistory, whyNotUndoable } from './history.ts';
import type { Plan } from './plan.ts';
import { planUndo } from './planner.ts';
import { type Present, readPresent } from './present.ts';
import { questionFor } from './question.ts';
import { runSteps } from './run-steps.ts';
import { entryWithId, lastEntry, runKey, runOf } from './target.ts';
import type { undoChange } from './undo-change.tool.ts';
import { withUndoLock } from './undo-lock.ts';

const LAST = 'last';

export const run: Implementation<typeof undoChange> = async ({ changeId, force = [] }, context) => {
  const source = await openJournal(context);
  const entry =
    changeId === LAST
      ? await lastEntry(context.origin?.conversation, await readHistory(source.journal, source.locationId), source)
      : await entryWithId(changeId, source);
  return withUndoLock(runKey(entry), context, async (locked) => {
    // Another call may have undone it while this one waited for the lock.
    const history = await readHistory(source.journal, source.locationId);
    const planned = await planFor(entry, { source, history, force: new Set(force) }, locked);
    return perform(planned, history, { changeId: entry.id, ...(force.length > 0 ? { force } : {}) }, locked);
  });
};

interface Undoing {
  readonly source: OpenJournal;
  readonly history: UndoHistory;
  readonly force: ReadonlySet<string>;
}

interface Planned {
  readonly entries: readonly Entry[];
  readonly plan: Plan;
  readonly present: Present;
}

/** @throws CannotUndo if nothing of the run can be undone */
async function planFor(entry: Entry, { source, history, force }: Undoing, context: ToolContext): Promise<Planned> {
  const run = await runOf(entry, source);
  const entries = run.filter(({ outcome }) => outcome === 'done');
  const open = entries.filter((each) => !isUndone(each, history));
  const undone = entries.find((each) => history.undoing(each.id).length > 0);
  if (open.length === 0) throw cannotUndo(entry, undone ?? entry, history);
  const possible = open.filter((each) => effectsOf(each).length > 0);
  const present = await readPresent(possible.flatMap(effectsOf), history, context);
  const plan = planUndo({ entries: possible, present, history, force });
  if (plan.steps.length === 0 && plan.conflicts.length === 0 && (undone || plan.alreadyRestored === 0))
    throw cannotUndo(entry, undone ?? entry, history, plan);
  return { entries: possible, plan, present };
}

function cannotUndo(asked: Entry, entry: Entry, history: UndoHistory, plan?: Plan): CannotUndo {
  const reason = whyNotUndoable(entry, history) ?? plan?.notRestored[0]?.reason ?? 'nothing of it is left';
  return new CannotUndo(`Change ${quoteForMessage(asked.id)} cannot be undone: ${reason}. Nothing was written.`);
}

const CONFLICT =
  'Nothing was written: these fields were changed by somebody else since. Ask the user; to restore some all the same, name them in force.';
const UNCHANGED = 'Nothing was written: everything is as it was before the change.';

async function perform(
  { entries, plan, present }: Planned,
  history: UndoHistory,
  next: Json,
  context: ToolContext,
): Promise<Json> {
  const { notify, origin } = context;
  const { steps, conflicts, notRestored } = plan;
  if (conflicts.length > 0) {
    notify(CONFLICT);
    return { undone: [], total: conflicts.length, conflicts: conflictRows(conflicts) };
  }
  if (steps.length === 0) {
    notify(UNCHANGED);
    return { undone: [], ...(notRestored.length > 0 ? { notRestored: notRestoredRows(notRestored, new Map()) } : {}) };
  }
  const question = questionFor(plan, present);
  const refused = question && (await context.confirm(question));
  if (refused) return refused;
  // What an earlier call undid of the same run and what this one does are undone together.
  const earlier = entries
    .flatMap(({ id }) => history.undoing(id))
    .find(({ conversation }) => conversation === origin?.conversation);
  const progress = await runSteps(steps, history, earlier?.group, context);
  const { done, problem } = progress;
  if (problem && done.length === 0) throw problem;
  const answer = progressAnswer(progress, notRestored);
  if (!problem) return answer;
  notify(`Not all was undone: ${problem.message} Call next to continue.`);
  return { ...answer, left: steps.length - done.length, next };
}
