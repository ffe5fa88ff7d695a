import { ApiError, affectsOtherCalls, isMissing } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import { isBlank, type Json, listIn, recordIn, recordsOf, stableKey } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { deleteContact, updateContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { readContact } from '../read-contact.ts';
import { IDENTIFIERS, sameField } from './field-values.ts';
import { readNames } from './names.ts';
import { type MergePlan, planMerge, type Side, type Step } from './plan.ts';
import { readSide } from './read-side.ts';
import { type StoredMerge, storeMerge } from './stored-merge.ts';

/** How often a step is sent before the merge stops: HighLevel may accept it and not store it. */
const MAX_SENT = 2;

/** The two contacts as they are now; the removed one is undefined once it is deleted. */
export interface Pair {
  readonly kept: Side;
  readonly removed: Side | undefined;
}

/** The merge stopped before it was complete; nothing is deleted. */
class MergeStopped extends UserError {
  readonly kind = 'merge';
}

/** What the kept contact lacks now. */
export async function planOf(merge: StoredMerge, { kept, removed }: Pair, context: ToolContext): Promise<MergePlan> {
  const { keep, remove, keptBefore, removedBefore } = merge;
  const side = removed ?? removedBefore;
  const { contact } = side;
  const held = removed ? IDENTIFIERS.filter((name) => !isBlank(contact[name])) : [];
  // What the merge has cleared is in the record of the merge.
  const cleared = IDENTIFIERS.filter((name) => isBlank(contact[name])).map((name) => [
    name,
    removedBefore.contact[name],
  ]);
  const whole = { ...side, contact: { ...contact, ...Object.fromEntries(cleared) } };
  const names = await readNames([kept.contact, whole.contact, keptBefore], whole.notes ?? [], context);
  return planMerge({
    ...{ keep, remove, kept, keptBefore, held, names },
    removed: whole,
    prefer: new Set(merge.prefer),
    refused: new Set(merge.refused),
  });
}

/** Sends the requests of a merge until nothing is left, and deletes the removed contact last. */
export class MergeRun {
  #merge: StoredMerge;
  readonly #context: ToolContext;
  readonly #sent = new Map<string, number>();
  /** Requests that were sent, and those that are left. */
  #done = 0;
  #left = 0;
  /** The removed contact by the answer of the update that cleared its email or phone, if that was sent in this round. */
  #cleared: Json | undefined;
  #hasSentDelete = false;

  constructor(merge: StoredMerge, context: ToolContext) {
    this.#merge = merge;
    this.#context = context;
  }

  get left(): number {
    return this.#left;
  }

  /** With the fields that HighLevel refused in this run. */
  get merge(): StoredMerge {
    return this.#merge;
  }

  /** Whether the delete was sent, so that its outcome may not be known after an error. */
  get hasSentDelete(): boolean {
    return this.#hasSentDelete;
  }

  /** Whether an error proves that no request of this run was done. */
  hasWrittenNothing(error: UserError): boolean {
    const mayHaveWritten = error instanceof MergeStopped || (error instanceof ApiError && affectsOtherCalls(error));
    return this.#done === 0 && !mayHaveWritten;
  }

  /**
   * `pair` may be a few seconds old. Returns both as they are read last, before the delete.
   * @throws MergeStopped if it is not complete; ApiError
   */
  async finish(pair: Pair): Promise<Pair> {
    let current = pair;
    let isFresh = false;
    for (;;) {
      const { steps } = await planOf(this.#merge, current, this.#context);
      if (steps.length === 0 && isFresh) break;
      this.#left = steps.length;
      this.#cleared = undefined;
      for (const step of steps) if (!(await this.#send(step))) break;
      current = await this.#readAgain();
      isFresh = true;
    }
    if (current.removed) await this.#delete(current.removed);
    return current;
  }

  /** False if HighLevel refuses a value, so that the steps after it are to be planned again. */
  async #send(step: Step): Promise<boolean> {
    const { call, progress } = this.#context;
    this.#assertTime();
    const { endpoint, args, before, what } = step;
    const key = stableKey([endpoint.name, args]);
    const sent = this.#sent.get(key) ?? 0;
    if (sent >= MAX_SENT)
      throw new MergeStopped(
        `HighLevel accepted ${what} ${sent} times, but does not show what was sent${fieldsIn(step)}.`,
      );
    this.#sent.set(key, sent + 1);
    try {
      const answer = await call(endpoint, args, 'interactive', before ? { before } : {});
      if (args.contactId === this.#merge.remove) this.#cleared = recordIn(answer, 'contact');
    } catch (error) {
      await this.#afterRefusal(step, error);
      return false;
    }
    this.#done += 1;
    this.#left -= 1;
    progress(this.#done, this.#done + this.#left, `${what} moved`);
    return true;
  }

  #assertTime(): void {
    const { hasTime, signal } = this.#context;
    if (!hasTime()) throw new MergeStopped(signal?.aborted ? 'the call was cancelled.' : 'stopped for time.');
  }

  /** Fields that cannot be moved are left to the note; any other refusal ends the merge. */
  async #afterRefusal(step: Step, error: unknown): Promise<void> {
    if (!(error instanceof ApiError)) throw error;
    const refused = immovableFields(step, error, this.#merge.remove);
    if (refused.length === 0) {
      if (RECORDS.has(step.what) && !affectsOtherCalls(error)) this.#sayWhich(step);
      // While HighLevel cannot be reached the next call continues.
      if (step.what === 'fields' && (error.kind === 'unknownOutcome' || !affectsOtherCalls(error)))
        await this.#giveBack();
      throw error;
    }
    this.#merge = { ...this.#merge, refused: [...this.#merge.refused, ...refused] };
    await storeMerge(this.#merge, this.#context);
  }

  /** A refusal of one task or note comes again until the owner changes it. */
  #sayWhich({ what, args: { title, body } }: Step): void {
    const { notify } = this.#context;
    notify(`It is the ${what} ${quoteForMessage(title ?? body)}: change it on ${this.#merge.remove}, then call next.`);
  }

  /** The refusal that led to it is what the caller is shown. */
  async #giveBack(): Promise<void> {
    await giveBack(this.#merge, this.#context).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
    });
  }

  async #readAgain(): Promise<Pair> {
    const { keep, remove } = this.#merge;
    const [kept, removed] = await Promise.all([
      readSide(keep, this.#context, { fresh: true, notes: true }),
      readSide(remove, this.#context, { fresh: true, notes: true, contact: this.#cleared }),
    ]);
    if (!kept) throw new MergeStopped(`The contact to keep (${keep}) was deleted meanwhile.`);
    return { kept, removed };
  }

  async #delete({ contact, notes = [], tasks }: Side): Promise<void> {
    const { remove, removedBefore } = this.#merge;
    const { call } = this.#context;
    this.#left = 1;
    this.#assertTime();
    const before = { contact, notes, tasks, appointments: removedBefore.appointments };
    this.#hasSentDelete = true;
    try {
      await call(deleteContact, { contactId: remove }, 'interactive', { before });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

/** Steps that create one record of the contact to be removed. */
const RECORDS: ReadonlySet<string> = new Set(['task', 'note']);

/** The names of the fields of an update, custom fields by their ids: ` (city, source)`. */
function fieldsIn({ what, args: { contactId: _, customFields, ...fields } }: Step): string {
  if (what !== 'fields') return '';
  return ` (${[...Object.keys(fields), ...recordsOf(customFields).map(({ field }) => field)].join(', ')})`;
}

/**
 * Fields that HighLevel does not know, an email or phone that a third contact has, and those that the removed contact
 * may not give up.
 */
function immovableFields({ what, args }: Step, { kind, existing, fields }: ApiError, remove: string): string[] {
  const clear = args.contactId === remove ? listIn(args, 'clear') : [];
  if (clear.length > 0)
    return kind === 'validation' || kind === 'refused' ? clear.filter((name) => typeof name === 'string') : [];
  if (what !== 'fields') return [];
  const isTaken = kind === 'duplicate' && existing !== undefined && existing !== remove;
  return fields
    .filter(({ name, isUnknown }) => (isUnknown || isTaken) && Object.hasOwn(args, name))
    .map(({ name }) => name);
}

/**
 * Sets the email and phone again that the merge has cleared on the removed contact and that the kept one did not get.
 * Returns their names.
 */
export async function giveBack({ keep, remove, removedBefore }: StoredMerge, context: ToolContext): Promise<string[]> {
  const [kept, contact] = await Promise.all([readContact(keep, context), readContact(remove, context)]);
  const names = IDENTIFIERS.filter((name) => {
    const value = removedBefore.contact[name];
    return !isBlank(value) && isBlank(contact?.[name]) && !(kept && sameField(name, kept[name], value));
  });
  if (!contact || names.length === 0) return [];
  const values = Object.fromEntries(names.map((name) => [name, removedBefore.contact[name]]));
  await context.call(updateContact, { contactId: remove, ...values }, 'interactive', { before: contact });
  return names;
}
