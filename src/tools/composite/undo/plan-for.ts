import type { Entry } from '../../../api/write/journal/entry.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import type { ToolContext } from '../../core/context.ts';
import type { OpenJournal } from '../journal/open-journal.ts';
import { CannotUndo } from './cannot-undo.ts';
import { effectsOf } from './effects.ts';
import { isUndone, type UndoHistory, whyNotUndoable } from './history.ts';
import type { Plan } from './plan.ts';
import { planUndo } from './planner.ts';
import { type Present, readPresent } from './present.ts';
import { runOf } from './target.ts';

export interface Undoing {
  readonly source: OpenJournal;
  readonly history: UndoHistory;
  /** Names of fields that are restored also where somebody else changed them. */
  readonly force: ReadonlySet<string>;
}

export interface Planned {
  readonly entries: readonly Entry[];
  readonly plan: Plan;
  readonly present: Present;
  /** The group of an undo of the same run that stopped midway: what follows is undone together with it. */
  readonly group: string | undefined;
}

/** Plans to undo the run of an entry. @throws CannotUndo if nothing of it can be undone */
export async function planFor(
  entry: Entry,
  { source, history, force }: Undoing,
  context: ToolContext,
): Promise<Planned> {
  const writes = await runOf(entry, source);
  const unknown = writes.filter(({ outcome }) => outcome === 'unknown').length;
  const done = writes.filter(({ outcome }) => outcome === 'done');
  const undone = done.find(({ id }) => history.undoing(id).length > 0);
  const entries = done.filter((each) => effectsOf(each).length > 0 && !isUndone(each, history));
  const refuse = (reason: string | undefined) =>
    new CannotUndo(
      `Change ${quoteForMessage(entry.id)} cannot be undone: ${reason ?? 'nothing of it is left'}. Nothing was written.`,
    );
  const reason = whyNotUndoable(undone ?? entry, history);
  if (entries.length === 0) throw refuse(reason);
  const present = await readPresent(entries.flatMap(effectsOf), history, context);
  const plan = planUndo({ entries, present, history, force });
  const { steps, conflicts, notRestored, alreadyRestored } = plan;
  if (steps.length === 0 && conflicts.length === 0 && (undone || alreadyRestored === 0))
    throw refuse(reason ?? (await whyGone(entries, present, { source, history, force })) ?? notRestored[0]?.reason);
  if (unknown > 0) context.notify(`Writes of the same run whose outcome is not known stay as they are: ${unknown}.`);
  const earlier = done.flatMap(({ id }) => history.undoing(id));
  const group = earlier.find(({ conversation }) => conversation === context.origin?.conversation)?.group;
  return { entries, plan, present, group };
}

/** Why nothing can be restored of contacts that do not exist any more; undefined if they do. */
async function whyGone(
  entries: readonly Entry[],
  present: Present,
  { source: { journal, locationId }, history }: Undoing,
): Promise<string | undefined> {
  const gone = entries.flatMap(effectsOf).find(({ record }) => present.get(record.contactId)?.contact === null);
  if (!gone) return undefined;
  const contactId = history.currentId(gone.record.contactId);
  const { entries: deletes } = await journal.read({ locationId, contactId, tool: 'delete_contact', limit: 10 });
  const own = deletes.find(
    ({ id, tool, outcome, contactId: of }) =>
      tool === 'delete_contact' && of === contactId && outcome === 'done' && history.undoing(id).length === 0,
  );
  const first = own ? `change ${own.id} deleted it: undo that one first` : 'it was deleted elsewhere';
  return `contact ${contactId} does not exist any more; ${first}`;
}
