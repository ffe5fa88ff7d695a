import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import { CLOCK_SLACK_MS } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import type { ToolInput } from '../../core/tool.ts';
import { MAX_ROWS, readChanges, type SavedCursor } from './change-feed.ts';
import { sweepFrom } from './contact-changes.ts';
import { assertRoomForName, lastCursor, saveCursor } from './cursors.ts';
import type { listChangedContacts } from './list-changed-contacts.tool.ts';
import { sweepSince } from './list-changed-contacts.ts';
import { timeOf } from './source.ts';

/** What one answer of a `ChangeReader` is a part of. */
export interface Reading {
  /** The reader's name had no cursor before this look: the answer has no rows. */
  readonly isFirst: boolean;
  /** Kinds that were asked for and could not be read. */
  readonly failed: readonly string[];
  /** False where a further call gives more at once. */
  readonly isComplete: boolean;
  /** Requests that it took. */
  readonly requests: number;
  /**
   * Saves the cursor of this answer, under the reader's name: for the time when its rows have been delivered.
   * @throws UserError if the file of the cursors cannot be written
   */
  readonly save: () => Promise<void>;
}

/**
 * Reads changes as `list_changed_contacts` does, for a program with a cursor of its own, which decides when a cursor is
 * saved. Each call continues after the last answer that was taken.
 */
export class ChangeReader {
  readonly #name: string;
  /** The location of the first call. */
  #locationId: string | undefined;
  #reached: SavedCursor | undefined;
  /** No look of this name is finished yet. */
  #isFirst = false;
  #take: (() => Reading) | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** The rows by kind. @throws UserError if the contacts cannot be read, and after a sign-in to another account */
  async read({ since = 'last', ...asked }: ToolInput<typeof listChangedContacts>, context: ToolContext): Promise<Json> {
    const { state, clock } = context;
    if (this.#reached && state.locationId !== this.#locationId)
      throw new UserError('Another account has been signed in to since the last look; nothing was sent.');
    this.#locationId = state.locationId;
    const start = this.#reached ?? (await this.#start(since, context));
    const { rows, reached, isComplete, failed, requests } = await readChanges(
      { limit: MAX_ROWS, ...asked },
      start,
      context,
    );
    const isFirst = this.#isFirst;
    const end = isFirst && isComplete ? fromNow(reached, context) : reached;
    const save = async () => {
      // A first look that is not finished has nothing that a later one could be compared with.
      if (isFirst && !isComplete) return;
      const { isStored } = await saveCursor(state, end, clock.now(), this.#name);
      if (!isStored)
        throw new UserError('How far this run came could not be stored, so the next one prints the same lines again.');
    };
    this.#take = () => {
      this.#reached = end;
      this.#isFirst = isFirst && !isComplete;
      return { isFirst, failed, isComplete, requests: requests.sent, save };
    };
    return isFirst ? {} : rows;
  }

  /** To be called when the answer of `read` has arrived. */
  take(): Reading {
    if (!this.#take) throw new Error('no answer was read');
    return this.#take();
  }

  async #start(since: string, context: ToolContext): Promise<SavedCursor> {
    const { state, clock, api } = context;
    await assertRoomForName(state, this.#name);
    const last = await lastCursor(state, clock.now(), this.#name);
    // What the other kinds are compared with stays: without it their next changes would not be seen.
    if (since !== 'last') return { ...last, contacts: await sweepSince(since, context), unfinished: undefined };
    this.#isFirst = last === undefined;
    // HighLevel gives its time in seconds: what changed in the present one must not come with the next run.
    return last ?? { contacts: sweepFrom(api.serverNow() - CLOCK_SLACK_MS) };
  }
}

/** HighLevel's time is known since its first answer: the machine's clock may have been ahead of it. */
const fromNow = (reached: SavedCursor, context: ToolContext): SavedCursor => ({
  ...reached,
  contacts: { ...reached.contacts, since: Math.min(reached.contacts.since, timeOf(context)) },
});
