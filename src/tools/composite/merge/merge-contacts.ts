import { ApiError } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import { isBlank, type Json, rowsIn } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { asOf, epochMs } from '../../../lib/time.ts';
import { listContactAppointments } from '../../appointments.ts';
import type { ToolContext } from '../../core/context.ts';
import { CUSTOM_FIELDS } from '../../core/references.ts';
import { SHORT_RECORDS } from '../../core/short-records.ts';
import type { Implementation, ToolInput } from '../../core/tool.ts';
import { inGroup, newGroup } from '../../core/write-group.ts';
import { listContactNotes } from '../../notes.ts';
import { inOrderOfTime } from '../appointments/starts.ts';
import { openJournal } from '../journal/open-journal.ts';
import { readFresh } from '../read-contact.ts';
import { withSharedLock } from '../shared-lock.ts';
import { readHistory } from '../undo/history.ts';
import { PREFERABLE } from './field-values.ts';
import type { mergeContacts } from './merge-contacts.tool.ts';
import { nameOf } from './moved-notes.ts';
import { readNames } from './names.ts';
import { mayHaveMovedNotes } from './plan.ts';
import { changesOf, questionOf } from './preview.ts';
import { readSide } from './read-side.ts';
import { giveBack, MergeRun, type Pair, planOf } from './run-merge.ts';
import { completeMerge, dropMerge, findMerges, type StoredMerge, storeMerge } from './stored-merge.ts';

type MergeInput = ToolInput<typeof mergeContacts>;

/** ms for which a merge that stopped continues without asking the owner again. */
const CONSENT_MS = 3_600_000;

/** A merge that cannot be done; nothing was written. */
class MergeRefused extends UserError {
  readonly kind = 'merge';
}

export const run: Implementation<typeof mergeContacts> = async (args, context) => {
  const prefer = preferredFields(args.prefer ?? []);
  // The same locks as those of onboarding.
  const keys = [args.keep, args.remove].map((id) => `contact ${id}`);
  return withSharedLock(keys, context, (locked) => merge({ ...args, prefer }, locked));
};

/** @throws MergeRefused for a field that a merge does not set */
function preferredFields(names: readonly string[]): string[] {
  const fields = names.flatMap((name) => (name === 'name' ? ['firstName', 'lastName'] : [name]));
  const unknown = fields.filter((name) => !PREFERABLE.includes(name) && !name.startsWith(CUSTOM_FIELDS));
  if (unknown.length === 0) return [...new Set(fields)];
  throw new MergeRefused(
    `prefer has ${unknown.join(', ')}, which a merge cannot choose; nothing was sent. It takes: ${PREFERABLE.join(', ')}, or customFields. and a name.`,
  );
}

async function merge(args: MergeInput & { readonly prefer: string[] }, context: ToolContext): Promise<Json> {
  const { keep, remove } = args;
  const known = await findMerges([keep, remove], context);
  const own = known.find((each) => each.keep === keep && each.remove === remove);
  const other = known.find((each) => each !== own && each.completedAt === undefined);
  if (other)
    throw new MergeRefused(
      `A merge of ${other.remove} into ${other.keep} is not finished; nothing was sent. Finish it first: merge_contacts with keep ${other.keep} and remove ${other.remove}.`,
    );
  const unfinished = own?.completedAt === undefined ? own : undefined;
  const added = unfinished && args.prefer.find((field) => !unfinished.prefer.includes(field));
  if (added !== undefined)
    throw new MergeRefused(
      `This merge was agreed to without ${quoteForMessage(added)} in prefer, and is not finished; nothing was sent. Call again without it to finish, and change that field of ${keep} afterwards.`,
    );
  const asRead = await readPair(args, known, unfinished, context);
  const stored = unfinished ?? (await newMerge(args, asRead, context));
  const pair = await withKeptNotes(stored, asRead, context);
  const isAgreed =
    unfinished !== undefined && Math.abs(context.clock.now() - epochMs(unfinished.agreedAt)) < CONSENT_MS;
  const answer = isAgreed ? undefined : await ask(stored, pair, context);
  if (answer) return answer;
  if (!isAgreed) await storeMerge({ ...stored, agreedAt: asOf(context.clock) }, context);
  return finish(stored, pair, unfinished === undefined, inGroup(context, stored.group));
}

/** Both contacts as they are. @throws MergeRefused if one of them is missing and the merge cannot go on without it */
async function readPair(
  { keep, remove }: MergeInput,
  known: readonly StoredMerge[],
  unfinished: StoredMerge | undefined,
  context: ToolContext,
): Promise<Pair> {
  const [kept, removed] = await Promise.all([
    readSide(keep, context, { fresh: unfinished !== undefined, notes: unfinished !== undefined }),
    readSide(remove, context, { fresh: unfinished !== undefined, notes: true }),
  ]);
  if (kept && (removed || unfinished)) return { kept, removed };
  if (!kept && unfinished) return abandon(unfinished, removed !== undefined, context);
  const missing = kept ? remove : keep;
  const again = await createdAgain(missing, context);
  if (again !== undefined)
    throw new MergeRefused(
      `${missing} was deleted, and an undo created it again as ${again}. Nothing was sent: call again with that id.`,
    );
  const earlier = known.find((each) => each.remove === missing);
  throw new MergeRefused(
    earlier
      ? `${missing} was merged into ${earlier.keep} at ${earlier.completedAt}, and deleted: ${earlier.keep} has what it had. Nothing was sent.`
      : `There is no contact ${missing}; nothing was written. find_duplicates and search_contacts give ids.`,
  );
}

/** The id under which an undo created a contact again; undefined if none did. */
async function createdAgain(contactId: string, context: ToolContext): Promise<string | undefined> {
  if (!context.journal) return undefined;
  const { journal, locationId } = await openJournal(context);
  const current = (await readHistory(journal, locationId)).currentId(contactId);
  return current === contactId ? undefined : current;
}

/** Ends a merge whose kept contact was deleted by somebody else: the other one gets back what it gave up. */
async function abandon(stored: StoredMerge, hasRemoved: boolean, context: ToolContext): Promise<never> {
  const { keep, remove } = stored;
  const restored = await giveBack(stored, inGroup(context, stored.group)).then(
    (given) => (given.length > 0 ? ` It has its ${given.join(' and ')} again.` : ''),
    (error: unknown) => {
      if (!(error instanceof ApiError) || error.kind !== 'duplicate') throw error;
      const { email, phone } = stored.removedBefore.contact;
      const values = [email, phone].filter((value) => !isBlank(value)).map(quoteForMessage);
      return ` It could not get its email or phone (${values.join(', ')}) again: ${error.message}`;
    },
  );
  await dropMerge(stored, context);
  throw new MergeRefused(
    `The contact to keep, ${keep}, was deleted since this merge started, so it was ended. ${remove} ${hasRemoved ? `is not deleted.${restored}` : 'does not exist either.'} undo_change creates a deleted contact again.`,
  );
}

async function newMerge(
  { keep, remove, prefer }: MergeInput & { readonly prefer: string[] },
  { kept, removed }: Pair,
  context: ToolContext,
): Promise<StoredMerge> {
  const appointments = rowsIn(await context.call(listContactAppointments, { contactId: remove }), 'events');
  const { contact = {}, notes = [], tasks = [] } = removed ?? {};
  return {
    ...{ v: 1, keep, remove, prefer, refused: [], group: newGroup() },
    agreedAt: asOf(context.clock),
    keptBefore: kept.contact,
    removedBefore: { contact, notes: [...notes], tasks: [...tasks], appointments },
  };
}

/**
 * The notes of the kept contact are read before the first request only where some may have been moved by an earlier merge
 * whose record is lost, or whose delete was not done.
 */
async function withKeptNotes(stored: StoredMerge, pair: Pair, context: ToolContext): Promise<Pair> {
  const { kept } = pair;
  if (kept.notes || !mayHaveMovedNotes(await planOf(stored, pair, context))) return pair;
  const notes = rowsIn(await readFresh(context, listContactNotes, { contactId: stored.keep }), 'notes');
  return { ...pair, kept: { ...kept, notes } };
}

/** Undefined if the owner agrees. */
async function ask(stored: StoredMerge, pair: Pair, context: ToolContext): Promise<Json | undefined> {
  const { keptBefore, removedBefore } = stored;
  const [plan, names, appointments] = await Promise.all([
    planOf(stored, pair, context),
    readNames([keptBefore, removedBefore.contact], removedBefore.notes, context),
    inOrderOfTime(removedBefore.appointments, context.clock),
  ]);
  return context.confirm(questionOf({ merge: stored, plan, names, appointments, now: context.clock.now() }));
}

async function finish(stored: StoredMerge, pair: Pair, isNew: boolean, context: ToolContext): Promise<Json> {
  const { keep, remove, removedBefore, prefer } = stored;
  const work = new MergeRun(stored, context);
  try {
    const { kept } = await work.finish(pair);
    await complete(stored, context);
    return {
      merged: true,
      contact: SHORT_RECORDS.contact(kept.contact),
      removed: { id: remove, name: nameOf(removedBefore.contact) },
      changes: await allChanges(work.merge, context),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (isNew && work.hasWrittenNothing(error)) {
      await dropMerge(stored, context);
      throw error;
    }
    const end = work.hasSentDelete ? `Whether ${remove} is deleted is not known.` : `${remove} is not deleted.`;
    context.notify(`Not merged yet: ${error.message} ${end} Call next to continue.`);
    return { merged: false, left: work.left, next: { keep, remove, ...(prefer.length > 0 ? { prefer } : {}) } };
  }
}

/** The contact is deleted already: without this record, a later call only cannot say so. */
async function complete(stored: StoredMerge, context: ToolContext): Promise<void> {
  try {
    await completeMerge(stored, context.clock.now(), context);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    context.notify(`The merge is complete, but its record could not be stored: ${error.message}`);
  }
}

/** What the whole merge changed, also by calls before this one. */
async function allChanges(stored: StoredMerge, context: ToolContext): Promise<Json> {
  const { keptBefore, removedBefore } = stored;
  const names = await readNames([keptBefore, removedBefore.contact], removedBefore.notes, context);
  const kept = { contact: keptBefore, tasks: [] };
  return changesOf(await planOf(stored, { kept, removed: removedBefore }, context), names);
}
